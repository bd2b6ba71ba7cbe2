"""What else is in view: a second monitor, paper, windows and picture frames."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import to_linear
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.types import FloatArray, PixelArray


def paste(
    light: NDArray[np.float32],
    pixels: PixelArray,
    corners_xy: FloatArray,
    gain: NDArray[np.float32],
) -> None:
    """Lay a flat picture onto the scene, in place.

    Args:
        light: (h, w, 3) scene, linear.
        pixels: Picture, RGB uint8.
        corners_xy: (4, 2) where its corners come to lie, TL, TR, BR, BL.
        gain: (3,) radiance of a white pixel.
    """
    height, width = pixels.shape[:2]
    low, high = corners_xy.min(axis=0), corners_xy.max(axis=0)
    x0, y0 = (max(int(np.floor(value)) - 1, 0) for value in low)
    x1 = min(int(np.ceil(high[0])) + 2, light.shape[1])
    y1 = min(int(np.ceil(high[1])) + 2, light.shape[0])
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    target = (corners_xy - (x0, y0)).astype(np.float32)
    homography = cv2.getPerspectiveTransform(source, target)
    shrink = min(float(np.sqrt(cv2.contourArea(target) / (width * height))) * 1.3, 1.0)
    if shrink < 0.8:
        small = (max(round(width * shrink), 4), max(round(height * shrink), 4))
        pixels = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
        factor = np.diag([small[0] / width, small[1] / height, 1.0])
        shift = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        homography = homography @ np.linalg.inv(np.linalg.inv(shift) @ factor @ shift)
    seen = cv2.warpPerspective(
        to_linear(pixels), homography, (x1 - x0, y1 - y0), borderMode=cv2.BORDER_REPLICATE
    )
    cover = np.zeros((y1 - y0, x1 - x0), np.float32)
    cv2.fillConvexPoly(cover, np.rint(target * 16).astype(np.int32), 1.0, cv2.LINE_8, 4)
    cover = cv2.GaussianBlur(cover, (3, 3), 0.6)[..., None]
    part = light[y0:y1, x0:x1]
    part *= 1 - cover
    part += cover * seen * gain


def draw_neighbour(
    seed: int,
    number: int,
    kind: str,
    light: NDArray[np.float32],
    around_xy: FloatArray | None,
    level: NDArray[np.float32],
    scenery: Scenery,
) -> None:
    """Put a neighbour into the scene, in place, beside the screen where there is one.

    Args:
        seed: The photo's seed.
        number: Tells several neighbours apart.
        kind: ``"monitor"``, ``"paper"``, ``"window"`` or ``"frame"``.
        light: (h, w, 3) scene.
        around_xy: (4, 2) the screen's corners in the scene, or None.
        level: (3,) radiance of a white sheet in the room.
        scenery: Where pictures come from.
    """
    rng = stage_rng(seed, f"neighbour-{number}")
    corners = _beside(rng, light.shape[1::-1], around_xy, kind)
    gain = level
    if kind == "monitor":
        picture, gain = _monitor(rng, scenery)
        bezel = _grow(corners, float(rng.uniform(1.04, 1.14)))
        tone = rng.uniform(0.005, 0.06) if rng.random() < 0.7 else rng.uniform(0.2, 0.7)
        paste(light, np.full((8, 8, 3), 255, np.uint8), bezel, (level * tone).astype(np.float32))
        gain = gain + 0.03 * level
    elif kind == "paper":
        picture = _paper(rng)
    elif kind == "window":
        picture = _picture(rng, scenery)
        gain = np.asarray(level * rng.uniform(2, 12), np.float32)
        frame = _grow(corners, float(rng.uniform(1.05, 1.2)))
        paste(light, np.full((8, 8, 3), 235, np.uint8), frame, level)
    else:
        picture = _picture(rng, scenery)
        frame = _grow(corners, float(rng.uniform(1.03, 1.2)))
        wood = np.full((8, 8, 3), rng.integers(10, 245, 3), np.uint8)
        paste(light, wood, frame, level)
    paste(light, picture, corners, gain)


def _grow(corners_xy: FloatArray, factor: float) -> FloatArray:
    centre = corners_xy.mean(axis=0)
    return np.asarray(centre + (corners_xy - centre) * factor)


def _beside(
    rng: np.random.Generator, size_wh: tuple[int, int], around_xy: FloatArray | None, kind: str
) -> FloatArray:
    """Draw a quadrangle, outside the screen's own where there is one."""
    frame = np.array(size_wh, np.float64)
    shape = float(rng.uniform(0.65, 0.8)) if kind == "paper" else float(rng.uniform(1.2, 1.9))
    if kind == "paper" and rng.random() < 0.3:
        shape = 1 / shape
    if around_xy is None:
        size = float(rng.uniform(0.25, 1.0)) * frame.min()
        centre = frame * rng.uniform(0.25, 0.75, 2)
    else:
        middle, reach = around_xy.mean(axis=0), np.ptp(around_xy, axis=0)
        size = float(rng.uniform(0.35, 1.1)) * reach.max() / max(shape, 1.0)
        side = rng.choice([-1.0, 1.0])
        gap = 0.62 * reach[0] + 0.55 * size * shape
        offset = np.array([side * gap, float(rng.normal(0, 0.25)) * reach[1]])
        if rng.random() < 0.25:
            offset = np.array(
                [float(rng.normal(0, 0.4)) * reach[0], side * (0.75 * reach[1] + 0.5 * size)]
            )
        centre = middle + offset
    corners = 0.5 * size * np.array([[-shape, -1], [shape, -1], [shape, 1], [-shape, 1]])
    corners *= 1 + rng.normal(0, 0.06, (4, 2))
    lean = np.radians(rng.normal(0, 25 if kind == "paper" else 5))
    turn = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    return np.asarray(centre + corners @ turn)


def _picture(rng: np.random.Generator, scenery: Scenery) -> PixelArray:
    photo = scenery.photo(int(rng.integers(1 << 16)))
    if photo is not None:
        return photo
    return np.asarray(
        cv2.resize(
            rng.integers(0, 256, (6, 8, 3)).astype(np.uint8),
            (256, 192),
            interpolation=cv2.INTER_CUBIC,
        )
    )


def _monitor(rng: np.random.Generator, scenery: Scenery) -> tuple[PixelArray, NDArray[np.float32]]:
    bright = np.full(3, float(rng.uniform(0.4, 1.2)), np.float32)
    kind = rng.random()
    if kind < 0.25:
        return np.full((8, 8, 3), rng.integers(0, 30), np.uint8), bright
    if kind < 0.5:
        return _picture(rng, scenery), bright
    picture = np.full((300, 480, 3), rng.integers(0, 60) if rng.random() < 0.4 else 245, np.uint8)
    ink = 255 - int(picture[0, 0, 0])
    cv2.rectangle(
        picture, (0, 0), (480, int(rng.integers(8, 26))), rng.integers(0, 255, 3).tolist(), -1
    )
    _lines(rng, picture, ink, (0.05, 0.12, 0.95, 0.95))
    return picture, bright


def _paper(rng: np.random.Generator) -> PixelArray:
    sheet = np.full((420, 300, 3), rng.integers(190, 250, 3), np.uint8)
    if rng.random() < 0.9:
        _lines(rng, sheet, int(rng.integers(10, 90)), (0.08, 0.06, 0.92, 0.95))
    return sheet


def _lines(
    rng: np.random.Generator, picture: PixelArray, ink: int, box: tuple[float, float, float, float]
) -> None:
    """Draw lines of words too small to be read."""
    height, width = picture.shape[:2]
    y, pitch = box[1] * height, float(rng.uniform(6, 14))
    while y < box[3] * height:
        x, end = box[0] * width, box[2] * width * float(rng.uniform(0.3, 1.0))
        while x < end and rng.random() < 0.97:
            word = float(rng.uniform(6, 40))
            stop = (int(min(x + word, box[2] * width)), int(y + pitch * 0.4))
            cv2.rectangle(picture, (int(x), int(y)), stop, (ink,) * 3, -1)
            x += word + 4
        y += pitch
