"""A photo beside its direct export: registered, compared, and shown without identifiers.

Every full-reference figure is given twice, over the scan area: as captured, with whatever
the room, the display and the phone did to brightness and colour, and after the monotone
tone curve that brings the photo nearest to the export, which is what processing could win
back. Luminance is nowhere matched but by that curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.evaluate.alignment import Alignment, align
from sonogate.evaluate.difference import Difference, make_difference
from sonogate.evaluate.hiding import hide_export
from sonogate.pipeline import Gate
from sonogate.reference import FullReference, fit_tone, full_reference
from sonogate.reference.planes import Mask
from sonogate.screen import find_scan_area
from sonogate.types import Assessment, FloatArray, PixelArray

SCHEMA_NAME = "sonogate.comparison/1"
PairFailure = Literal["unreadable_file", "no_screen", "no_scan_area", "too_small", "not_registered"]
# What lies farther from the scan area than this is out of every metric's reach.
_RIM_PX = 96
_LEAST_SIDE_PX = 176


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What a photo kept of its direct export.

    Attributes:
        assessment: What the gate says of the photo by itself, told the export's size.
        failure: Why there are no figures; None when there are.
        captured: Full-reference figures over the scan area, as captured.
        tone_fitted: The same after a monotone tone curve: what is recoverable.
        trusted: Whether the registration is fine enough for the figures to be believed.
        correlation: Enhanced correlation coefficient of the registration.
        shift_px: Estimate of the misregistration left, export pixels, root mean square; it
            holds its own error of measurement. None where too little texture is there.
        scan_area_xy: (N, 2) float64, the area compared, export pixels.
        in_frame: Share of it that the photo holds, 0–1; what it lacks counts as black.
        export_size_wh: Grid of the export.
        difference: Pictures to look at, without identifiers.
    """

    assessment: Assessment
    export_size_wh: tuple[int, int]
    failure: PairFailure | None = None
    captured: FullReference | None = None
    tone_fitted: FullReference | None = None
    trusted: bool = False
    correlation: float | None = None
    shift_px: float | None = None
    scan_area_xy: FloatArray | None = None
    in_frame: float | None = None
    difference: Difference | None = field(default=None, repr=False)


def compare(
    photo: bytes,
    export: PixelArray,
    gate: Gate,
    scan_area_xy: FloatArray | None = None,
    *,
    pictures: bool = True,
) -> Comparison:
    """Compare a photo of a screen with what the machine exported.

    Args:
        photo: The photo's file.
        export: (height, width, 3) uint8 RGB, the direct export.
        gate: Locates the screen, reads text, and holds the policy.
        scan_area_xy: (N ≥ 3, 2) polygon to compare over, export pixels; found on the export
            when None.
        pictures: Whether difference pictures are made, for which the export's own text is
            read too.

    Returns:
        The comparison; that the photo cannot be used is a value too.
    """
    size_wh = (export.shape[1], export.shape[0])
    assessment = replace(gate, export_size_wh=size_wh).assess(photo)
    nothing = Comparison(assessment, size_wh)
    if assessment.photo is None:
        return replace(nothing, failure="unreadable_file")
    if assessment.screen is None:
        return replace(nothing, failure="no_screen")
    if scan_area_xy is None:
        scan_area_xy = find_scan_area(export)
    if scan_area_xy is None:
        return replace(nothing, failure="no_scan_area")
    area = polygon_mask(scan_area_xy, size_wh)
    nothing = replace(nothing, scan_area_xy=scan_area_xy)
    if not area.any() or min(size_wh) < _LEAST_SIDE_PX:
        return replace(nothing, failure="too_small")
    found = align(export, assessment.screen, assessment.photo, gate.policy, area)
    if found is None:
        return replace(nothing, failure="not_registered")
    captured, tone_fitted = figures(export, found.pixels, area)
    difference = None
    if pictures:
        hidden = hide_export(export, scan_area_xy, gate)
        difference = make_difference(export, found, area, hidden, assessment, gate.policy)
    limit = gate.policy.paired.max_shift_px
    return replace(
        nothing,
        captured=captured,
        tone_fitted=tone_fitted,
        trusted=found.remaining_px is not None and found.remaining_px <= limit,
        correlation=found.registration.correlation,
        shift_px=found.remaining_px,
        in_frame=float(found.in_frame[area].mean()),
        difference=difference,
    )


def polygon_mask(polygon_xy: FloatArray, size_wh: tuple[int, int]) -> Mask:
    """Return the pixels of a polygon, (height, width) bool."""
    filled = np.zeros((size_wh[1], size_wh[0]), np.uint8)
    cv2.fillPoly(filled, [np.rint(polygon_xy).astype(np.int32)], 1)
    return np.asarray(filled, bool)


def figures(
    export: PixelArray, registered: NDArray[np.float32], area: Mask
) -> tuple[FullReference, FullReference]:
    """Return the figures over ``area`` as captured and after a monotone tone curve.

    Args:
        export: The export.
        registered: The photo on its grid, 0–255.
        area: The scan area, (height, width) bool, not empty.
    """
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    part = (_reach(rows, area.shape[0]), _reach(columns, area.shape[1]))
    wanted, mask = export[part], area[part]
    got = np.clip(registered[part], 0.0, 255.0)
    fitted = fit_tone(wanted, got, mask)
    return full_reference(wanted, got, mask), full_reference(wanted, fitted, mask)


def _reach(places: NDArray[np.intp], length: int) -> slice:
    """Return the span of ``places`` with the rim, widened to what the metrics need."""
    low, high = max(int(places[0]) - _RIM_PX, 0), min(int(places[-1]) + _RIM_PX, length)
    lacking = max(_LEAST_SIDE_PX - (high - low), 0)
    low = max(low - lacking, 0)
    return slice(low, min(max(high, low + _LEAST_SIDE_PX), length))


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON values; it holds no pixel, no text and no file's name."""
    assessment = comparison.assessment
    fidelity = None if assessment.quality is None else assessment.quality.fidelity
    area = comparison.scan_area_xy
    return {
        "schema": SCHEMA_NAME,
        "photo_sha256": assessment.sha256,
        "export_size_wh": list(comparison.export_size_wh),
        "failure": comparison.failure,
        "registration": {
            "correlation": _rounded(comparison.correlation),
            "shift_px": _rounded(comparison.shift_px),
            "trusted": comparison.trusted,
        },
        "scan_area": None if area is None else np.round(area, 2).tolist(),
        "scan_area_in_frame": _rounded(comparison.in_frame),
        "captured": _figures(comparison.captured),
        "tone_fitted": _figures(comparison.tone_fitted),
        "predicted_fidelity": None
        if fidelity is None
        else {"value": fidelity.value, "low": fidelity.low, "high": fidelity.high},
        "verdict": assessment.verdict.outcome,
        "versions": {
            "sonogate": assessment.versions.sonogate,
            "policy": assessment.versions.policy,
            "models": dict(assessment.versions.models),
        },
    }


def _figures(found: FullReference | None) -> Mapping[str, float | None] | None:
    if found is None:
        return None
    return {name: _rounded(getattr(found, name)) for name in FullReference.__dataclass_fields__}


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 5)


__all__ = ["Alignment", "Comparison", "compare", "figures", "polygon_mask", "to_json"]
