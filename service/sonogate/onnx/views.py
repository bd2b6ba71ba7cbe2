"""What part of a photo the locator's network is shown, and where its canvas lies on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from sonogate.types import FloatArray, PixelArray

WORK_SIDE_PX = 640
# The network takes both shapes; a photo goes in the way it is longer.
LONG_PX, SHORT_PX = 288, 224
MARGIN_PX = 64
STRIDE_PX = 4
OUTSIDE = 128
CLOSE_SHARE = 0.72

# Network input pixel → canvas cell, both counted from the centre of the first.
CELLS: FloatArray = np.array(
    [
        [1 / STRIDE_PX, 0, (MARGIN_PX + 0.5) / STRIDE_PX - 0.5],
        [0, 1 / STRIDE_PX, (MARGIN_PX + 0.5) / STRIDE_PX - 0.5],
        [0, 0, 1],
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What part of a picture the network is shown.

    Attributes:
        matrix: (3, 3) homography, picture pixel → network input pixel.
        size_wh: Shape of the input: landscape or portrait.
    """

    matrix: FloatArray
    size_wh: tuple[int, int]


def whole_view(size_wh: tuple[int, int]) -> View:
    """Return the view of a whole picture, centred with nothing cut off."""
    width, height = size_wh
    input_wh = (LONG_PX, SHORT_PX) if width >= height else (SHORT_PX, LONG_PX)
    scale = min(input_wh[0] / width, input_wh[1] / height)
    shift = [(side - scale * length) / 2 for side, length in zip(input_wh, size_wh, strict=True)]
    offset = [0.5 * scale - 0.5 + value for value in shift]
    return View(np.array([[scale, 0, offset[0]], [0, scale, offset[1]], [0, 0, 1.0]]), input_wh)


def close_view(corners_xy: FloatArray) -> View:
    """Return the view that sets a quad upright in the middle, about in its own shape."""
    sides = np.linalg.norm(np.roll(corners_xy, -1, 0) - corners_xy, axis=1)
    aspect = float(np.clip((sides[0] + sides[2]) / max(sides[1] + sides[3], 1e-6), 0.4, 2.5))
    input_wh = (LONG_PX, SHORT_PX) if aspect >= 1 else (SHORT_PX, LONG_PX)
    scale = CLOSE_SHARE * min(input_wh[0] / aspect, input_wh[1])
    half = np.array([aspect * scale, scale]) / 2
    middle = (np.array(input_wh) - 1) / 2
    target = middle + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    matrix = cv2.getPerspectiveTransform(corners_xy.astype(np.float32), target.astype(np.float32))
    return View(np.asarray(matrix, np.float64), input_wh)


def seen_in(pixels: PixelArray, view: View) -> PixelArray:
    """Return the view's pixels, shrunk by area first where it is much smaller."""
    width, height = view.size_wh
    back = inverse(view.matrix)
    middle = np.array(
        [[width / 2, height / 2], [width / 2 + 1, height / 2], [width / 2, height / 2 + 1]]
    )
    here, right, below = project(back, middle)
    (a, b), (c, d) = right - here, below - here
    step = math.sqrt(max(abs(a * d - b * c), 1e-9))
    matrix = view.matrix
    if step > 1.3:
        full_h, full_w = pixels.shape[:2]
        size = max(8, round(full_w / step)), max(8, round(full_h / step))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        sx, sy = full_w / size[0], full_h / size[1]
        matrix = matrix @ np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1]])
    seen = cv2.warpPerspective(
        pixels,
        matrix,
        view.size_wh,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(OUTSIDE, OUTSIDE, OUTSIDE),
    )
    return np.asarray(seen, np.uint8)


def reduced(pixels: PixelArray) -> tuple[PixelArray, FloatArray]:
    """Return the picture at working size, and its pixels' size in the photo's."""
    height, width = pixels.shape[:2]
    scale = min(WORK_SIDE_PX / max(width, height), 1.0)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    work = pixels
    # Halving is a third of the cost of shrinking at once.
    while min(work.shape[1] // size[0], work.shape[0] // size[1]) >= 2:
        half = work.shape[1] // 2, work.shape[0] // 2
        work = np.asarray(cv2.resize(work, half, interpolation=cv2.INTER_AREA), np.uint8)
    if size != (work.shape[1], work.shape[0]):
        work = np.asarray(cv2.resize(work, size, interpolation=cv2.INTER_AREA), np.uint8)
    return work, np.array([width / size[0], height / size[1]])


def frame_in_cells(
    size_wh: tuple[int, int], to_cells: FloatArray
) -> tuple[float, float, float, float]:
    """Return the box of the picture's corners on the canvas, kept inside the network's input."""
    width, height = size_wh
    corners = np.array(
        [[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]
    )
    cells = project(to_cells, corners)
    x0, y0 = cells.min(0)
    x1, y1 = cells.max(0)
    return float(x0), float(y0), float(x1), float(y1)


def project(matrix: FloatArray, points_xy: FloatArray) -> FloatArray:
    """Return (N, 2) points taken through a homography."""
    mapped = points_xy @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def inverse(matrix: FloatArray) -> FloatArray:
    """Return the inverse of a homography."""
    return np.asarray(np.linalg.inv(matrix), np.float64)
