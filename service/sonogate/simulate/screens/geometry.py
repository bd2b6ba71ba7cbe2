"""Where a probe's beams lie: exact outlines and scan conversion.

Centimetres, x to the right of the probe's middle, z down from its face. A beam grid has a
row for each depth sample along the beam and a column for each beam.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray, HeatArray

ProbeKind = Literal["linear", "trapezoid", "curved", "phased", "endocavity"]


@dataclass(frozen=True, slots=True)
class Fan:
    """The field of view of a probe.

    Attributes:
        kind: Sort of probe.
        depth_cm: Depth along the beam.
        half_width_cm: Half the face's width; used by flat probes.
        radius_cm: Radius of the face; for a trapezoid, the distance of the virtual apex.
        half_angle_rad: Half the opening; used by fans.
        steer_rad: Lean of a flat probe's beams.
        clip_x_cm: The picture is cut off at this distance to either side, or None.
        flat_end: The picture ends at one depth below the face, not along an arc.
    """

    kind: ProbeKind
    depth_cm: float
    half_width_cm: float = 2.0
    radius_cm: float = 5.0
    half_angle_rad: float = 0.6
    steer_rad: float = 0.0
    clip_x_cm: float | None = None
    flat_end: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether the beams run side by side."""
        return self.kind == "linear"

    def to_beam(
        self, x_cm: NDArray[np.float32], z_cm: NDArray[np.float32]
    ) -> tuple[HeatArray, HeatArray]:
        """Return depth along the beam (cm) and beam position (−1 to 1) of points."""
        if self.is_flat:
            lean = math.tan(self.steer_rad)
            along = z_cm / np.float32(math.cos(self.steer_rad))
            across = (x_cm - np.float32(lean) * z_cm) / np.float32(self.half_width_cm)
            return np.asarray(along, np.float32), np.asarray(across, np.float32)
        below = z_cm + np.float32(self.radius_cm)
        reach = np.hypot(x_cm, below)
        if self.kind == "trapezoid":
            slope = x_cm / np.maximum(below, np.float32(1e-3))
            face = np.float32(self.radius_cm) * np.sqrt(1 + slope * slope)
            return reach - face, slope * np.float32(self.radius_cm / self.half_width_cm)
        return reach - np.float32(self.radius_cm), np.arctan2(x_cm, below) / np.float32(
            self.half_angle_rad
        )

    def to_xz(self, depth_cm: FloatArray, beam: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (x, z) of points at a depth along beams, the inverse of ``to_beam``."""
        if self.is_flat:
            return (
                beam * self.half_width_cm + depth_cm * math.sin(self.steer_rad),
                depth_cm * math.cos(self.steer_rad),
            )
        if self.kind == "trapezoid":
            angle = np.arctan(beam * self.half_width_cm / self.radius_cm)
            start = beam * self.half_width_cm
            return start + depth_cm * np.sin(angle), depth_cm * np.cos(angle)
        angle = beam * self.half_angle_rad
        reach = self.radius_cm + depth_cm
        return reach * np.sin(angle), reach * np.cos(angle) - self.radius_cm

    def outline_xz(self, steps: int = 48) -> FloatArray:
        """Return the outline as (N, 2) points, clockwise from the top left."""
        beams = np.linspace(-1.0, 1.0, 2 if self.is_flat else steps)
        top = np.stack(self.to_xz(np.zeros_like(beams), beams), 1)
        low = np.stack(self.to_xz(np.full_like(beams, self.depth_cm), beams), 1)
        outline = np.concatenate([top, low[::-1]])
        if self.flat_end:
            outline = _clip(outline, axis=1, limit=self.depth_cm, sign=1)
        if self.clip_x_cm is not None:
            outline = _clip(outline, axis=0, limit=self.clip_x_cm, sign=1)
            outline = _clip(outline, axis=0, limit=-self.clip_x_cm, sign=-1)
        return outline

    def part_xz(
        self, depths_cm: tuple[float, float], beams: tuple[float, float], steps: int = 24
    ) -> FloatArray:
        """Return the outline of a part of the field, such as a colour box."""
        across = np.linspace(beams[0], beams[1], 2 if self.is_flat else steps)
        top = np.stack(self.to_xz(np.full_like(across, depths_cm[0]), across), 1)
        low = np.stack(self.to_xz(np.full_like(across, depths_cm[1]), across), 1)
        return np.concatenate([top, low[::-1]])


def _clip(polygon: FloatArray, axis: int, limit: float, sign: int) -> FloatArray:
    """Cut a polygon at a line across one axis (Sutherland and Hodgman 1974)."""
    kept: list[FloatArray] = []
    for start, end in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        inside = sign * start[axis] <= sign * limit
        if inside:
            kept.append(start)
        if inside != (sign * end[axis] <= sign * limit):
            share = (limit - start[axis]) / (end[axis] - start[axis])
            kept.append(start + share * (end - start))
    return np.array(kept)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A field of view laid out in pixels.

    Attributes:
        fan: The field of view.
        px_per_cm: Scale.
        origin_xy: Pixel of the face's middle (x = z = 0) in the patch.
        size_wh: Size of the patch.
        rows: (h, w) float32, row of the beam grid for each pixel, as a share 0–1.
        columns: (h, w) float32, column likewise.
        inside: (h, w) bool, pixels of the picture.
        mirror: Left and right are exchanged.
        upside_down: The probe is at the bottom.
    """

    fan: Fan
    px_per_cm: float
    origin_xy: tuple[float, float]
    size_wh: tuple[int, int]
    rows: HeatArray
    columns: HeatArray
    inside: NDArray[np.bool_]
    mirror: bool
    upside_down: bool

    def place(self, points_xz: FloatArray) -> FloatArray:
        """Turn centimetres into pixels of the patch."""
        x = -points_xz[:, 0] if self.mirror else points_xz[:, 0]
        y = self.origin_xy[1] + points_xz[:, 1] * self.px_per_cm
        if self.upside_down:
            y = self.size_wh[1] - 1 - y
        return np.stack([self.origin_xy[0] + x * self.px_per_cm, y], 1)

    @property
    def outline_xy(self) -> FloatArray:
        """Outline of the picture in pixels of the patch."""
        return self.place(self.fan.outline_xz())


def lay_out(
    fan: Fan, room_wh: tuple[int, int], *, mirror: bool = False, upside_down: bool = False
) -> View:
    """Fit a field of view into a room of pixels, as large as it will go."""
    outline = fan.outline_xz()
    low, high = outline.min(0), outline.max(0)
    span = high - low
    px_per_cm = float(min(room_wh[0] / span[0], room_wh[1] / span[1]))
    size = (max(8, int(span[0] * px_per_cm)), max(8, int(span[1] * px_per_cm)))
    origin = (-low[0] * px_per_cm - 0.5, -low[1] * px_per_cm - 0.5)
    if mirror:
        origin = (high[0] * px_per_cm - 0.5, origin[1])
    x = (np.arange(size[0], dtype=np.float32) - np.float32(origin[0])) / np.float32(px_per_cm)
    z = (np.arange(size[1], dtype=np.float32) - np.float32(origin[1])) / np.float32(px_per_cm)
    if mirror:
        x = -x
    if upside_down:
        z = z[::-1].copy()
    grid_x, grid_z = np.broadcast_arrays(x[None, :], z[:, None])
    depth, beam = fan.to_beam(grid_x, grid_z)
    rows = depth / np.float32(fan.depth_cm)
    columns = np.float32(0.5) + np.float32(0.5) * beam
    inside = (rows >= 0) & (rows <= 1) & (columns >= 0) & (columns <= 1)
    if fan.flat_end:
        inside &= grid_z <= fan.depth_cm
    if fan.clip_x_cm is not None:
        inside &= np.abs(grid_x) <= fan.clip_x_cm
    return View(
        fan,
        px_per_cm,
        (float(origin[0]), float(origin[1])),
        size,
        rows.astype(np.float32),
        columns.astype(np.float32),
        inside,
        mirror,
        upside_down,
    )
