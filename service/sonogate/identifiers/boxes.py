"""Upright boxes around polygons: (x0, y0, x1, y1), pixels."""

from __future__ import annotations

import math

import numpy as np

from sonogate.types import FloatArray


def bounds(polygon_xy: FloatArray) -> FloatArray:
    """Return the upright box around a polygon, (4,) float64."""
    return np.concatenate((polygon_xy.min(axis=0), polygon_xy.max(axis=0)))


def polygon(box: FloatArray) -> FloatArray:
    """Return an upright box as a (4, 2) polygon, clockwise from the top left."""
    x0, y0, x1, y1 = box
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)


def pixels(box: FloatArray, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return the whole pixels x0, y0, x1, y1 (ends exclusive) of a picture that a box touches."""
    x0, y0 = (min(max(0, math.floor(box[axis] + 0.5)), shape[1 - axis]) for axis in (0, 1))
    x1 = min(math.floor(box[2] + 0.5) + 1, shape[1])
    y1 = min(math.floor(box[3] + 0.5) + 1, shape[0])
    return x0, y0, max(x1, x0), max(y1, y0)


def height(box: FloatArray) -> float:
    """Return the height of a box."""
    return float(box[3] - box[1])


def centre_y(box: FloatArray) -> float:
    """Return the y of a box's centre."""
    return float(0.5 * (box[1] + box[3]))


def gap_x(first: FloatArray, second: FloatArray) -> float:
    """Return the horizontal gap between two boxes; negative where they overlap."""
    return float(max(first[0], second[0]) - min(first[2], second[2]))


def gap_y(first: FloatArray, second: FloatArray) -> float:
    """Return the vertical gap between two boxes; negative where they overlap."""
    return float(max(first[1], second[1]) - min(first[3], second[3]))


def share_inside(first: FloatArray, second: FloatArray) -> float:
    """Return the share of the first box's area that lies within the second."""
    width, high = -gap_x(first, second), -gap_y(first, second)
    area = float((first[2] - first[0]) * (first[3] - first[1]))
    return max(width, 0.0) * max(high, 0.0) / max(area, 1e-6)


def same_line(first: FloatArray, second: FloatArray) -> bool:
    """Say whether two boxes overlap by more than half of the lower one's height."""
    return -gap_y(first, second) > 0.5 * min(height(first), height(second))
