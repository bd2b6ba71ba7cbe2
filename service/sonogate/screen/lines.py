"""Long straight edges of a picture, and what lies along them.

Segments are found by LSD (von Gioi et al., "LSD: a line segment detector", IPOL 2012),
joined where they lie on one line, and each line is sampled from one end of the frame to
the other, so that the evidence along any part of it costs one subtraction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray

MIN_SEGMENT_PX = 12.0
JOIN_PX = 1.8
MAX_LINES = 18
STRIP_PX = 4
# Half the length over which a gradient counts for half: see ``support``.
_SOFT = 2.5
_SEGMENT_ANGLE_DEG = 22.5


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Lines of one family, nearly horizontal or nearly vertical.

    Everything is stated for horizontal ones, y = offset + slope x; for vertical ones x
    and y change places.

    Attributes:
        offset: (N,) y where x is 0.
        slope: (N,) dy / dx.
        sums: (N, channels, X + 1) running sums along x of, in this order: edge support,
            signed edge (later minus earlier side), level on the earlier (smaller y) side,
            its square, level on the later side, its square, and presence in the frame.
        border: (N,) True for a frame's border standing in for a side out of sight.
    """

    offset: FloatArray
    slope: FloatArray
    sums: FloatArray
    border: NDArray[np.bool_]

    def mean(self, index: NDArray[np.intp], start: FloatArray, end: FloatArray) -> FloatArray:
        """Return the channels' means over [start, end] clipped to the frame, (..., channels).

        The last channel is the share of the span that is inside the frame.
        """
        size = self.sums.shape[2] - 1
        low = np.clip(np.rint(start), 0, size).astype(np.intp)
        high = np.clip(np.rint(end), 0, size).astype(np.intp)
        total = self.sums[index, :, high] - self.sums[index, :, low]
        present = total[..., -1:]
        means = total / np.maximum(present, 1.0)
        means[..., -1] = np.clip(present[..., 0] / np.maximum(end - start, 1.0), 0.0, 1.0)
        return means


def level_map(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return luma on a scale where equal steps are about equally visible, 0-255.

    A fourth root of light, stretched to the picture's own range: a black picture in a
    black bezel keeps its faint edges.
    """
    root = np.sqrt(luma.astype(np.float32))
    low, high = np.percentile(root[::4, ::4], (0.5, 99.5))
    gain = 235.0 / max(float(high - low), 3.0)
    stretched = np.clip((root - low) * gain + 10.0, 0.0, 255.0)
    return np.asarray(stretched, dtype=np.float32)


def find_lines(level: NDArray[np.float32]) -> tuple[Lines, Lines]:
    """Return the nearly horizontal and the nearly vertical lines of a level map."""
    smooth = np.asarray(cv2.GaussianBlur(level, (0, 0), 1.0), dtype=np.float32)
    half = cv2.resize(smooth, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    # The half-sized picture shows long faint edges that noise breaks up in the full one.
    coarse = 2.0 * _segments(cv2.GaussianBlur(half, (0, 0), 0.8)) + 0.5
    segments = np.concatenate([_segments(smooth), coarse])
    run, rise = segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1]
    long = np.hypot(run, rise) >= MIN_SEGMENT_PX
    flat = np.abs(rise) <= np.abs(run)
    horizontal = _join(segments[long & flat])
    vertical = _join(segments[long & ~flat][:, [1, 0, 3, 2]])
    return _sample(horizontal, smooth), _sample(vertical, np.ascontiguousarray(smooth.T))


def _segments(picture: NDArray[Any]) -> FloatArray:
    detector = cv2.createLineSegmentDetector(
        cv2.LSD_REFINE_STD, 0.8, 0.6, 1.0, _SEGMENT_ANGLE_DEG, 0.0, 0.6, 1024
    )
    found = detector.detect(picture.astype(np.uint8))[0]
    return np.empty((0, 4)) if found is None else found.reshape(-1, 4).astype(np.float64)


def _join(segments: FloatArray) -> FloatArray:
    """Join segments on one line; return (N, 2) offset and slope, best supported first."""
    length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    order = np.argsort(-length, kind="stable")
    segments, length = segments[order], length[order]
    moments = _moments(segments, length)
    free = np.ones(len(segments), dtype=bool)
    joined: list[tuple[float, float, float]] = []
    for seed in range(len(segments)):
        if not free[seed] or len(joined) >= 4 * MAX_LINES:
            continue
        mine = np.zeros(len(segments), dtype=bool)
        mine[seed] = True
        offset = slope = 0.0
        for _ in range(3):
            offset, slope = _fit(moments[mine].sum(axis=0))
            tolerance = JOIN_PX * math.hypot(1.0, slope)
            off = np.abs(segments[:, 1::2] - (offset + slope * segments[:, 0::2]))
            mine = free & (off[:, 0] < tolerance) & (off[:, 1] < tolerance)
            if not mine.any():
                break
        if not mine.any():
            free[seed] = False
            continue
        free &= ~mine
        free[seed] = False
        joined.append((offset, slope, float(length[mine].sum())))
    joined.sort(key=lambda line: -line[2])
    return np.array([line[:2] for line in joined[:MAX_LINES]]).reshape(-1, 2)


def _moments(segments: FloatArray, length: FloatArray) -> FloatArray:
    """Return (N, 5): weight, and weighted sums of x, y, x² and x y of both ends."""
    x, y = segments[:, 0::2], segments[:, 1::2]
    sums = [np.ones_like(x), x, y, x * x, x * y]
    return np.stack([length * part.sum(axis=1) for part in sums], axis=1)


def _fit(moments: FloatArray) -> tuple[float, float]:
    weight, x, y, xx, xy = (float(value) for value in moments)
    mean_x, mean_y = x / weight, y / weight
    slope = (xy - x * mean_y) / max(xx - x * mean_x, 1e-9)
    slope = min(max(slope, -1.2), 1.2)
    return mean_y - slope * mean_x, slope


def _sample(lines: FloatArray, smooth: NDArray[np.float32]) -> Lines:
    """Sample horizontal ``lines`` of a picture across its width; add the two borders."""
    height, width = smooth.shape
    borders = np.array([[-0.5, 0.0], [height - 0.5, 0.0]])
    offset, slope = np.concatenate([lines, borders]).T
    x = np.arange(width)
    y = offset[:, None] + slope[:, None] * x
    present = (y > 1.0) & (y < height - 2.0)
    row = np.clip(np.rint(y).astype(np.intp), 0, height - 1)

    def at(shift: int) -> FloatArray:
        return np.asarray(smooth[np.clip(row + shift, 0, height - 1), x], dtype=np.float64)

    edges = np.stack([at(shift + 1) - at(shift - 1) for shift in (-1, 0, 1)])
    strongest = np.argmax(np.abs(edges), axis=0)
    edge = np.take_along_axis(edges, strongest[None], axis=0)[0]
    support = np.abs(edge) / (np.abs(edge) + _SOFT)
    before = 0.5 * (at(-STRIP_PX) + at(-STRIP_PX - 2))
    after = 0.5 * (at(STRIP_PX) + at(STRIP_PX + 2))
    channels = [support, np.clip(edge, -20, 20), before, before**2, after, after**2]
    stacked = np.stack([*channels, np.ones_like(support)], axis=1) * present[:, None, :]
    sums = np.concatenate([np.zeros((*stacked.shape[:2], 1)), np.cumsum(stacked, axis=2)], axis=2)
    border = np.arange(len(offset)) >= len(lines)
    return Lines(offset, slope, sums, border)
