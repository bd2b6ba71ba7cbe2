"""What the picture looks like inside quads, just around them and farther out."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray


def surfaces(corners: FloatArray, level: NDArray[np.float32]) -> list[FloatArray]:
    """Return levels and unevenness in the quad, in a thin ring around it and farther out."""
    smooth = np.asarray(cv2.GaussianBlur(level, (0, 0), 2.0), dtype=np.float32)
    rough = np.asarray(cv2.GaussianBlur(np.abs(level - smooth), (0, 0), 2.0), dtype=np.float32)
    height, width = level.shape
    rings = {"in": _INNER, "near": _ring(1.07), "far": _ring(1.22)}
    found: dict[str, FloatArray] = {}
    for name, weights in rings.items():
        points = np.einsum("pk,nkd->npd", weights, corners)
        x, y = np.rint(points[..., 0]).astype(np.intp), np.rint(points[..., 1]).astype(np.intp)
        seen = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        count = np.maximum(seen.sum(axis=1), 1)
        values = smooth[y, x].astype(np.float64)
        mean = (values * seen).sum(axis=1) / count
        spread = np.sqrt(((values - mean[:, None]) ** 2 * seen).sum(axis=1) / count)
        found[name] = mean / 64.0
        found[name + "_spread"] = spread / 32.0
        found[name + "_rough"] = np.sqrt((rough[y, x] * seen).sum(axis=1) / count)
    return [
        *found.values(),
        found["in"] - found["near"],
        found["near"] - found["far"],
        np.abs(found["near"] - found["far"]),
        found["in_rough"] - found["near_rough"],
    ]


def _ring(factor: float) -> FloatArray:
    """Return (P, 4) weights of the corners for places around the quad, ``factor`` out."""
    t = (np.arange(10) + 0.5) / 10.0 * factor - 0.5 * (factor - 1.0)
    low, high = np.full(10, 0.5 - 0.5 * factor), np.full(10, 0.5 + 0.5 * factor)
    u = np.concatenate([t, high, t, low])
    v = np.concatenate([low, t, high, t])
    return _bilinear(u, v)


def _bilinear(u: FloatArray, v: FloatArray) -> FloatArray:
    return np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)


_INNER = _bilinear(*((np.mgrid[0:9, 0:9].reshape(2, -1) + 0.5) / 9.0))
