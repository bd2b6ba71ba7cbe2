"""Which edge of each side is the display's, the four sides weighed together.

The housing is alike all around: where a black picture hides the panel's edge on one side,
the steps from border to lip to bezel are as far from it as they are on the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonogate.screen.edges import Edges
from sonogate.screen.strip import Strip
from sonogate.types import FloatArray

MOST_EACH = 5
# The profile outward of an edge that is compared between sides, in steps.
_HOUSING = np.arange(2, 31)
# Fitted to simulated photos: features of ``edges``, then that it is where it was looked for.
_WEIGHTS: FloatArray = np.array(
    [
        3.84, 1.93, 0.94, 2.15, 1.12, -0.3, -0.7, -0.43, -0.76, 0.36, 0.17, -0.8,
        -0.05, -0.19, -0.83, 0.71, -0.92, 0.42, -1.88, 0.09, 1.15, 0.6, -1.46, -5.39,
    ]
)  # fmt: skip
_COARSE_LOGIT = -4.39
_SHARE_OF_SIDES, _LIKENESS_WEIGHT = 0.45, 1.38


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What was chosen for one side.

    Attributes:
        edge: Index of the edge, or None where the coarse side is kept.
        belief: Share of belief in it, 0-1.
    """

    edge: int | None
    belief: float


@dataclass(frozen=True, slots=True, eq=False)
class _Few:
    """The likeliest places of a side: index (-1 for the coarse one), offset, logit, housing."""

    index: FloatArray
    offsets_px: FloatArray
    logits: FloatArray
    housing: FloatArray


def choose(
    strips: list[Strip | None], edges: list[Edges | None], scales: FloatArray
) -> list[Chosen]:
    """Choose an edge for each of the four sides.

    Args:
        strips: The sides' strips; None for one out of the frame, which keeps its place.
        edges: Their edges.
        scales: (4,) how large each side is seen, relative to the opposite one.
    """
    few = [
        None if strip is None or found is None else _likeliest(strip, found, float(scale))
        for strip, found, scale in zip(strips, edges, scales, strict=True)
    ]
    kept = [side for side in few if side is not None]
    beliefs = iter(_weigh(kept))
    chosen = []
    for side in few:
        if side is None:
            chosen.append(Chosen(None, 0.0))
            continue
        belief = next(beliefs)
        # The place with the least expected error: near twins help each other.
        apart = np.abs(side.offsets_px[:, None] - side.offsets_px[None])
        limit = 25.0
        best = int(np.argmin(np.minimum(apart, limit) @ belief))
        index = int(side.index[best])
        chosen.append(Chosen(None if index < 0 else index, float(belief[best])))
    return chosen


def _likeliest(strip: Strip, edges: Edges, scale: float) -> _Few:
    logits = np.append(edges.features @ _WEIGHTS, _COARSE_LOGIT)
    logits = logits - logits.max()
    logits = logits - np.log(np.exp(logits).sum())
    offsets = np.append(edges.offsets_px, 0.0)
    order = np.argsort(-logits, kind="stable")[:MOST_EACH]
    index = np.where(order < len(edges.offsets_px), order, -1)
    profile = strip.profile()
    columns = offsets[order, None] / strip.step_px + len(profile) // 2 + _HOUSING * scale
    housing = np.interp(columns.ravel(), np.arange(len(profile)), profile, right=0.0)
    return _Few(index, offsets[order], logits[order], housing.reshape(columns.shape))


def _weigh(sides: list[_Few]) -> list[FloatArray]:
    """Return the belief in each place of each side, given the other sides."""
    if not sides:
        return []
    shape = tuple(len(side.logits) for side in sides)
    total = np.zeros(shape)
    pairs = max(len(sides) * (len(sides) - 1) // 2, 1)
    for a, side in enumerate(sides):
        total = total + _along(_SHARE_OF_SIDES * side.logits, (a,), len(shape))
        for b in range(a + 1, len(sides)):
            alike = side.housing @ sides[b].housing.T * (_LIKENESS_WEIGHT / pairs)
            total = total + _along(alike, (a, b), len(shape))
    shares = np.exp(total - total.max())
    shares = shares / shares.sum()
    axes = range(len(shape))
    return [shares.sum(axis=tuple(axis for axis in axes if axis != a)) for a in axes]


def _along(values: FloatArray, axes: tuple[int, ...], dimensions: int) -> FloatArray:
    return values.reshape(
        [values.shape[axes.index(k)] if k in axes else 1 for k in range(dimensions)]
    )
