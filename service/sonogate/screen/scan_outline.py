"""The outline of an ultrasound picture, by the shapes that probes make.

A region of speckle leaves out what is dark. A linear probe's picture is a parallelogram or
a trapezium; a curved or phased probe's is a fan between two lines that meet at an apex and
two arcs about it. Where such a shape agrees with the region's border, it is the outline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.screen.geometry import signed_area
from sonogate.screen.scan_edges import Evidence, edges_of, longest, meet, snapped_line
from sonogate.screen.scan_fan import fan
from sonogate.types import FloatArray

__all__ = ["Evidence", "Outline", "join", "outline"]

# Of the region's border, the share that must lie on a shape, and how near, pixels.
MIN_AGREEMENT, NEAR_PX, OUTER_PX = 0.6, 4.0, 8.0
MIN_COVERED = 0.965
MAX_QUAD_GAIN, MAX_FAN_GAIN = 1.15, 2.2

_Mask = NDArray[np.uint8]
_Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """An outline and how well it is borne out.

    Attributes:
        polygon_xy: (N, 2) pixels of the working grid.
        agreement: Share (0-1) of the region's outer border that lies on a probe's shape; 0
            where no shape fits and the outline is the region's convex hull.
    """

    polygon_xy: FloatArray
    agreement: float


def outline(evidence: Evidence) -> Outline | None:
    """Return the outline of what a region shows; None for no region.

    A shape is taken only where it covers the region and most of the region's border lies on
    it; otherwise the region's convex hull is the outline.
    """
    border = _border(evidence.region)
    if border is None:
        return None
    hull = np.asarray(cv2.convexHull(border.astype(np.float32)), np.float64).reshape(-1, 2)
    if len(hull) < 3:
        return None
    best, best_score = _simple(hull), 0.0
    height = evidence.region.shape[0]
    candidates = [_quad(hull, evidence.level), fan(hull, evidence)]
    turned = fan(_flip(hull, height)[::-1], _upside_down(evidence))
    candidates.append(None if turned is None else _flip(turned, height))
    region_area = float(evidence.region.sum())
    whole = abs(signed_area(hull))
    for candidate, gain in zip(
        candidates, (MAX_QUAD_GAIN, MAX_FAN_GAIN, MAX_FAN_GAIN), strict=True
    ):
        if candidate is None or abs(signed_area(candidate)) > gain * whole:
            continue
        score = _agreement(candidate, border, hull, evidence.region, region_area)
        if score > max(best_score, MIN_AGREEMENT):
            best, best_score = candidate, score
    return Outline(best, best_score)


def join(polygons: list[FloatArray]) -> FloatArray:
    """Join several outlines to one polygon by bridges of no width."""
    joined = polygons[0]
    for polygon in polygons[1:]:
        gaps = np.hypot(*(joined[:, None] - polygon[None]).transpose(2, 0, 1))
        here, there = np.unravel_index(int(np.argmin(gaps)), gaps.shape)
        loop = np.roll(polygon, -int(there), axis=0)
        joined = np.concatenate(
            [joined[: here + 1], loop, loop[:1], joined[here : here + 1], joined[here + 1 :]]
        )
    return joined


def _border(region: _Mask) -> FloatArray | None:
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    points = np.concatenate([np.asarray(c).reshape(-1, 2) for c in contours])
    return cast(FloatArray, points.astype(np.float64)) if len(points) >= 8 else None


def _simple(hull: FloatArray) -> FloatArray:
    short = cv2.approxPolyDP(hull.astype(np.float32).reshape(-1, 1, 2), 1.0, True)
    points = np.asarray(short, np.float64).reshape(-1, 2)
    return points if len(points) >= 3 else hull


def _flip(points: FloatArray, height: int) -> FloatArray:
    return cast(FloatArray, points * np.array([1.0, -1.0]) + np.array([0.0, height - 1.0]))


def _upside_down(evidence: Evidence) -> Evidence:
    return Evidence(
        np.ascontiguousarray(evidence.region[::-1]),
        np.ascontiguousarray(evidence.active[::-1]),
        np.ascontiguousarray(evidence.level[::-1]),
    )


def _agreement(
    polygon: FloatArray, border: FloatArray, hull: FloatArray, region: _Mask, total: float
) -> float:
    """Return the share of the border that lies on the polygon; 0 if it leaves much out."""
    drawn = np.zeros_like(region)
    corners = np.rint(polygon).astype(np.int32)
    cv2.fillPoly(drawn, [corners], 1)
    grown = cv2.dilate(drawn, np.ones((7, 7), np.uint8))
    if float(np.asarray(grown)[region > 0].sum()) < MIN_COVERED * total:
        return 0.0
    line = np.full(region.shape, 255, np.uint8)
    cv2.polylines(line, [corners], True, 0)
    distance = np.asarray(cv2.distanceTransform(line, cv2.DIST_L2, 3))
    at = border.astype(np.intp)
    near = distance[at[:, 1], at[:, 0]] < NEAR_PX
    outer = near | (_depth(hull, region.shape)[at[:, 1], at[:, 0]] < OUTER_PX)
    return float(near.sum() / max(int(outer.sum()), 1))


def _depth(hull: FloatArray, shape: tuple[int, ...]) -> _Map:
    """Return how deep inside the hull each pixel lies."""
    drawn = np.zeros(shape, np.uint8)
    cv2.fillPoly(drawn, [np.rint(hull).astype(np.int32)], 1)
    return np.asarray(cv2.distanceTransform(drawn, cv2.DIST_L2, 3), np.float32)


def _quad(hull: FloatArray, level: _Map) -> FloatArray | None:
    """Return the four-sided shape of a linear probe, or None."""
    edges = edges_of(hull)
    sides = [
        longest(edges, towards, 0.8)
        for towards in ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))
    ]
    if any(side is None for side in sides):
        return None
    lines = [snapped_line(level, side) for side in sides if side is not None]
    corners = [meet(lines[i - 1], lines[i]) for i in range(4)]
    if any(corner is None for corner in corners):
        return None
    return np.array(corners)
