"""Four straight lines and the lens, fitted to sub-pixel positions along a display's edges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sonogate.policy import ScreenPolicy
from sonogate.screen import geometry
from sonogate.screen.strip import outward, places_along, sample
from sonogate.types import FloatArray, PixelArray

# What is known of a phone's distortion before looking: it corrects most of it itself.
K1_SD = 0.012
MAX_K1 = 0.15
FINE_STEP_PX, MAX_FINE_STEPS = 0.5, 24
_LEAST_WINDOW_PX = 2.5
_TUKEY = 4.685
_TURNS = 8
_LEAST_SPREAD_PX = 0.12


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
    window = max(_LEAST_WINDOW_PX, 1.5 * one.within_px, 0.0015 * diagonal_px)
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

    Moving k1 by d moves the ideal point behind a seen one by -d p |p|² to first order; along
    a side's normal that is a bow, a shift and a turn, of which the bow alone tells the lens.

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
    sides = [
        (i, one, found)
        for i, (one, found) in enumerate(zip(tracks, measured, strict=True))
        if one is not None and found is not None and len(found.shares) >= 10
    ]
    tracks = [one if any(i == j for j, _, _ in sides) else None for i, one in enumerate(tracks)]
    if not sides:
        return ends, k1, tracks
    lever, bow, offset, weight, owner = _stack(sides, k1, photo_size_wh)
    columns = 2 * len(sides) + 1
    design = np.zeros((len(lever), columns))
    rows = np.arange(len(lever))
    design[rows, 2 * owner], design[rows, 2 * owner + 1] = 1.0, lever
    design[:, -1] = bow
    current = weight.copy()
    spread = np.full(len(sides), 1.0)
    solution = np.zeros(columns)
    for turn in range(_TURNS):
        prior = np.zeros(columns)
        prior[-1] = 1.0 / K1_SD**2
        scaled = current / spread[owner] ** 2
        normal = design.T @ (scaled[:, None] * design) + np.diag(prior + 1e-9)
        target = design.T @ (scaled * offset)
        target[-1] += -k1 / K1_SD**2
        solution = np.linalg.solve(normal, target)
        residual = offset - design @ solution
        for k in range(len(sides)):
            mine = owner == k
            spread[k] = max(1.4826 * float(np.median(np.abs(residual[mine]))), _LEAST_SPREAD_PX)
        loosened = spread[owner] * (1.0 + 2.0 / (turn + 1))
        reduced = np.clip(residual / (_TUKEY * loosened), -1.0, 1.0)
        current = weight * (1.0 - reduced**2) ** 2
    new_k1 = float(np.clip(k1 + solution[-1], -MAX_K1, MAX_K1))
    lines, kept = list(ends), list(tracks)
    for k, (i, one, found) in enumerate(sides):
        mine = owner == k
        agree = np.abs(residual[mine]) < max(3.0 * spread[k], 0.5)
        support = float(agree.sum()) / max(found.seen, 1)
        if support < policy.min_edge_support:
            kept[i] = None
            continue
        shift = outward(one.ends_xy[0], one.ends_xy[1])[None]
        middle, turn_px = solution[2 * k], solution[2 * k + 1]
        moved = one.ends_xy + np.array([[middle - turn_px], [middle + turn_px]]) * shift
        lines[i] = moved
        kept[i] = replace(one, ends_xy=moved, within_px=2.0 * spread[k], support=support)
    return lines, new_k1, kept


def _stack(
    sides: list[tuple[int, Track, Measured]], k1: float, photo_size_wh: tuple[int, int]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, np.ndarray]:
    centre, unit = geometry.lens_frame(photo_size_wh)
    lever, bow, owner = [], [], []
    for k, (_, one, found) in enumerate(sides):
        first, second = one.ends_xy
        normal = outward(first, second)
        points = first + found.shares[:, None] * (second - first)
        points = (points + found.offsets_px[:, None] * normal - centre) / unit
        radius2 = (points**2).sum(axis=1)
        lever.append(2.0 * found.shares - 1.0)
        bow.append((points @ normal) * radius2 / (1.0 + 3.0 * k1 * radius2) * unit)
        owner.append(np.full(len(found.shares), k))
    offset = np.concatenate([found.offsets_px for _, _, found in sides])
    weight = np.concatenate([found.weights for _, _, found in sides])
    return np.concatenate(lever), np.concatenate(bow), offset, weight, np.concatenate(owner)
