"""Where planes stand before the camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def pose(
    rng: np.random.Generator,
    plane_xywh: tuple[float, float, float, float],
    size_wh: tuple[int, int],
    fill: float,
    *,
    steep: bool = False,
) -> NDArray[np.float64]:
    """Return a homography: plane pixels → photo pixels.

    Args:
        rng: Chance.
        plane_xywh: The rectangle that is to fill ``fill`` of the frame.
        size_wh: The frame.
        fill: Extent of the rectangle's picture over that of the frame.
        steep: Always from the side.
    """
    x, y, w, h = plane_xywh
    width, height = size_wh
    tilt = (
        np.radians(min(rng.exponential(14.0), 50.0))
        if rng.random() < 0.8 and not steep
        else np.radians(rng.uniform(20, 50))
    )
    toward = rng.uniform(0, 2 * np.pi)
    axis = np.array([np.cos(toward), np.sin(toward), 0.0]) * tilt
    roll = rng.normal(0, 5.0)
    if rng.random() < 0.12:
        roll += float(rng.choice([90, 180, 270])) + rng.normal(0, 8.0)
    elif rng.random() < 0.08:
        roll = rng.uniform(-45, 45)
    turn = cv2.Rodrigues(np.array([0, 0, np.radians(roll)]))[0] @ cv2.Rodrigues(axis)[0]
    focal = rng.uniform(0.65, 1.5) * max(size_wh)
    centred = np.array([[1, 0, -(x + w / 2 - 0.5)], [0, 1, -(y + h / 2 - 0.5)], [0, 0, 1]])
    lens = np.diag([focal, focal, 1.0])
    rectangle = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64) - 0.5
    distance = 2.0 * max(w, h)
    for _ in range(6):
        plane = np.stack([turn[:, 0], turn[:, 1], [0, 0, distance]], 1)
        homography = lens @ plane @ centred
        corners = cv2.perspectiveTransform(rectangle[None], homography)[0]
        extent = np.ptp(corners, axis=0) / (width, height)
        distance = max(
            distance * float(extent.max()) / fill,
            0.75 * float(np.hypot(w, h)) * np.sin(tilt) + 0.1 * w,
        )
    extent = np.ptp(corners, axis=0)
    middle = (corners.min(0) + corners.max(0)) / 2
    free = np.maximum((np.array([width, height]) - extent) / 2, 0)
    over = np.where(rng.random(2) < 0.3, rng.uniform(0, 0.35, 2), 0.03) * extent
    place = np.array([width / 2, height / 2]) + rng.uniform(-1, 1, 2) * (free + over) * rng.beta(
        1.5, 2, 2
    )
    shift = np.array([[1, 0, place[0] - middle[0]], [0, 1, place[1] - middle[1]], [0, 0, 1]])
    return shift @ homography


def warp(
    picture: NDArray[np.uint8], homography: NDArray[np.float64], size_wh: tuple[int, int]
) -> NDArray[np.uint8]:
    """Warp a plane into the frame, shrinking it first where it gets much smaller."""
    h, w = picture.shape[:2]
    corners = cv2.perspectiveTransform(
        np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float64), homography
    )[0]
    scale = np.sqrt(max(cv2.contourArea(corners.astype(np.float32)), 1.0) / (w * h))
    if scale < 0.7:
        small = cv2.resize(
            picture,
            (max(4, round(w * scale)), max(4, round(h * scale))),
            interpolation=cv2.INTER_AREA,
        )
        sx, sy = w / small.shape[1], h / small.shape[0]
        homography = homography @ np.array(
            [[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1]]
        )
        picture = small
    return cv2.warpPerspective(picture, homography, size_wh, flags=cv2.INTER_LINEAR)
