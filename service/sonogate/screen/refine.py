"""Sub-pixel refinement of a display's corners on the full photo.

Each side is sampled across its normal at many places; a line is voted for among the
places where luma changes, then each place gives its own sub-pixel position and a robust
line is fitted. Only narrow strips of the photo are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.policy import ScreenPolicy
from sonogate.screen import geometry
from sonogate.types import FloatArray, Photo, PixelArray, ScreenQuad

SAMPLES_ALONG = 96
# Corners are often rounded, and hide in the bezel's corner: stay off them.
SIDE_MARGIN = 0.03
# Half-widths of the strips, in diagonals of the quad, from wide to narrow.
PASS_HALF_WIDTHS = (0.018, 0.006, 0.003)
MIN_HALF_WIDTH_PX = 3.0
MAX_STEPS_ACROSS = 61
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
# What is left of a vote for an edge that is brighter outside: a panel shines, even a black
# one a little, while a bezel's outer border faces the room.
BRIGHTER_OUTSIDE = 0.6
# How far off the coarse line an edge may be at no cost, in half-widths of the strip.
PRIOR_WIDTH = 0.6
_SLOPES = 11
# A row of text is strong in places, the panel's edge is there at every place.
_FULL_VOTE = 0.35
_NEAR_STEPS = 3
_CENTROID_PX = 2.5
_TUKEY_PX = 4.685


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's edge: points on it, how much of it was found, and where the line runs.

    Attributes:
        points_xy: (N, 2) sub-pixel edge positions that agree, photo pixels.
        weights: (N,) weights of those points.
        support: Share of the side's visible places where an edge agrees with the line.
        line: (3,) line a x + b y + c = 0 with a² + b² = 1.
    """

    points_xy: FloatArray
    weights: FloatArray
    support: float
    line: FloatArray


def refine(photo: Photo, quad: ScreenQuad, policy: ScreenPolicy) -> ScreenQuad | None:
    """Place the display's corners to a fraction of a pixel.

    A side along which no consistent edge is seen (black picture against a black bezel,
    out of the frame) keeps its coarse line.

    Args:
        photo: The photo, upright.
        quad: A coarse quad, within about 2% of its diagonal.
        policy: Smallest edge support for a side to be moved.

    Returns:
        The refined quad with its confidence and visible fraction, its corners in the order
        and with the lens's distortion that were given; None when the quad is degenerate.
    """
    corners_xy = np.asarray(quad.corners_xy, dtype=np.float64)
    if not geometry.is_convex(corners_xy):
        return None
    sides: list[_Side] = []
    for half_width in PASS_HALF_WIDTHS:
        reach_px = max(half_width * geometry.diagonal_px(corners_xy), MIN_HALF_WIDTH_PX)
        sides = [_fit_side(photo.pixels, corners_xy, i, reach_px, policy) for i in range(4)]
        moved = _corners([side.line for side in sides])
        if moved is None or not _still_near(moved, corners_xy):
            return _rebuilt(photo, quad, corners_xy, 0.5)
        corners_xy = moved
    support = float(np.mean([side.support for side in sides]))
    return _rebuilt(photo, quad, corners_xy, support)


def _rebuilt(photo: Photo, quad: ScreenQuad, corners_xy: FloatArray, support: float) -> ScreenQuad:
    confidence = quad.confidence * min(1.0, 0.8 + 0.4 * support)
    return ScreenQuad(
        corners_xy=corners_xy,
        confidence=min(confidence, 100.0),
        visible_fraction=geometry.visible_fraction(corners_xy, photo.size_wh),
        distortion_k1=quad.distortion_k1,
        shows_ultrasound=quad.shows_ultrasound,
    )


def _still_near(moved: FloatArray, before: FloatArray) -> bool:
    limit = 0.08 * geometry.diagonal_px(before)
    shift = np.hypot(*(moved - before).T)
    return geometry.is_convex(moved) and bool(np.all(shift < limit))


def _corners(lines: list[FloatArray]) -> FloatArray | None:
    """Return the four corners between sides top, right, bottom, left; None if parallel."""
    corners = []
    for i in range(4):
        meeting = np.cross(lines[i - 1], lines[i])
        if abs(meeting[2]) < 1e-9:
            return None
        corners.append(meeting[:2] / meeting[2])
    return np.array(corners)


def _line_through(first: FloatArray, second: FloatArray) -> FloatArray:
    along = (second - first) / max(float(np.hypot(*(second - first))), 1e-9)
    normal = np.array([-along[1], along[0]])
    return np.array([normal[0], normal[1], -float(normal @ first)])


def _fit_side(
    pixels: PixelArray, corners_xy: FloatArray, i: int, reach_px: float, policy: ScreenPolicy
) -> _Side:
    """Find the edge along side ``i`` within ``reach_px`` of the line between its corners."""
    first, second = corners_xy[i], corners_xy[(i + 1) % 4]
    coarse = _line_through(first, second)
    empty = _Side(np.empty((0, 2)), np.empty(0), 0.0, coarse)
    # Clockwise on the screen: the inside is to the right of travel, so outward is -normal.
    outward = -coarse[:2]
    shares = np.arange(SAMPLES_ALONG, dtype=np.float64) / (SAMPLES_ALONG - 1)
    along: FloatArray = np.asarray(SIDE_MARGIN + (1 - 2 * SIDE_MARGIN) * shares, dtype=np.float64)
    base = first + along[:, None] * (second - first)
    width, height = pixels.shape[1], pixels.shape[0]
    seen = np.all((base > 1.0) & (base < np.array([width - 2.0, height - 2.0])), axis=1)
    if seen.sum() < 12:
        return empty
    step_px = max(2.0 * reach_px / (MAX_STEPS_ACROSS - 1), 0.5)
    half = int(np.ceil(reach_px / step_px))
    across: FloatArray = np.arange(-half - 2, half + 3) * np.float64(step_px)
    spacing = float(np.hypot(*(second - first))) * (along[1] - along[0])
    luma = _strip(pixels, base[seen], outward, across, (second - first), spacing, step_px)
    gradient = _gradient(luma)
    votes: NDArray[np.float32] = np.abs(gradient)
    # A logarithmic-like vote: one bright window frame must not outvote a long faint edge.
    noise = 1.4826 * float(np.median(votes)) + 0.3
    votes = votes / (votes + 4.0 * noise)
    votes = np.minimum(votes, _FULL_VOTE) + 0.1 * votes
    votes = np.asarray(np.where(gradient < 0, 1.0, BRIGHTER_OUTSIDE) * votes, dtype=np.float32)
    position = _vote(votes, along[seen], across, reach_px)
    if position is None:
        return empty
    return _fit_points(luma, gradient, position, base[seen], outward, across, empty, policy)


def _strip(
    pixels: PixelArray,
    base: FloatArray,
    outward: FloatArray,
    across: FloatArray,
    side: FloatArray,
    spacing_px: float,
    step_px: float,
) -> NDArray[np.float32]:
    """Return (places, steps) luma across the side, averaged a little along it."""
    direction = side / max(float(np.hypot(*side)), 1e-9)
    taps = 3 if step_px < 2.0 else 5
    offsets = (np.arange(taps) - taps // 2) * min(spacing_px / taps, max(step_px, 1.0))
    grid = base[:, None, None] + across[None, :, None, None] * outward
    grid = grid + offsets[None, None, :, None] * direction
    x, y = (grid[..., axis].reshape(len(base), -1).astype(np.float32) for axis in (0, 1))
    colours = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    luma = colours.astype(np.float32) @ _LUMA
    return cast(NDArray[np.float32], luma.reshape(len(base), len(across), taps).mean(axis=2))


def _gradient(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return luma's derivative across the side (outward), on a compressed scale."""
    # The square root of gamma-coded luma lifts faint edges in the dark.
    level = 16.0 * np.sqrt(luma)
    smooth = cv2.GaussianBlur(level, (5, 1), 1.0)
    return cast(NDArray[np.float32], np.gradient(smooth, axis=1).astype(np.float32))


def _vote(
    votes: NDArray[np.float32], along: FloatArray, across: FloatArray, reach_px: float
) -> FloatArray | None:
    """Return the offset of the best-supported straight line at each place, or None."""
    step = across[1] - across[0]
    half = len(across) // 2
    tilts = np.linspace(-1.0, 1.0, _SLOPES) * 0.7 * reach_px / step
    lever = 2.0 * along - 1.0
    rows = np.arange(len(along))[None, None, :]
    columns = np.arange(len(across))[None, :, None] + tilts[:, None, None] * lever
    index = np.rint(columns).astype(np.intp)
    inside = (index >= 1) & (index < len(across) - 1)
    padded = np.maximum(votes, 0.0)
    padded[:, 1:-1] = np.maximum(padded[:, 1:-1], np.maximum(votes[:, :-2], votes[:, 2:]) * 0.8)
    picked = np.where(inside, padded[rows, np.clip(index, 0, len(across) - 1)], 0.0)
    score = picked.mean(axis=2)
    # The coarse line is some evidence in itself.
    ends = np.abs(np.arange(len(across)) - half)[None, :] + np.abs(tilts)[:, None]
    score = score * np.exp(-0.5 * (ends * step / (PRIOR_WIDTH * reach_px)) ** 2)
    best_tilt, best_column = np.unravel_index(int(np.argmax(score)), score.shape)
    if score[best_tilt, best_column] < 0.07:
        return None
    offset = (best_column - half + tilts[best_tilt] * lever) * step
    return cast(FloatArray, offset)


def _fit_points(
    luma: NDArray[np.float32],
    gradient: NDArray[np.float32],
    position: FloatArray,
    base: FloatArray,
    outward: FloatArray,
    across: FloatArray,
    empty: _Side,
    policy: ScreenPolicy,
) -> _Side:
    """Measure each place's sub-pixel edge near ``position`` and fit a line to them."""
    step = across[1] - across[0]
    places = np.arange(len(base))
    middle = np.rint(position / step).astype(np.intp) + len(across) // 2
    near = np.arange(-_NEAR_STEPS, _NEAR_STEPS + 1)
    index = np.clip(middle[:, None] + near, 0, len(across) - 1)
    strength = np.abs(np.take_along_axis(gradient, index, axis=1)).astype(np.float64)
    peak = index[places, np.argmax(strength * np.exp(-0.5 * (near / 2.5) ** 2), axis=1)]
    contrast = np.abs(gradient[places, peak]).astype(np.float64)
    floor = 1.4826 * float(np.median(np.abs(gradient))) + 0.2
    # Where: the centroid of the step in linear light, where blur is symmetric. On a gamma
    # scale the middle of a bright panel's edge lies a blur's width too far out.
    light = np.gradient((luma / 255.0) ** 2.2, axis=1).astype(np.float64)
    reach = max(_NEAR_STEPS, round(_CENTROID_PX / step))
    offset = across[peak]
    for _ in range(2):
        around = np.rint(offset / step).astype(np.intp) + len(across) // 2
        index = np.clip(around[:, None] + np.arange(-reach, reach + 1), 0, len(across) - 1)
        mass = np.take_along_axis(light, index, axis=1)
        mass = np.maximum(mass * np.sign(mass.sum(axis=1, keepdims=True)), 0.0)
        mass = np.maximum(mass - 0.05 * mass.max(axis=1, keepdims=True), 0.0)
        total = np.maximum(mass.sum(axis=1), 1e-12)
        offset = np.where(total > 1e-9, (mass * across[index]).sum(axis=1) / total, offset)
    found = (contrast > 2.0 * floor) & (np.abs(offset - position) < 3.5 * step)
    if found.sum() < 10:
        return empty
    points = base[found] + offset[found, None] * outward
    weights = np.minimum(contrast[found] / (4.0 * floor), 1.0)
    line, residual = _robust_line(points, weights, max(0.15, 0.5 * step))
    agree = np.abs(residual) < max(1.5 * step, 0.5)
    support = float(agree.sum()) / len(base)
    if support < policy.min_edge_support:
        return empty
    return _Side(points[agree], weights[agree], support, line)


def _robust_line(
    points: FloatArray, weights: FloatArray, scale_px: float
) -> tuple[FloatArray, FloatArray]:
    """Fit a line by reweighted total least squares with Tukey's biweight."""
    current = weights.copy()
    line = np.zeros(3)
    residual = np.zeros(len(points))
    for turn in range(8):
        total = max(float(current.sum()), 1e-9)
        centre = (current[:, None] * points).sum(axis=0) / total
        shifted = points - centre
        _, vectors = np.linalg.eigh((current[:, None] * shifted).T @ shifted)
        normal = vectors[:, 0]
        line = np.array([normal[0], normal[1], -float(normal @ centre)])
        residual = shifted @ normal
        spread = max(
            1.4826 * float(np.median(np.abs(residual))), scale_px * (0.4 + 2.0 / (turn + 1))
        )
        reduced = np.clip(residual / (_TUKEY_PX * spread), -1.0, 1.0)
        current = weights * (1.0 - reduced**2) ** 2
    return line, residual
