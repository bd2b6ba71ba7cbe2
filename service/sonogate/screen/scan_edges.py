"""Straight pieces of a region's hull, and where along them the picture ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.screen.geometry import signed_area
from sonogate.types import FloatArray

SNAP_REACH_PX, SNAP_STEP_PX, MIN_SNAP_STEP = 6.0, 0.5, 1.5

_Mask = NDArray[np.uint8]
_Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known of one picture on the working grid.

    Attributes:
        region: (h, w) 0 or 1, where speckle was found.
        active: (h, w) 0 or 1, where there is detail of any kind.
        level: (h, w) compressed luma.
    """

    region: _Mask
    active: _Mask
    level: _Map


def edges_of(hull: FloatArray) -> list[tuple[float, FloatArray]]:
    """Return the hull's straight pieces as (length, (2, 2) ends), clockwise."""
    short = cv2.approxPolyDP(hull.astype(np.float32).reshape(-1, 1, 2), 2.0, True)
    points = np.asarray(short, np.float64).reshape(-1, 2)
    if signed_area(points) < 0:
        points = points[::-1]
    ends = np.stack([points, np.roll(points, -1, axis=0)], axis=1)
    return [(float(np.hypot(*(end[1] - end[0]))), end) for end in ends]


def outward(end: FloatArray) -> FloatArray:
    """Return the unit normal that leads out of the hull across an edge."""
    along = (end[1] - end[0]) / max(float(np.hypot(*(end[1] - end[0]))), 1e-9)
    return np.array([along[1], -along[0]])


def longest(
    edges: list[tuple[float, FloatArray]], towards: tuple[float, float], least: float
) -> FloatArray | None:
    """Return the longest edge that faces ``towards`` by a cosine of at least ``least``."""
    facing = [
        (length, end) for length, end in edges if float(outward(end) @ np.array(towards)) > least
    ]
    return max(facing, key=lambda item: item[0])[1] if facing else None


def snap(level: _Map, points: FloatArray, normals: FloatArray) -> float:
    """Return how far outward the picture ends, where levels drop along the whole piece."""
    offsets = np.arange(-SNAP_REACH_PX, SNAP_REACH_PX + 0.1, SNAP_STEP_PX)
    places = points[:, None] + offsets[None, :, None] * normals[:, None]
    sampled = cv2.remap(
        level,
        places[..., 0].astype(np.float32),
        places[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    profile = np.asarray(sampled, np.float64).mean(axis=0)
    drop = np.abs(profile[:-4] - profile[4:])
    weight = np.exp(-0.5 * (offsets[2:-2] / SNAP_REACH_PX) ** 2)
    best = int(np.argmax(drop * weight))
    return float(offsets[best + 2]) if drop[best] > MIN_SNAP_STEP else 0.0


def snapped_line(level: _Map, end: FloatArray) -> FloatArray:
    """Return the line (a, b, c) of an edge, moved to where the picture ends."""
    normal = outward(end)
    shares = np.linspace(0.08, 0.92, 40)[:, None]
    points = end[0] + shares * (end[1] - end[0])
    moved = end[0] + snap(level, points, np.repeat(normal[None], 40, axis=0)) * normal
    return np.array([normal[0], normal[1], -float(normal @ moved)])


def meet(first: FloatArray, second: FloatArray) -> FloatArray | None:
    """Return where two lines (a, b, c) meet, or None where they run side by side."""
    meeting = np.cross(first, second)
    if abs(meeting[2]) < 1e-6:
        return None
    return cast(FloatArray, meeting[:2] / meeting[2])
