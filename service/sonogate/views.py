"""Results that print, become tables, and show themselves in a notebook.

What is shown of a picture is the masked one, always: a notebook is kept and passed on with
its outputs.
"""

from __future__ import annotations

import base64
import html
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from sonogate.report import encode_png
from sonogate.types import Assessment, FloatArray, MaskedScreen, Measure, QualityReport

if TYPE_CHECKING:
    import pandas as pd

SHOWN_SIDE_PX = 900
_COLOURS = {
    "accepted": "#1a7f37",
    "accepted_with_limits": "#0969da",
    "retake": "#9a6700",
    "rejected": "#cf222e",
}


class QualityView(QualityReport):
    """A quality report that prints and shows itself."""

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a table, one row a measure: raw, unit, score, failure, reason."""
        import pandas as pd  # noqa: PLC0415

        rows = [
            {
                "measure": one.name,
                "raw": one.raw,
                "unit": one.unit,
                "score": one.score,
                "failure": one.failure,
                "reason": one.reason,
            }
            for one in self.measures
        ]
        return pd.DataFrame(rows).set_index("measure")

    def __repr__(self) -> str:
        lines = [f"fidelity {_fidelity(self)}"]
        lines += [f"{one.name:>13}  {_raw(one):<32} {_score(one)}" for one in self.measures]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<p>fidelity {html.escape(_fidelity(self))}</p>{_measure_table(self)}"


class AssessmentView(Assessment):
    """An assessment that prints and shows itself."""

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the measures as a table; empty when no screen was found."""
        if self.quality is None:
            import pandas as pd  # noqa: PLC0415

            return pd.DataFrame(columns=["raw", "unit", "score", "failure", "reason"])
        return view_quality(self.quality).to_frame()

    def regions_to_frame(self) -> pd.DataFrame:
        """Return what was masked and kept as a table, places in rectified pixels."""
        import pandas as pd  # noqa: PLC0415

        regions = () if self.identifiers is None else self.identifiers.regions
        rows = []
        for region in regions:
            (left, top), (right, bottom) = region.polygon_xy.min(0), region.polygon_xy.max(0)
            rows.append(
                {
                    "kind": region.kind,
                    "action": region.action,
                    "confidence": region.confidence,
                    "left": left,
                    "top": top,
                    "right": right,
                    "bottom": bottom,
                }
            )
        columns = ["kind", "action", "confidence", "left", "top", "right", "bottom"]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        verdict = self.verdict
        lines = [verdict.outcome + (f" ({', '.join(verdict.limits)})" if verdict.limits else "")]
        lines += [f"  {reason.code}: {reason.prompt}" for reason in verdict.reasons]
        if self.quality is not None:
            lines.append(repr(view_quality(self.quality)))
        if self.identifiers is not None:
            masked = sum(region.action == "masked" for region in self.identifiers.regions)
            kept = len(self.identifiers.regions) - masked
            lines.append(
                f"masking {'complete' if self.identifiers.complete else 'not to be trusted'}: "
                f"{masked} regions masked, {kept} kept"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        verdict = self.verdict
        colour = _COLOURS[verdict.outcome]
        parts = [f'<p><b style="color:{colour}">{verdict.outcome}</b>']
        if verdict.limits:
            parts.append(f" — not good for: {html.escape(', '.join(verdict.limits))}")
        parts.append("</p>")
        if verdict.reasons:
            reasons = "".join(
                f"<li><code>{one.code}</code> {html.escape(one.prompt)}</li>"
                for one in verdict.reasons
            )
            parts.append(f"<ol>{reasons}</ol>")
        if self.masked is not None and self.screen is not None:
            parts.append(_overlay(self))
        if self.quality is not None:
            parts.append(view_quality(self.quality)._repr_html_())
        return f"<div>{''.join(parts)}</div>"


def view(assessment: Assessment) -> AssessmentView:
    """Return an assessment that prints and shows itself."""
    values: dict[str, Any] = {one.name: getattr(assessment, one.name) for one in fields(Assessment)}
    return AssessmentView(**values)


def view_quality(report: QualityReport) -> QualityView:
    """Return a quality report that prints and shows itself."""
    return QualityView(report.measures, report.fidelity, report.gains)


def picture_tag(masked: MaskedScreen, overlay: str = "", side_px: int = SHOWN_SIDE_PX) -> str:
    """Return a masked picture as HTML that needs nothing else.

    Args:
        masked: The picture.
        overlay: SVG elements drawn over it, in its pixels.
        side_px: Longest side at which it is embedded.
    """
    height, width = masked.mask.shape
    scale = min(1.0, side_px / max(height, width))
    if scale < 1.0:
        size_wh = (max(round(width * scale), 1), max(round(height * scale), 1))
        small = cv2.resize(masked.pixels, size_wh, interpolation=cv2.INTER_AREA)
        filled = cv2.resize(masked.mask.astype(np.uint8), size_wh, interpolation=cv2.INTER_NEAREST)
        masked = MaskedScreen(np.asarray(small, np.uint8), np.asarray(filled, bool))
    data = base64.b64encode(encode_png(masked)).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.5 -0.5 {width} {height}" '
        f'width="{min(width, side_px)}" style="max-width:100%;height:auto">'
        f'<image x="-0.5" y="-0.5" width="{width}" height="{height}" '
        f'href="data:image/png;base64,{data}"/>{overlay}</svg>'
    )


def _overlay(assessment: AssessmentView) -> str:
    screen, names = assessment.screen, assessment.identifiers
    if screen is None or assessment.masked is None:
        return ""
    line = max(screen.size_wh) / 500.0
    marks = []
    if screen.scan_area_xy is not None:
        marks.append(_polygon(screen.scan_area_xy, "#ff7f0e", line, "scan area"))
    for region in () if names is None else names.regions:
        if region.kind != "surround":
            colour = "#2ca02c" if region.action == "kept" else "#d62728"
            marks.append(
                _polygon(region.polygon_xy, colour, 0.6 * line, f"{region.kind}, {region.action}")
            )
    return picture_tag(assessment.masked, "".join(marks))


def _polygon(points_xy: FloatArray, colour: str, width: float, title: str) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in points_xy)
    return (
        f'<polygon points="{points}" fill="none" stroke="{colour}" stroke-width="{width:.1f}">'
        f"<title>{html.escape(title)}</title></polygon>"
    )


def _measure_table(report: QualityReport) -> str:
    rows = []
    for one in report.measures:
        bar = ""
        if one.score is not None:
            colour = "#1a7f37" if one.score >= 70 else "#9a6700" if one.score >= 50 else "#cf222e"
            bar = (
                f'<div style="background:{colour};width:{one.score:.0f}%;height:0.6em;'
                'min-width:1px"></div>'
            )
        rows.append(
            f"<tr><td>{one.name}</td><td>{html.escape(_raw(one))}</td>"
            f'<td style="text-align:right">{html.escape(_score(one))}</td>'
            f'<td style="width:8em">{bar}</td></tr>'
        )
    return (
        "<table><thead><tr><th>measure</th><th>raw</th><th>score 0–100</th><th></th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _raw(one: Measure) -> str:
    return f"{one.raw:.3g} {one.unit}" if one.raw is not None else f"{one.failure}"


def _score(one: Measure) -> str:
    return "not assessed" if one.score is None else f"{one.score:.0f}"


def _fidelity(report: QualityReport) -> str:
    found = report.fidelity
    if found is None:
        return "not assessed"
    return f"{found.value:.0f} (90% interval {found.low:.0f}–{found.high:.0f})"
