"""A simulated video for the fake camera: a screen from afar, closer, tilted, in glare, good."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tests.gatekit import EXPORT

from sonogate.types import PixelArray

SIZE_WH = (1920, 1440)
# Corners as shares of the frame; the glare is a soft lamp in the upper right.
QUADS = {
    "far": [[0.36, 0.34], [0.66, 0.34], [0.66, 0.64], [0.36, 0.64]],
    "closer": [[0.12, 0.12], [1.06, 0.12], [1.06, 0.94], [0.12, 0.94]],
    "tilted": [[0.06, 0.03], [0.72, 0.25], [0.72, 0.75], [0.06, 0.97]],
    "glare": [[0.05, 0.06], [0.95, 0.06], [0.95, 0.95], [0.05, 0.95]],
    "good": [[0.05, 0.06], [0.95, 0.06], [0.95, 0.95], [0.05, 0.95]],
}
HINTS = {
    "far": "too_far",
    "closer": "cut_off",
    "tilted": "off_angle",
    "glare": "glare",
    "good": "good",
}


def scene(name: str, size_wh: tuple[int, int] = SIZE_WH) -> PixelArray:
    """Return one scene, RGB."""
    width, height = size_wh
    export = cv2.imread(str(EXPORT))[..., ::-1]
    corners = np.array(QUADS[name]) * (width, height)
    picture = np.full((height, width, 3), (96, 92, 86), np.uint8)
    picture[int(0.8 * height) :] = (70, 60, 52)
    middle = corners.mean(axis=0)
    bezel = np.round(middle + (corners - middle) * 1.07).astype(np.int32)
    cv2.fillConvexPoly(picture, bezel, (26, 26, 28), cv2.LINE_AA)
    source = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (export.shape[1], export.shape[0]) - 0.5
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), corners.astype(np.float32))
    shown = cv2.warpPerspective(export, matrix, size_wh, flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.full(export.shape, 255, np.uint8), matrix, size_wh)
    lit = shown.astype(np.float64) + 6.0
    if name == "glare":
        lit += 235.0 * _lamp(size_wh, (0.74 * width, 0.3 * height), 0.11 * width)[..., None]
    picture = np.where(inside > 127, np.clip(lit, 0, 255), picture)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.6), np.uint8)


def _lamp(size_wh: tuple[int, int], at_xy: tuple[float, float], px: float) -> NDArray[np.float64]:
    x, y = np.meshgrid(np.arange(size_wh[0]), np.arange(size_wh[1]))
    return np.exp(-((((x - at_xy[0]) ** 2 + (y - at_xy[1]) ** 2) / (2.0 * px * px)) ** 2))


def write_video(path: Path, names: list[str], seconds: int, last_seconds: int) -> None:
    """Write a YUV4MPEG2 video of one frame a second, which keeps every pixel's value."""
    width, height = SIZE_WH
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F1:1 Ip A1:1 C420jpeg\n".encode())
        for name in names:
            planes = cv2.cvtColor(scene(name), cv2.COLOR_RGB2YUV_I420).tobytes()
            for _ in range(last_seconds if name == names[-1] else seconds):
                file.write(b"FRAME\n" + planes)
