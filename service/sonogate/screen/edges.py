"""The edges that run along one side of a quad, and which of them is the display's.

From the outside in a side shows room, bezel, often a darker lip and a black border, and then
the panel. Housing is even along its whole length; what is displayed is not. A logistic
model, fitted to simulated photos, weighs what is seen of each edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sonogate.screen.strip import HeatMap, Strip
from sonogate.types import FloatArray

Columns: TypeAlias = NDArray[np.intp]

MOST_EDGES = 9
LEAST_PEAK = 0.035
# Votes beyond which a place takes part in an edge.
SURE_VOTE = 0.35
_RIM = 4
_NEAR, _FAR = (1, 4), (4, 15)


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The edges along one side, from the inside out.

    Attributes:
        offsets_px: (N,) distance outward from the strip's sheared side.
        signs: (N,) 1 where the inner side is brighter, -1 where the outer is.
        features: (N, K) what is seen of each: see ``_features``.
    """

    offsets_px: FloatArray
    signs: FloatArray
    features: FloatArray


def find_edges(strip: Strip) -> Edges:
    """Return the edges that run along a side."""
    profile = strip.profile()
    height = np.abs(profile)
    inner = height[1:-1]
    peak = (inner > LEAST_PEAK) & (inner >= height[:-2]) & (inner > height[2:])
    peak[: _RIM - 1] = peak[-(_RIM - 1) :] = False
    kept: list[int] = []
    for column in sorted(np.flatnonzero(peak) + 1, key=lambda at: -height[at]):
        apart = [abs(column - other) > 2 or profile[column] * profile[other] < 0 for other in kept]
        if all(apart):
            kept.append(int(column))
    columns: Columns = np.array(sorted(kept[:MOST_EDGES]), dtype=np.intp)
    if not len(columns):
        return Edges(np.empty(0), np.empty(0), np.empty((0, FEATURES)))
    before, here, after = (height[columns + shift] for shift in (-1, 0, 1))
    bend = np.maximum(2.0 * here - before - after, 1e-9)
    exact = columns.astype(np.float64) + np.clip(0.5 * (after - before) / bend, -0.5, 0.5)
    middle = len(strip.offsets_px) // 2
    return Edges(
        offsets_px=np.asarray((exact - middle) * strip.step_px, dtype=np.float64),
        signs=np.sign(profile[columns]),
        features=_features(strip, columns, profile),
    )


FEATURES = 24


def _features(strip: Strip, columns: Columns, profile: FloatArray) -> FloatArray:
    """Return (N, K): what is seen of each edge."""
    level = strip.level
    middle_level = np.median(level, axis=0)
    low, high = np.percentile(middle_level, [2, 98])
    span = max(float(high - low), 8.0)
    inner_brighter = _spread_max((strip.votes > SURE_VOTE).mean(axis=0))
    outer_brighter = _spread_max((strip.votes < -SURE_VOTE).mean(axis=0))
    cover = np.maximum(inner_brighter, outer_brighter)[columns]
    rows = []
    half = len(profile) // 2
    for k, column in enumerate(columns):
        out_near = _stripe(level, column + _NEAR[0] + 1, column + _NEAR[1] + 1)
        out_far = _stripe(level, column + _FAR[0] + 1, column + _FAR[1] + 1)
        in_near = _stripe(level, column - _NEAR[1], column - _NEAR[0] + 1)
        in_far = _stripe(level, column - _FAR[1], column - _FAR[0])
        step = (in_near[1] - out_near[1]) / 20.0
        away = (column - half) / half
        rows.append(
            [
                max(profile[column], 0.0),
                max(-profile[column], 0.0),
                inner_brighter[column],
                outer_brighter[column],
                np.tanh(step),
                np.tanh(abs(step)),
                out_near[0],
                out_far[0],
                in_near[0],
                in_far[0],
                (out_near[1] - low) / span,
                (out_far[1] - low) / span,
                (in_near[1] - low) / span,
                (in_far[1] - low) / span,
                cover[:k].max(initial=0.0),
                cover[k + 1 :].max(initial=0.0),
                inner_brighter[columns[:k]].max(initial=0.0),
                inner_brighter[columns[k + 1 :]].max(initial=0.0),
                outer_brighter[columns[:k]].max(initial=0.0),
                outer_brighter[columns[k + 1 :]].max(initial=0.0),
                min(k, 5) / 5.0,
                min(len(columns) - 1 - k, 5) / 5.0,
                out_near[1] / 64.0,
                abs(away),
            ]
        )
    return np.array(rows, dtype=np.float64)


def _spread_max(values: FloatArray) -> FloatArray:
    padded = np.pad(values, 1, mode="edge")
    return np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])


def _stripe(level: HeatMap, start: int, end: int) -> tuple[float, float]:
    """Return how uneven a stripe is along the side, and its mean level."""
    columns = level.shape[1]
    start = min(max(start, 0), columns - 1)
    along = level[:, start : max(min(end, columns), start + 1)].mean(axis=1)
    bends = np.abs(along[2:] - 2.0 * along[1:-1] + along[:-2])
    return float(np.sqrt(bends.mean())), float(along.mean())
