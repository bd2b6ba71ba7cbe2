"""The fan of a curved or phased probe: two lines that meet at an apex, two arcs about it."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.screen.scan_edges import (
    SNAP_REACH_PX,
    Evidence,
    edges_of,
    longest,
    meet,
    outward,
    snap,
    snapped_line,
)
from sonogate.types import FloatArray

MIN_SIDE_SHARE = 0.22
MAX_LEAN_DIFFERENCE = math.radians(7.0)
MIN_HALF_ANGLE, MAX_HALF_ANGLE = math.radians(6.0), math.radians(80.0)
ARC_VERTICES = 33
_BEAMS = 49
_STEADY_PX = 3.0

_Mask = NDArray[np.uint8]
_Map = NDArray[np.float32]


def fan(hull: FloatArray, evidence: Evidence) -> FloatArray | None:
    """Return the fan of a curved, phased or virtual-apex probe with its apex above, or None."""
    edges = edges_of(hull)
    tall = float(np.ptp(hull[:, 1]))
    pair = []
    for sign in (-1.0, 1.0):
        facing = [e for e in edges if outward(e[1])[0] * sign > 0.15 and outward(e[1])[1] < 0.02]
        long = [e for e in facing if e[0] > MIN_SIDE_SHARE * tall]
        leaning = [e for e in long if outward(e[1])[1] < -math.sin(MIN_HALF_ANGLE) / 2]
        if not leaning:
            return None
        pair.append(max(leaning, key=lambda item: item[0])[1])
    lines = [snapped_line(evidence.level, end) for end in pair]
    leans = [math.atan2(-line[1], abs(line[0])) for line in lines]
    apex = meet(lines[0], lines[1])
    if apex is None or abs(leans[0] - leans[1]) > MAX_LEAN_DIFFERENCE:
        return None
    if not MIN_HALF_ANGLE < 0.5 * (leans[0] + leans[1]) < MAX_HALF_ANGLE:
        return None
    return _between(apex, leans[0], leans[1], hull, edges, evidence)


def _between(
    apex: FloatArray,
    left: float,
    right: float,
    hull: FloatArray,
    edges: list[tuple[float, FloatArray]],
    evidence: Evidence,
) -> FloatArray | None:
    """Find where the picture starts and ends along the beams between the two lines."""
    farthest = float(np.hypot(*(hull - apex).T).max()) + SNAP_REACH_PX
    if farthest > 4.0 * max(evidence.region.shape):
        return None
    inner = max(float(np.hypot(*(hull - apex).T).min()) - 40.0, 1.0)
    angles = np.linspace(-0.97 * left, 0.97 * right, _BEAMS)
    beams = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    radii = np.arange(inner if inner > 60.0 else 1.0, farthest)
    places = (apex + radii[None, :, None] * beams[:, None]).astype(np.float32)
    seen = np.asarray(
        cv2.remap(evidence.region, places[..., 0], places[..., 1], cv2.INTER_NEAREST)
    ).astype(bool)
    lit = seen.any(axis=1)
    if lit.sum() < 0.6 * _BEAMS:
        return None
    firsts = radii[np.argmax(seen, axis=1)][lit]
    lasts = radii[seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)][lit]
    cosines = np.cos(angles)[lit]
    far, far_is_flat = _end(lasts, cosines, 80.0)
    near, near_is_flat = _end(firsts, cosines, 25.0)
    if np.median(np.abs(firsts * (cosines if near_is_flat else 1.0) - near)) > _STEADY_PX:
        near, near_is_flat = _dim_start(evidence.active, apex, beams, near), False
    ends = []
    for distance, is_flat, sign in ((near, near_is_flat, -1.0), (far, far_is_flat, 1.0)):
        reach = distance / np.cos(angles) if is_flat else np.full(_BEAMS, distance)
        normals = np.repeat([[0.0, 1.0]], _BEAMS, axis=0) if is_flat else beams
        points = apex + reach[:, None] * beams
        ends.append(distance + sign * snap(evidence.level, points, sign * normals))
    near, far = max(ends[0], 0.0), ends[1]
    arc = np.linspace(-left, right, ARC_VERTICES)
    rim = np.stack([np.sin(arc), np.cos(arc)], axis=1)
    top = (
        apex + (near / np.cos(arc) if near_is_flat else np.full(ARC_VERTICES, near))[:, None] * rim
    )
    low = apex + (far / np.cos(arc) if far_is_flat else np.full(ARC_VERTICES, far))[:, None] * rim
    shape = np.concatenate([top, low[::-1]])
    return _cut_at_uprights(shape, edges, float(np.ptp(hull[:, 1])), evidence.level)


def _end(reach: FloatArray, cosines: FloatArray, percentile: float) -> tuple[float, bool]:
    """Return the distance of an end, and whether it is flat (at one depth) or an arc."""
    depth = reach * cosines
    spread = [float(np.subtract(*np.percentile(v, [80, 20]))) for v in (reach, depth)]
    is_flat = spread[1] < 0.6 * spread[0]
    return float(np.percentile(depth if is_flat else reach, percentile)), is_flat


def _dim_start(active: _Mask, apex: FloatArray, beams: FloatArray, near: float) -> float:
    """Return where a fan with a dark near field starts: at the first detail on a beam."""
    radii = np.arange(0.0, max(near, 1.0))
    middle = beams[_BEAMS // 4 : -_BEAMS // 4]
    places = (apex + radii[None, :, None] * middle[:, None]).astype(np.float32)
    detail = np.asarray(cv2.remap(active, places[..., 0], places[..., 1], cv2.INTER_NEAREST))
    share = detail.mean(axis=0)
    busy: NDArray[Any] = np.flatnonzero(share > 0.2)
    return float(radii[busy[0]]) if len(busy) else near


def _cut_at_uprights(
    shape: FloatArray, edges: list[tuple[float, FloatArray]], tall: float, level: _Map
) -> FloatArray:
    """Cut a fan where the display cuts it: along long upright edges of the region."""
    for sign in (-1.0, 1.0):
        upright = longest(edges, (sign, 0.0), 0.998)
        if upright is None or float(np.hypot(*(upright[1] - upright[0]))) < 0.2 * tall:
            continue
        line = snapped_line(level, upright)
        limit = -line[2] / line[0]
        shape = np.stack([np.minimum(sign * shape[:, 0], sign * limit) * sign, shape[:, 1]], axis=1)
    return shape
