"""Straight lines along the border of the locator's mask, one for each side of a quad."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray

Heat = NDArray[np.float32]

SIDE_SAMPLES = 48
REACH_CELLS = 5.0
OUTSIDE_WEIGHT = 0.15


def fit_sides(
    mask: Heat, corners: FloatArray, frame_xyxy: tuple[float, float, float, float]
) -> tuple[FloatArray, NDArray[np.bool_], float]:
    """Fit a line to the mask's border along each side.

    Args:
        mask: (h, w) probability of the display, canvas cells.
        corners: (4, 2) canvas cells, one after the other.
        frame_xyxy: Where the photo lies on the canvas; what is outside counts little.

    Returns:
        (4, 3) lines (a, b, c) with a x + b y = c, which of them were found, and the root
        mean square distance of the border from them.
    """
    lines = np.zeros((4, 3))
    found = np.zeros(4, np.bool_)
    squares: list[float] = []
    centre = corners.mean(0)
    for k in range(4):
        start, end = corners[k], corners[(k + 1) % 4]
        length = float(np.linalg.norm(end - start))
        normal = np.array([end[1] - start[1], start[0] - end[0]]) / max(length, 1e-6)
        if normal @ (centre - start) > 0:
            normal = -normal
        lines[k] = (*normal, float(normal @ start))
        points, weights = _border(mask, start, end, normal, frame_xyxy)
        if len(points) < 6 or length < 3:
            continue
        line, residual = _robust_line(points, weights, normal)
        if abs(float(line[:2] @ normal)) < 0.9:
            continue
        lines[k], found[k] = line, True
        squares.append(residual**2)
    return lines, found, float(np.sqrt(np.mean(squares))) if squares else REACH_CELLS


def _border(
    mask: Heat,
    start: FloatArray,
    end: FloatArray,
    normal: FloatArray,
    frame_xyxy: tuple[float, float, float, float],
) -> tuple[FloatArray, FloatArray]:
    """Return where the mask falls through one half near a side, and how much each counts."""
    along = np.linspace(0.06, 0.94, SIDE_SAMPLES)[:, None]
    base = start + (end - start) * along
    offsets = np.arange(-REACH_CELLS, REACH_CELLS + 0.25, 0.5)
    places = base[:, None, :] + offsets[None, :, None] * normal
    profile = cv2.remap(
        mask,
        places[..., 0].astype(np.float32),
        places[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = profile >= 0.5
    falls = inside[:, :-1] & ~inside[:, 1:]
    distance = np.where(falls, np.abs(offsets[:-1] + 0.25), np.inf)
    index = distance.argmin(1)
    rows = np.flatnonzero(np.isfinite(distance.min(1)))
    if len(rows) == 0:
        return np.zeros((0, 2)), np.zeros(0)
    index = index[rows]
    high, low = profile[rows, index], profile[rows, index + 1]
    at = offsets[index] + 0.5 * (high - 0.5) / np.maximum(high - low, 1e-6)
    points = base[rows] + at[:, None] * normal
    x0, y0, x1, y1 = frame_xyxy
    within = (points[:, 0] > x0) & (points[:, 0] < x1) & (points[:, 1] > y0) & (points[:, 1] < y1)
    steep = np.clip((high - low) * 2.0, 0.1, 1.0)
    return points, np.where(within, 1.0, OUTSIDE_WEIGHT) * steep


def _robust_line(
    points: FloatArray, weights: FloatArray, normal: FloatArray
) -> tuple[FloatArray, float]:
    """Fit a line by iteratively reweighted total least squares (Huber)."""
    current = weights
    line = np.array([*normal, float(normal @ points.mean(0))])
    for _ in range(5):
        centre = (points * current[:, None]).sum(0) / current.sum()
        spread = ((points - centre) * current[:, None]).T @ (points - centre)
        direction = np.linalg.eigh(spread)[1][:, 0]
        if direction @ normal < 0:
            direction = -direction
        line = np.array([*direction, float(direction @ centre)])
        away = np.abs(points @ direction - line[2])
        scale = max(float(np.median(away)) * 1.5, 0.05)
        current = weights * np.minimum(1.0, scale / np.maximum(away, 1e-6))
    residual = float(np.sqrt((weights * np.minimum(away, 3.0) ** 2).sum() / weights.sum()))
    return line, residual
