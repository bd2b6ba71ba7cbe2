"""Plane geometry of quads, as much of it as the locator needs."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray


def in_order_of(ordered_xy: FloatArray, corners_xy: FloatArray) -> FloatArray:
    """Return corners rolled so that each lies nearest to its like."""
    rolled = [np.roll(corners_xy, turn, axis=0) for turn in range(4)]
    return min(rolled, key=lambda quad: float(np.sum((quad - ordered_xy) ** 2)))


def diagonal(quad_xy: FloatArray) -> float:
    """Return the mean of both diagonals."""
    return (
        float(np.linalg.norm(quad_xy[2] - quad_xy[0]) + np.linalg.norm(quad_xy[3] - quad_xy[1])) / 2
    )


def _area(polygon_xy: NDArray[np.float32]) -> float:
    return float(cv2.contourArea(polygon_xy)) if len(polygon_xy) >= 3 else 0.0


def overlap(a_xy: FloatArray, b_xy: FloatArray) -> float:
    """Return the intersection over union of two convex quads."""
    a, b = a_xy.astype(np.float32), b_xy.astype(np.float32)
    common = float(cv2.intersectConvexConvex(a, b)[0])
    union = _area(a) + _area(b) - common
    return min(common / union, 1.0) if union > 0 else 0.0


def visible_fraction(quad_xy: FloatArray, size_wh: tuple[int, int]) -> float:
    """Return the share of the quad's area that lies inside the photo."""
    width, height = size_wh
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(
        0.5
    )
    quad = quad_xy.astype(np.float32)
    area = _area(quad)
    if area <= 0:
        return 0.0
    return min(max(float(cv2.intersectConvexConvex(quad, frame)[0]) / area, 0.0), 1.0)
