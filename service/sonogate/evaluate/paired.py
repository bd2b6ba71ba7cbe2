"""A photo beside its direct export: registered, compared, and shown without identifiers.

Every full-reference figure is given twice, over the scan area: as captured, with whatever
the room, the display and the phone did to brightness and colour, and after the monotone
tone curve that brings the photo nearest to the export, which is what processing could win
back. Luminance is nowhere matched but by that curve.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate import verdict
from sonogate.errors import PhotoError
from sonogate.evaluate.alignment import align
from sonogate.evaluate.difference import Difference, make_difference
from sonogate.evaluate.hiding import hide_export
from sonogate.photo import decode
from sonogate.pipeline import Gate
from sonogate.reference import FullReference, fit_tone, full_reference
from sonogate.reference.planes import Mask
from sonogate.screen import find_scan_area
from sonogate.types import Assessment, FloatArray, PixelArray
from sonogate.views import picture_tag

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_NAME = "sonogate.comparison/1"
PairFailure = Literal["unreadable_file", "no_screen", "no_scan_area", "too_small", "not_registered"]
# What lies farther from the scan area than this is out of every metric's reach.
_RIM_PX = 96
_LEAST_SIDE_PX = 176


@dataclass(frozen=True, slots=True, eq=False, repr=False)
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

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a table: as captured, and after the tone fit."""
        import pandas as pd  # noqa: PLC0415

        columns = {"captured": self.captured, "tone_fitted": self.tone_fitted}
        return pd.DataFrame({name: _figures(found) for name, found in columns.items()})

    def __repr__(self) -> str:
        if self.captured is None or self.tone_fitted is None:
            return f"no comparison: {self.failure}"
        shift = "unknown" if self.shift_px is None else f"{self.shift_px:.2f} export px rms"
        lines = [
            f"registration left {shift}" + ("" if self.trusted else " (too coarse to trust)"),
            f"{'':>11}  captured  tone-fitted",
        ]
        for name in FullReference.__dataclass_fields__:
            a, b = getattr(self.captured, name), getattr(self.tone_fitted, name)
            lines.append(f"{name:>11}  {a:8.3f}  {b:11.3f}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        shown = ""
        if self.difference is not None:
            titles = ("export", "photo", "photo minus export", "after a tone fit")
            names = ("export", "photo", "captured", "tone_fitted")
            shown = "".join(
                f'<figure style="display:inline-block;width:48%;margin:0.5%">'
                f"{picture_tag(getattr(self.difference, name), side_px=480)}"
                f"<figcaption>{title}</figcaption></figure>"
                for title, name in zip(titles, names, strict=True)
            )
        return f"<pre>{html.escape(repr(self))}</pre>{shown}"


def compare(
    photo: bytes,
    export: PixelArray,
    gate: Gate,
    scan_area_xy: FloatArray | None = None,
    *,
    pictures: bool = True,
    text: bool = True,
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
        text: Whether the photo's text is read and masked; without it the assessment holds
            no masked picture, its verdict does not count, and there are no pictures.

    Returns:
        The comparison; that the photo cannot be used is a value too.
    """
    size_wh = (export.shape[1], export.shape[0])
    told = replace(gate, export_size_wh=size_wh)
    assessment = told.assess(photo) if text else _without_text(photo, told)
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
    if pictures and text:
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


def _without_text(photo: bytes, gate: Gate) -> Assessment:
    """Return what the gate says of a photo without reading what is written on the screen."""
    try:
        picture = decode(photo, gate.policy.photo)
    except PhotoError:
        return gate.assess(photo)
    quad = gate.locate(picture)
    screen = None if quad is None else gate.rectify(picture, quad)
    quality = None if screen is None else gate.measure(screen, picture)
    return Assessment(
        sha256=picture.sha256,
        photo=picture,
        screen=screen,
        quality=quality,
        identifiers=None,
        masked=None,
        verdict=verdict.decide(screen, quality, None, gate.policy, gate.sentences),
        versions=gate.versions,
        timings_ms={},
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
