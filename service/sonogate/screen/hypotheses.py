"""Quads made of four lines, and how much each looks like a display."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sonogate.screen.lines import Lines
from sonogate.types import FloatArray

MIN_SIDE_SHARE = 0.12
MAX_KEPT = 160


@dataclass(frozen=True, slots=True, eq=False)
class Hypotheses:
    """Quads with the evidence along their sides.

    Attributes:
        corners_xy: (N, 4, 2) TL, TR, BR, BL.
        sides: (N, 4, 6) per side top, right, bottom, left: edge support 0-1; signed edge,
            positive when the inside is brighter; level outside; its standard deviation;
            level inside; its standard deviation.
        overrun: (N, 4) edge support of the side's line just beyond its two ends.
        seen: (N, 4) share of the side inside the frame; 0 for a frame's border.
    """

    corners_xy: FloatArray
    sides: FloatArray
    overrun: FloatArray
    seen: FloatArray


def build(horizontal: Lines, vertical: Lines, size_wh: tuple[int, int]) -> Hypotheses:
    """Return the best-supported quads between two horizontal and two vertical lines."""
    width, height = size_wh
    # Corner (i, j): y = a + b x meets x = c + d y.
    a, b = horizontal.offset[:, None], horizontal.slope[:, None]
    c, d = vertical.offset[None, :], vertical.slope[None, :]
    y = (a + b * c) / np.maximum(1.0 - b * d, 0.05)
    x = c + d * y
    first_h, second_h = _pairs(len(a))
    first_v, second_v = _pairs(c.shape[1])
    h = np.repeat(np.arange(len(first_h)), len(first_v))
    v = np.tile(np.arange(len(first_v)), len(first_h))
    top, bottom, left, right = first_h[h], second_h[h], first_v[v], second_v[v]
    # Lines come in any order: put the upper first, the left one first.
    swap = y[top, left] + y[top, right] > y[bottom, left] + y[bottom, right]
    top, bottom = np.where(swap, bottom, top), np.where(swap, top, bottom)
    swap = x[top, left] + x[bottom, left] > x[top, right] + x[bottom, right]
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    rows = np.stack([top, top, bottom, bottom], axis=1)
    columns = np.stack([left, right, right, left], axis=1)
    corners = np.stack([x[rows, columns], y[rows, columns]], axis=2)
    borders = np.stack(
        [
            horizontal.border[top],
            vertical.border[right],
            horizontal.border[bottom],
            vertical.border[left],
        ],
        axis=1,
    )
    good = _plausible(corners, width, height) & (borders.sum(axis=1) <= 2)
    corners, borders = corners[good], borders[good]
    top, bottom, left, right = top[good], bottom[good], left[good], right[good]
    measured = [
        _side(horizontal, top, corners[:, 0, 0], corners[:, 1, 0], True),
        _side(vertical, right, corners[:, 1, 1], corners[:, 2, 1], False),
        _side(horizontal, bottom, corners[:, 3, 0], corners[:, 2, 0], False),
        _side(vertical, left, corners[:, 0, 1], corners[:, 3, 1], True),
    ]
    sides = np.stack([side for side, _, _ in measured], axis=1)
    overrun = np.stack([beyond for _, beyond, _ in measured], axis=1)
    seen = np.stack([share for _, _, share in measured], axis=1) * ~borders
    support = np.where(borders, 0.35, sides[:, :, 0] * np.sqrt(np.clip(seen, 0.0, 1.0)))
    quick = support.mean(axis=1) + support.min(axis=1) - 0.15 * overrun.mean(axis=1)
    kept = np.argsort(-quick, kind="stable")[:MAX_KEPT]
    return Hypotheses(corners[kept], sides[kept], overrun[kept], seen[kept])


def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = np.triu_indices(count, k=1)
    return first, second


def _plausible(corners: FloatArray, width: int, height: int) -> NDArray[np.bool_]:
    edges = np.roll(corners, -1, axis=1) - corners
    following = np.roll(edges, -1, axis=1)
    turns = edges[..., 0] * following[..., 1] - edges[..., 1] * following[..., 0]
    lengths = np.hypot(edges[..., 0], edges[..., 1])
    sines = turns / np.maximum(lengths * np.roll(lengths, -1, axis=1), 1e-9)
    longest = max(width, height)
    good = np.all(sines > 0.6, axis=1)
    good &= np.all(lengths > MIN_SIDE_SHARE * longest, axis=1)
    opposite = lengths[:, :2] / np.maximum(lengths[:, 2:], 1e-9)
    good &= np.all((opposite > 0.55) & (opposite < 1.8), axis=1)
    ratio = (lengths[:, 0] + lengths[:, 2]) / np.maximum(lengths[:, 1] + lengths[:, 3], 1e-9)
    good &= (ratio > 0.35) & (ratio < 3.0)
    margin = 0.25 * longest
    x, y = corners[..., 0], corners[..., 1]
    good &= np.all((x > -margin) & (x < width + margin), axis=1)
    good &= np.all((y > -margin) & (y < height + margin), axis=1)
    return np.asarray(good)


def _side(
    lines: Lines, index: NDArray[np.intp], start: FloatArray, end: FloatArray, inside_later: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (N, 6) evidence along a side, (N,) support beyond it, (N,) share seen."""
    span = end - start
    means = lines.mean(index, start + 0.03 * span, end - 0.03 * span)
    earlier = means[:, 2], np.sqrt(np.maximum(means[:, 3] - means[:, 2] ** 2, 0.0))
    later = means[:, 4], np.sqrt(np.maximum(means[:, 5] - means[:, 4] ** 2, 0.0))
    outside, inside = (earlier, later) if inside_later else (later, earlier)
    sign = 1.0 if inside_later else -1.0
    side = np.stack([means[:, 0], sign * means[:, 1], *outside, *inside], axis=1)
    reach = 0.12 * span
    before = lines.mean(index, start - reach, start - 0.02 * span)
    after = lines.mean(index, end + 0.02 * span, end + reach)
    weight = before[:, -1] + after[:, -1]
    beyond = (before[:, 0] * before[:, -1] + after[:, 0] * after[:, -1]) / np.maximum(weight, 1e-6)
    return side, beyond, means[:, -1]


def features(quads: Hypotheses, size_wh: tuple[int, int]) -> FloatArray:
    """Return (N, K) features that tell a display's quad from another."""
    support = np.where(quads.seen > 0, quads.sides[:, :, 0], 0.35)
    ordered = np.sort(support, axis=1)
    signed = np.clip(quads.sides[:, :, 1] / 10.0, -1.5, 1.5)
    outside, outside_sd = quads.sides[:, :, 2] / 64.0, quads.sides[:, :, 3] / 32.0
    inside, inside_sd = quads.sides[:, :, 4] / 64.0, quads.sides[:, :, 5] / 32.0
    area = np.abs(_areas(quads.corners_xy)) / (size_wh[0] * size_wh[1])
    columns = [
        ordered[:, 0],
        ordered[:, 1],
        ordered.mean(axis=1),
        np.sort(signed, axis=1)[:, 0],
        signed.mean(axis=1),
        outside.mean(axis=1),
        outside.std(axis=1),
        outside_sd.mean(axis=1),
        outside_sd.max(axis=1),
        inside.mean(axis=1),
        inside_sd.mean(axis=1),
        (inside - outside).mean(axis=1),
        quads.overrun.mean(axis=1),
        quads.overrun.max(axis=1),
        (quads.seen == 0).sum(axis=1) * 1.0,
        np.log(np.maximum(area, 1e-3)),
        np.sqrt(area),
    ]
    return np.stack(columns, axis=1)


def score(quads: Hypotheses, size_wh: tuple[int, int]) -> FloatArray:
    """Return how far each quad is believed to be a display, 0-100, (N,)."""
    table = features(quads, size_wh)
    raw = (
        4.0 * table[:, 0]
        + 4.0 * table[:, 2]
        + 1.0 * table[:, 4]
        - 1.5 * table[:, 7]
        - 1.5 * table[:, 12]
        + 1.0 * table[:, 15]
        - 2.5
    )
    return np.asarray(100.0 / (1.0 + np.exp(-np.clip(raw, -30.0, 30.0))))


def _areas(corners: FloatArray) -> FloatArray:
    x, y = corners[..., 0], corners[..., 1]
    return np.asarray(0.5 * np.sum(x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y, axis=1))
