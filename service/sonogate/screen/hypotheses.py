"""Quads made of four lines, and how much each looks like a display."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sonogate.screen import geometry
from sonogate.screen.lines import Lines
from sonogate.screen.surfaces import surfaces
from sonogate.types import FloatArray

MIN_SIDE_SHARE = 0.12
MAX_KEPT = 200
SAME_SHARE = 0.05
# Fitted to composites of displays in rooms and to rooms without one.
_QUICK_WEIGHTS: FloatArray = np.array(
    [3.9, 7.5, 5.5, 6.2, 1.7, -0.5, 5.4, -10.5, -3.0, -9.5, -3.6, 10.7, 2.3, 3.1, 1.1, 4.0]
)

_WEIGHTS: FloatArray = np.array(
    [
        3.2,
        8.55,
        2.59,
        16.49,
        1.25,
        -0.33,
        -1.44,
        -0.02,
        -2.71,
        -4.08,
        0.12,
        -2.66,
        1.02,
        -0.66,
        3.0,
        -6.64,
        0.67,
        -0.67,
        1.59,
        0.37,
        -3.98,
        -1.01,
        -0.33,
        0.1,
        -0.12,
        0.44,
        -1.97,
        -0.24,
        0.61,
        0.44,
        -0.59,
        -0.66,
        -0.63,
        0.99,
        0.16,
    ]
)
_BIAS = -13.9


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


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the reduced picture offers: its lines, and its (height, width) level map."""

    horizontal: Lines
    vertical: Lines
    level: NDArray[np.float32]


def build(horizontal: Lines, vertical: Lines, size_wh: tuple[int, int]) -> Hypotheses:
    """Return the best-supported quads between two horizontal and two vertical lines."""
    width, height = size_wh
    # Corner (i, j): y = a + b x meets x = c + d y.
    a, b = horizontal.offset[:, None], horizontal.slope[:, None]
    c, d = vertical.offset[None, :], vertical.slope[None, :]
    y = (a + b * c) / np.maximum(1.0 - b * d, 0.05)
    x = c + d * y
    least = MIN_SIDE_SHARE * max(width, height)
    upper, lower = _pairs(horizontal, 0.5 * width, least)
    before, after = _pairs(vertical, 0.5 * height, least)
    top, left = np.repeat(upper, len(before)), np.tile(before, len(upper))
    bottom, right = np.repeat(lower, len(before)), np.tile(after, len(upper))
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
    quads = Hypotheses(corners, sides, overrun, seen)
    kept = np.argsort(-quick_features(quads, size_wh) @ _QUICK_WEIGHTS, kind="stable")[:MAX_KEPT]
    return Hypotheses(corners[kept], sides[kept], overrun[kept], seen[kept])


def quick_features(quads: Hypotheses, size_wh: tuple[int, int]) -> FloatArray:
    """Return (N, K) features that cost next to nothing, for the first selection."""
    seen = np.clip(quads.seen, 0.0, 1.0)
    support = np.sort(np.where(seen > 0, quads.sides[:, :, 0], 0.35), axis=1)
    signed = np.sort(np.clip(quads.sides[:, :, 1] / 10.0, -1.0, 1.0), axis=1)
    area = np.abs(_areas(quads.corners_xy)) / (size_wh[0] * size_wh[1])
    out_of_sight = (quads.seen == 0).sum(axis=1)
    columns = [
        *support.T,
        signed[:, 0],
        signed.mean(axis=1),
        np.abs(signed).mean(axis=1),
        np.minimum(quads.sides[:, :, 3], 64.0).mean(axis=1) / 32.0,
        np.minimum(quads.sides[:, :, 5], 64.0).mean(axis=1) / 32.0,
        quads.overrun.mean(axis=1),
        quads.overrun.max(axis=1),
        seen.mean(axis=1),
        out_of_sight == 1,
        out_of_sight == 2,
        np.log(np.maximum(area, 1e-3)),
        area,
    ]
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


def _pairs(lines: Lines, middle: float, least: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of lines at least ``least`` apart in the frame's middle, in order."""
    where = lines.offset + lines.slope * middle
    order = np.argsort(where, kind="stable")
    first, second = np.triu_indices(len(order), k=1)
    first, second = order[first], order[second]
    apart = where[second] - where[first] >= least
    return first[apart], second[apart]


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


def features(quads: Hypotheses, evidence: Evidence, size_wh: tuple[int, int]) -> FloatArray:
    """Return (N, K) features that tell a display's quad from another."""
    support = np.where(quads.seen > 0, quads.sides[:, :, 0], 0.35)
    ordered = np.sort(support, axis=1)
    signed = np.sort(np.clip(quads.sides[:, :, 1] / 10.0, -1.5, 1.5), axis=1)
    outside, outside_sd = quads.sides[:, :, 2] / 64.0, quads.sides[:, :, 3] / 32.0
    inside, inside_sd = quads.sides[:, :, 4] / 64.0, quads.sides[:, :, 5] / 32.0
    area = np.abs(_areas(quads.corners_xy)) / (size_wh[0] * size_wh[1])
    out_of_sight = (quads.seen == 0).sum(axis=1)
    aspect, misfit = _shapes(quads.corners_xy, size_wh)
    shape = np.abs(np.log(aspect)[:, None] - _LOG_ASPECTS).min(axis=1)
    columns = [
        *ordered.T,
        signed[:, 0],
        signed[:, 1],
        signed.mean(axis=1),
        np.abs(signed).mean(axis=1),
        outside.mean(axis=1),
        np.minimum(outside.std(axis=1), 1.0),
        outside_sd.mean(axis=1),
        outside_sd.max(axis=1),
        inside.mean(axis=1),
        inside_sd.mean(axis=1),
        quads.overrun.mean(axis=1),
        quads.overrun.max(axis=1),
        out_of_sight == 1,
        out_of_sight == 2,
        np.log(np.maximum(area, 1e-3)),
        area,
        np.minimum(shape, 0.3) * 5.0,
        np.minimum(misfit, 6.0) / 3.0,
        *surfaces(quads.corners_xy, evidence.level),
    ]
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


_LOG_ASPECTS = np.log([1.25, 4 / 3, 1.6, 16 / 9, 0.75, 0.5625, 0.625, 0.8])


def _shapes(corners: FloatArray, size_wh: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return each quad's aspect ratio, and how far it is from a rectangle seen in perspective.

    As ``geometry.pose``, for many quads at once and with one usual focal length only.
    """
    centre = 0.5 * (np.array(size_wh) - 1.0)
    p = (corners - centre) / (0.5 * float(np.hypot(*size_wh)))
    # The homography of the unit square (Heckbert 1989), columns one and two.
    s = p[:, 0] - p[:, 1] + p[:, 2] - p[:, 3]
    d1, d2 = p[:, 1] - p[:, 2], p[:, 3] - p[:, 2]
    det = d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]
    det = np.where(np.abs(det) < 1e-9, 1e-9, det)
    g = (s[:, 0] * d2[:, 1] - s[:, 1] * d2[:, 0]) / det
    h = (d1[:, 0] * s[:, 1] - d1[:, 1] * s[:, 0]) / det
    focal = 2.0 * geometry.USUAL_FOCAL_DIAGONALS
    across = np.column_stack([(p[:, 1] - p[:, 0] + g[:, None] * p[:, 1]) / focal, g])
    down = np.column_stack([(p[:, 3] - p[:, 0] + h[:, None] * p[:, 3]) / focal, h])
    length_a = np.maximum(np.linalg.norm(across, axis=1), 1e-9)
    length_d = np.maximum(np.linalg.norm(down, axis=1), 1e-9)
    cosine = np.abs((across * down).sum(axis=1)) / (length_a * length_d)
    return length_a / length_d, cosine / 0.02


def choose(quads: Hypotheses, evidence: Evidence, size_wh: tuple[int, int]) -> tuple[int, float]:
    """Return the index of the quad most like a display, and the belief in it, 0-1.

    A conditional logit over all quads and "there is no display"; quads that differ by a
    hair share their belief.
    """
    logits = features(quads, evidence, size_wh) @ _WEIGHTS + _BIAS
    best = int(np.argmax(logits))
    top = max(float(logits[best]), 0.0)
    shares = np.exp(logits - top)
    corners = quads.corners_xy
    apart = np.hypot(*np.moveaxis(corners - corners[best], 2, 0)).max(axis=1)
    alike = apart < SAME_SHARE * geometry.diagonal_px(corners[best])
    return best, float(shares[alike].sum() / (shares.sum() + np.exp(-top)))


def _areas(corners: FloatArray) -> FloatArray:
    x, y = corners[..., 0], corners[..., 1]
    ahead_x, ahead_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    return np.asarray(0.5 * np.sum(x * ahead_y - ahead_x * y, axis=1))
