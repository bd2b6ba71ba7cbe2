"""Four straight lines and the lens, fitted to sub-pixel positions along a display's edges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sonogate.policy import ScreenPolicy
from sonogate.screen import geometry
from sonogate.screen.strip import outward, places_along, sample
from sonogate.types import FloatArray, PixelArray

# What is known of a phone's distortion before looking: it corrects most of it itself.
K1_SD = 0.02
MAX_K1 = 0.15
FINE_STEP_PX, MAX_FINE_STEPS = 0.5, 24
# Half-width of what belongs to one edge, in diagonals of the quad.
WINDOW = 0.0012
_LEAST_WINDOW_PX = 2.5
_TUKEY = 4.685
_TURNS = 8
_LEAST_SPREAD_PX = 0.12
# Neighbouring places err alike: so many count for one.
_ALIKE = 8.0
LEAST_PLACES = 10
FARTHEST_STEPS, FARTHEST_PX = 1.5, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """An edge to be followed.

    Attributes:
        ends_xy: (2, 2) ideal ends of the line that it is near.
        sign: 1 where the inner side is brighter, -1 where the outer is.
        nearest_px: Distance of the nearest other edge.
        within_px: How near the line the edge is expected.
        support: Share of the side's places that agree with the line.
    """

    ends_xy: FloatArray
    sign: float
    nearest_px: float
    within_px: float
    support: float


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Where a side's edge is.

    Attributes:
        shares: (N,) places along the track's line.
        offsets_px: (N,) sub-pixel distances outward from it, ideal photo pixels.
        weights: (N,) 0-1, how clearly it is seen.
        seen: Places inside the frame.
    """

    shares: FloatArray
    offsets_px: FloatArray
    weights: FloatArray
    seen: int


def track(pixels: PixelArray, one: Track, k1: float, diagonal_px: float) -> Measured:
    """Measure an edge at each place along its line.

    Where: the centroid of the step in linear light, where blur is symmetric. On a gamma
    scale the middle of a bright panel's edge lies a blur's width too far out.
    """
    window = max(_LEAST_WINDOW_PX, 1.5 * one.within_px, WINDOW * diagonal_px)
    window = max(min(window, 0.6 * one.nearest_px), _LEAST_WINDOW_PX)
    step = max(FINE_STEP_PX, window / MAX_FINE_STEPS)
    reach = int(np.ceil(2.0 * window / step)) + 2
    offsets = np.arange(-reach, reach + 1, dtype=np.float64) * step
    shares = places_along()
    luma, inside = sample(pixels, one.ends_xy, shares, offsets, k1)
    usable = inside.all(axis=1)
    shares, luma = shares[usable], luma[usable]
    if not len(shares):
        return Measured(np.empty(0), np.empty(0), np.empty(0), 0)
    light = (luma / 255.0) ** 2.2
    slope = np.zeros(light.shape)
    slope[:, 1:-1] = 0.5 * one.sign * (light[:, :-2] - light[:, 2:])
    mass = np.maximum(slope, 0.0)
    noise = 1.4826 * np.median(np.abs(slope), axis=1) + 1e-6
    near = np.abs(offsets) <= window
    centre = offsets[
        np.argmax(np.where(near, mass, 0.0) * np.exp(-0.5 * (offsets / window) ** 2), axis=1)
    ]
    strength = np.where(near, mass, 0.0).max(axis=1)
    for _ in range(3):
        part = np.maximum(1.0 - np.abs(offsets[None] - centre[:, None]) / (window + step), 0.0)
        held = np.maximum(mass - 0.05 * strength[:, None], 0.0) * np.minimum(2.0 * part, 1.0)
        total = held.sum(axis=1)
        centre = np.where(total > 0, (held @ offsets) / np.maximum(total, 1e-12), centre)
    weights = np.minimum(strength / (6.0 * noise), 1.0)
    good = (strength > 2.0 * noise) & (np.abs(centre) <= 1.5 * window)
    return Measured(shares[good], centre[good], weights[good], int(usable.sum()))


def fit_lines(
    ends: list[FloatArray],
    tracks: list[Track | None],
    measured: list[Measured | None],
    k1: float,
    photo_size_wh: tuple[int, int],
    policy: ScreenPolicy,
) -> tuple[list[FloatArray], float, list[Track | None]]:
    """Fit each side's line and the change of the lens's distortion, robustly.

    Moving k1 by d moves the ideal point behind a seen one by -d p |p|² to first order. Along
    a side's normal that is a shift, a turn and a bow, of which the bow alone tells the lens.

    Args:
        ends: (2, 2) ideal ends of the sides as they stand.
        tracks: What was followed; None keeps a side as it is.
        measured: What was measured.
        k1: The distortion that ``measured`` was taken with.
        photo_size_wh: Size of the photo.
        policy: Least support.

    Returns:
        The sides' ends, the distortion, and the tracks for another round.
    """
    lines, kept = list(ends), list(tracks)
    sides = []
    for i, (one, found) in enumerate(zip(tracks, measured, strict=True)):
        if one is not None and found is not None and len(found.shares) >= LEAST_PLACES:
            sides.append(_Side(i, one, found, _bow(one, found, k1, photo_size_wh)))
        else:
            kept[i] = None
    while sides:
        fits, change = _solve(sides, k1)
        good = [_is_credible(side, fit, policy) for side, fit in zip(sides, fits, strict=True)]
        if all(good):
            break
        for side, holds in zip(sides, good, strict=True):
            if not holds:
                kept[side.index] = None
        sides = [side for side, holds in zip(sides, good, strict=True) if holds]
    else:
        return lines, k1, kept
    new_k1 = float(np.clip(k1 + change, -MAX_K1, MAX_K1))
    for side, fit in zip(sides, fits, strict=True):
        normal = outward(side.track.ends_xy[0], side.track.ends_xy[1])
        away = np.array([[fit.shift_px - fit.turn_px], [fit.shift_px + fit.turn_px]])
        lines[side.index] = side.track.ends_xy + away * normal
    lines = [_through_other_lens(line, k1, new_k1, photo_size_wh) for line in lines]
    for side, fit in zip(sides, fits, strict=True):
        kept[side.index] = replace(
            side.track,
            ends_xy=lines[side.index],
            within_px=min(2.0 * fit.spread_px, side.track.within_px),
            support=fit.support,
        )
    return lines, new_k1, kept


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """A side that takes part: its index, its track, what was measured, and its bow."""

    index: int
    track: Track
    measured: Measured
    bow: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """How far a side's line is moved and turned, its scatter, and who agrees."""

    shift_px: float
    turn_px: float
    spread_px: float
    support: float


def _is_credible(side: _Side, fit: _Fit, policy: ScreenPolicy) -> bool:
    # The straightened strip places an edge to a step or so: what lies farther is another.
    farthest = FARTHEST_STEPS * side.track.within_px + FARTHEST_PX
    moved = abs(fit.shift_px) + abs(fit.turn_px)
    return fit.support >= policy.min_edge_support and moved <= farthest


def _solve(sides: list[_Side], k1: float) -> tuple[list[_Fit], float]:
    """Solve for all sides and the lens by reweighted least squares (Tukey's biweight)."""
    lever = np.concatenate([2.0 * side.measured.shares - 1.0 for side in sides])
    offset = np.concatenate([side.measured.offsets_px for side in sides])
    weight = np.concatenate([side.measured.weights for side in sides])
    owner = np.concatenate([np.full(len(s.measured.shares), k) for k, s in enumerate(sides)])
    design = np.zeros((len(lever), 2 * len(sides) + 1))
    rows = np.arange(len(lever))
    design[rows, 2 * owner], design[rows, 2 * owner + 1] = 1.0, lever
    design[:, -1] = np.concatenate([side.bow for side in sides])
    prior = np.full(design.shape[1], 1e-9)
    prior[-1] = 1.0 / K1_SD**2
    current, spread = weight, np.ones(len(sides))
    solution, residual = np.zeros(design.shape[1]), offset
    for turn in range(_TURNS):
        scaled = current / (_ALIKE * spread[owner] ** 2)
        target = design.T @ (scaled * offset)
        target[-1] -= k1 / K1_SD**2
        normal = design.T @ (scaled[:, None] * design) + np.diag(prior)
        solution = np.linalg.solve(normal, target)
        residual = offset - design @ solution
        for k in range(len(sides)):
            median = float(np.median(np.abs(residual[owner == k])))
            spread[k] = max(1.4826 * median, _LEAST_SPREAD_PX)
        loosened = spread[owner] * (1.0 + 2.0 / (turn + 1))
        reduced = np.clip(residual / (_TUKEY * loosened), -1.0, 1.0)
        current = weight * (1.0 - reduced**2) ** 2
    fits = []
    for k, side in enumerate(sides):
        agree = np.abs(residual[owner == k]) < max(3.0 * float(spread[k]), 0.5)
        support = float(agree.sum()) / max(side.measured.seen, 1)
        shift, turned = float(solution[2 * k]), float(solution[2 * k + 1])
        fits.append(_Fit(shift, turned, float(spread[k]), support))
    return fits, float(solution[-1])


def _bow(one: Track, found: Measured, k1: float, photo_size_wh: tuple[int, int]) -> FloatArray:
    """Return how far each place moves outward for a change of k1, beyond shift and turn."""
    centre, unit = geometry.lens_frame(photo_size_wh)
    first, second = one.ends_xy
    normal = outward(first, second)
    points = first + found.shares[:, None] * (second - first)
    points = (points + found.offsets_px[:, None] * normal - centre) / unit
    radius2 = (points**2).sum(axis=1)
    moved = (points @ normal) * radius2 / (1.0 + 3.0 * k1 * radius2) * unit
    lever = 2.0 * found.shares - 1.0
    flat = np.stack([np.ones_like(lever), lever], axis=1)
    straight = np.linalg.lstsq(flat * found.weights[:, None], moved * found.weights, rcond=None)[0]
    return np.asarray(moved - flat @ straight)


def _through_other_lens(
    ends: FloatArray, k1: float, new_k1: float, photo_size_wh: tuple[int, int]
) -> FloatArray:
    """Return the ideal line of another lens that shows where this one's is seen."""
    if new_k1 == k1:
        return ends
    shares = np.linspace(0.0, 1.0, 9)
    along = ends[0] + shares[:, None] * (ends[1] - ends[0])
    ideal = geometry.undistort(geometry.distort(along, k1, photo_size_wh), new_k1, photo_size_wh)
    normal = outward(ends[0], ends[1])
    turn, shift = np.polyfit(shares, (ideal - ends[0]) @ normal, 1)
    return np.asarray(ends + np.array([[shift], [shift + turn]]) * normal)
