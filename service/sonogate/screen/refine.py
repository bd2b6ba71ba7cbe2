"""Sub-pixel refinement of a display's corners on the full photo.

The edges that run along each side are found in a strip about it, the display's own edge is
chosen among them for all sides together, and then each place along it gives its position to
a fraction of a pixel. Four straight lines and the lens's radial distortion are fitted to
all of them at once. Only narrow strips of the photo are read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sonogate.policy import ScreenPolicy
from sonogate.screen import confidence, geometry
from sonogate.screen.choice import Chosen, choose
from sonogate.screen.edges import Edges, find_edges
from sonogate.screen.fit import Track, fit_lines, track
from sonogate.screen.strip import Strip, outward, straighten
from sonogate.types import FloatArray, Photo, ScreenQuad

# In diagonals of the quad: how far from its sides edges are looked for, how finely, and how
# far off the direction of a coarse side is expected to be, at its end.
REACH, STEP, SHEAR_SD = 0.022, 0.0004, 0.010
# A quad that moves farther than this, in diagonals, has lost its display.
FARTHEST = 0.08
_ROUNDS = 2


def refine(photo: Photo, quad: ScreenQuad, policy: ScreenPolicy) -> ScreenQuad | None:
    """Place the display's corners to a fraction of a pixel, and estimate the lens.

    A side along which no edge is believed to be the display's (black picture against a
    black border, out of the frame) keeps its coarse line.

    Args:
        photo: The photo, upright.
        quad: A coarse quad, within about 2% of its diagonal.
        policy: Smallest edge support and belief for a side to be moved.

    Returns:
        The refined quad with its confidence, visible fraction and distortion, its corners
        in the order that was given; None when the quad is degenerate.
    """
    size_wh = photo.size_wh
    coarse_xy = geometry.undistort(quad.corners_xy, quad.distortion_k1, size_wh)
    if not geometry.is_convex(coarse_xy):
        return None
    k1 = quad.distortion_k1
    diagonal = geometry.diagonal_px(coarse_xy)
    ends = [np.stack([coarse_xy[i], coarse_xy[(i + 1) % 4]]) for i in range(4)]
    reach, step, shear_sd = REACH * diagonal, STEP * diagonal, SHEAR_SD * diagonal
    strips: list[Strip | None] = [
        straighten(photo.pixels, side, k1, reach, step, shear_sd) for side in ends
    ]
    edges: list[Edges | None] = [None if strip is None else find_edges(strip) for strip in strips]
    chosen = choose(strips, edges, _scales(coarse_xy))
    lines = [
        _straightened(side, strip, found, choice)
        for side, strip, found, choice in zip(ends, strips, edges, chosen, strict=True)
    ]
    tracks = [
        _track(line, strip, found, choice, policy)
        for line, strip, found, choice in zip(lines, strips, edges, chosen, strict=True)
    ]
    belief = [choice.belief for choice in chosen]
    for _ in range(_ROUNDS):
        measured = [
            None if one is None else track(photo.pixels, one, k1, diagonal) for one in tracks
        ]
        lines, k1, tracks = fit_lines(lines, tracks, measured, k1, size_wh, policy)
    moved = _corners(lines)
    support = [0.0 if one is None else one.support for one in tracks]
    if moved is None or not _still_near(moved, coarse_xy):
        return _rebuilt(photo, quad, coarse_xy, quad.distortion_k1, 0.0, policy)
    supported = float(np.mean(np.minimum(support, belief)))
    return _rebuilt(photo, quad, moved, k1, supported, policy)


def _straightened(
    ends: FloatArray, strip: Strip | None, edges: Edges | None, choice: Chosen
) -> FloatArray:
    """Return a side's ends in the direction of the edges along it, at the chosen one."""
    if strip is None or edges is None or not len(edges.offsets_px):
        return ends
    offset = 0.0 if choice.edge is None else float(edges.offsets_px[choice.edge])
    # The shear is how far the ends of the looked-at part, a unit lever, lie off its middle.
    away = np.array([[offset - strip.shear_px], [offset + strip.shear_px]])
    return np.asarray(ends + away * outward(ends[0], ends[1]))


def _track(
    line: FloatArray,
    strip: Strip | None,
    edges: Edges | None,
    choice: Chosen,
    policy: ScreenPolicy,
) -> Track | None:
    if strip is None or edges is None or choice.edge is None:
        return None
    if choice.belief < policy.min_edge_belief:
        return None
    others = np.delete(edges.offsets_px, choice.edge) - edges.offsets_px[choice.edge]
    nearest = float(np.abs(others).min(initial=np.inf))
    return Track(line, float(edges.signs[choice.edge]), nearest, strip.step_px, 1.0)


def _scales(corners_xy: FloatArray) -> FloatArray:
    """Return how large each side is seen, relative to the mean of it and its opposite."""
    lengths = np.hypot(*(np.roll(corners_xy, -1, axis=0) - corners_xy).T)
    return np.asarray(2.0 * lengths / (lengths + np.roll(lengths, 2)))


def _rebuilt(
    photo: Photo,
    quad: ScreenQuad,
    ideal_xy: FloatArray,
    k1: float,
    support: float,
    policy: ScreenPolicy,
) -> ScreenQuad:
    return replace(
        quad,
        corners_xy=geometry.distort(ideal_xy, k1, photo.size_wh),
        confidence=confidence.refined(quad.confidence, support, policy.confidence),
        visible_fraction=geometry.visible_fraction(ideal_xy, photo.size_wh, k1),
        distortion_k1=k1,
    )


def _still_near(moved: FloatArray, before: FloatArray) -> bool:
    limit = FARTHEST * geometry.diagonal_px(before)
    shift = np.hypot(*(moved - before).T)
    return geometry.is_convex(moved) and bool(np.all(shift < limit))


def _corners(lines: list[FloatArray]) -> FloatArray | None:
    """Return the four corners between sides top, right, bottom, left; None if parallel."""
    flat = [np.cross([*side[0], 1.0], [*side[1], 1.0]) for side in lines]
    corners = []
    for i in range(4):
        meeting = np.cross(flat[i - 1], flat[i])
        if abs(meeting[2]) < 1e-9 * float(np.abs(meeting).max(initial=1e-300)):
            return None
        corners.append(meeting[:2] / meeting[2])
    return np.array(corners)
