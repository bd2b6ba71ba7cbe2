"""Whether a region's rows come in a rhythm, as lines of text and striped tables do.

Anatomy repeats itself nowhere over several like distances; the lines of a page do.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# Distances between lines that are looked for, rows of the working grid, and how many in a row.
LEAST_LAG, REPEATS = 5, 3
_TREND_ROWS, _TREND_SIGMA = 81, 16.0
MIN_ROWS, MIN_FILLED = 48, 0.3


def rhythm(level: NDArray[np.float32], inside: NDArray[np.uint8]) -> float:
    """Return how regularly a region's rows repeat, up to 1; 0 for one too low to tell.

    Args:
        level: (h, w) compressed luma.
        inside: (h, w) 1 in the region.
    """
    filled = inside.sum(axis=1, dtype=np.int64)
    rows = np.flatnonzero(filled > MIN_FILLED * max(int(filled.max()), 1))
    if len(rows) < MIN_ROWS:
        return 0.0
    slope = np.abs(np.gradient(level, axis=0)) * inside
    busy = (slope.sum(axis=1)[rows] / filled[rows]).astype(np.float32)
    trend = cv2.GaussianBlur(busy[:, None], (1, _TREND_ROWS), _TREND_SIGMA)
    detrended = busy.astype(np.float64) - np.asarray(trend, np.float64)[:, 0]
    likeness = _autocorrelation(detrended)
    longest = len(rows) // (REPEATS + 1)
    if longest <= LEAST_LAG or likeness is None:
        return 0.0
    near = np.maximum(np.maximum(likeness[:-2], likeness[1:-1]), likeness[2:])
    lags = np.arange(LEAST_LAG, longest)
    repeated = np.stack([near[times * lags - 1] for times in range(1, REPEATS + 1)])
    return max(float(repeated.min(axis=0).max()), 0.0)


def _autocorrelation(values: NDArray[Any]) -> NDArray[Any] | None:
    count = len(values)
    sums = np.correlate(values, values, "full")[count - 1 :]
    means = sums / np.arange(count, 0, -1)
    return means / means[0] if means[0] > 1e-9 else None
