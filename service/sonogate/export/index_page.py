"""The page of a medium: every picture with what its reader needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sonogate.export.dicom import describe
from sonogate.export.values import ExportItem

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "img{max-width:100%;height:auto;border:1px solid #999}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}"
    "dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}section{margin-bottom:3rem}"
)


def render_index(items: Sequence[ExportItem], pictures: Sequence[str]) -> str:
    """Return the page as HTML that needs no script and nothing from elsewhere.

    Args:
        items: What is on the medium.
        pictures: Where each one's plain picture lies, relative to the page.
    """
    sections = [
        _section(number, item, name)
        for number, (item, name) in enumerate(zip(items, pictures, strict=True), start=1)
    ]
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src 'self'; style-src 'unsafe-inline'\">"
        f"<title>Ultrasound pictures</title><style>{_STYLE}</style></head><body>"
        "<h1>Ultrasound pictures</h1>"
        "<p>Photos of an ultrasound machine's screen, rectified, with text that could identify a "
        "patient filled. A DICOM viewer opens the file DICOMDIR beside this page.</p>"
        f"{''.join(sections)}</body></html>\n"
    )


def _section(number: int, item: ExportItem, name: str) -> str:
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in _rows(item) if text
    )
    width, height = item.picture.pixels.shape[1], item.picture.pixels.shape[0]
    return (
        f"<section><h2>Picture {number}</h2>"
        f'<img src="{escape(name)}" width="{width}" height="{height}" '
        f'alt="Photo of an ultrasound screen, picture {number}">'
        f"<dl>{rows}</dl></section>"
    )


def _rows(item: ExportItem) -> list[tuple[str, str]]:
    context, patient, device = item.context, item.patient, item.device
    rows: list[tuple[str, str]] = []
    if patient is not None:
        born = "" if patient.birth_date is None else patient.birth_date.isoformat()
        rows += [
            ("Patient", patient.name.replace("^", ", ").strip(", ")),
            ("Patient number", patient.patient_id),
            ("Born", born),
            ("Accession number", patient.accession_number),
        ]
    else:
        rows.append(("Pseudonym", item.subject_id))
    if context is not None:
        part = "" if context.body_part is None else context.body_part.meaning
        rows.append(("Body part", part))
        rows.append(("Side", "" if context.side is None else context.side.name.lower()))
        if item.identified:
            rows.append(("Question", context.question or ""))
            rows.append(("Findings", context.findings or ""))
            at = context.acquired_at
            rows.append(("Acquired", "" if at is None else at.isoformat(" ", "minutes")))
        rows.append(("Coded findings", "; ".join(c.meaning for c in context.coded_findings)))
    machine = " ".join(part for part in (device.maker, device.model, device.probe) if part)
    rows += [
        ("Machine", machine),
        ("Good for", describe(item)),
        ("Picture", item.statement.image_id),
        ("SHA-256", item.picture.sha256),
    ]
    return rows
