"""Screens of text: a report, a patient's data, the day's list."""

from __future__ import annotations

from sonogate.simulate.screens.canvas import Pen
from sonogate.simulate.screens.headers import clinical
from sonogate.simulate.screens.identifiers import Patient
from sonogate.simulate.screens.layouts.family import Family
from sonogate.simulate.screens.parts import footer_bar, menu_column, stack
from sonogate.simulate.screens.settings import settings
from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.screens.writing import label, write_time
from sonogate.simulate.values import TextKind

Field = tuple[str, str, TextKind]


def _fields(patient: Patient) -> list[Field]:
    """Return label key, text and kind of all that is known of a patient."""
    return [
        ("name", patient.name, "name"),
        ("number", patient.number, "number"),
        ("birth_date", patient.birth_date, "birth_date"),
        ("age", patient.age_sex, "age_sex"),
        ("accession", patient.accession, "number"),
        ("operator", patient.operator, "operator"),
        ("physician", patient.physician, "operator"),
        ("institution", patient.institution, "institution"),
        ("station", patient.station, "station"),
        ("phone", patient.phone, "phone"),
        ("address", patient.address, "address"),
    ]


def _title(stage: Stage, x: float, y: float, text: str) -> float:
    pen = Pen(stage.theme.second, stage.theme.size_px * 1.5, stage.theme.accent)
    stage.canvas.text(x, y, text, pen)
    return y + pen.size_px * 1.6


def report_page(stage: Stage) -> None:
    """Measured values in a table under the patient's data."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    left = w * stage.between(0.02, 0.08)
    y = _title(stage, left, size, stage.heading("report"))
    canvas.text(
        w - left, size, stage.patient.institution, theme.pen(1.1), "institution", anchor="right"
    )
    fields = _fields(stage.patient)[: int(stage.rng.integers(5, 12))]
    columns = int(stage.rng.integers(1, 4))
    each = (w - 2 * left) / columns
    for index, (key, text, kind) in enumerate(fields):
        x, row = left + (index % columns) * each, y + (index // columns) * 1.6 * size
        caption, _ = canvas.text(
            x, row, label(stage.rng, key, stage.locale), theme.pen(0.95, theme.dim)
        )
        canvas.text(
            x + max(caption + size, 7 * size),
            row,
            text,
            theme.pen(),
            kind,
            fit_w=each - caption - 2 * size,
        )
    y += (len(fields) // columns + 1.6) * 1.6 * size
    when = f"{stage.patient.exam_date} {stage.patient.exam_time}"
    canvas.text(left, y, when, theme.pen(), "date_time")
    y += 2.4 * size
    canvas.box(left, y - 0.4 * size, w - 2 * left, 1.7 * size, theme.panel)
    heads = ("", "Value", "m1", "m2", "m3", "Meth", "GA", "Range")
    widths = [0.26, 0.13, 0.1, 0.1, 0.1, 0.09, 0.12, 0.1]
    for head, at in zip(heads, _sums(widths), strict=True):
        canvas.text(left + 6 + at * (w - 2 * left), y - 0.2 * size, head, theme.pen(0.95))
    row = 0
    while y + (row + 2.5) * 1.5 * size < h - 3 * size and row < 18:
        row += 1
        top = y + row * 1.5 * size
        if row % 2 and stage.chance(0.9):
            canvas.box(left, top - 0.2 * size, w - 2 * left, 1.5 * size, theme.panel)
        values = [stage.between(0.2, 30) for _ in range(4)]
        unit = ("cm", "mm", "cm/s", "g", "ml")[int(stage.rng.integers(5))]
        cells = [
            stage.word("measures", stage.exam.name),
            f"{values[0]:.2f} {unit}",
            *(f"{value:.2f}" for value in values[1:]),
            ("avg", "last", "max")[int(stage.rng.integers(3))],
            f"{int(values[1])}w{int(values[2]) % 7}d" if stage.exam.name == "obstetric" else "",
            f"{values[2]:.1f}-{values[2] + values[3]:.1f}",
        ]
        for cell, at in zip(cells, _sums(widths), strict=True):
            canvas.text(left + 6 + at * (w - 2 * left), top, cell, theme.pen(0.95))
    footer_bar(stage, 0, h - 2.2 * size, w, 2.2 * size)


def _sums(widths: list[float]) -> list[float]:
    return [sum(widths[:index]) for index in range(len(widths))]


def patient_page(stage: Stage) -> None:
    """A form with a patient's data in boxes."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    menu = size * stage.between(7, 10) if stage.chance(0.6) else 0.0
    if menu:
        canvas.box(0, 0, menu, h, theme.panel)
        menu_column(stage, 0, 2 * size, menu, h * 0.7, int(stage.rng.integers(5, 11)))
    left = menu + size * stage.between(1.5, 4)
    y = _title(stage, left, size, stage.heading("patient"))
    fields = _fields(stage.patient)
    if stage.chance(0.6):
        fields[0:1] = [
            ("last", stage.patient.family, "name"),
            ("first", stage.patient.given, "name"),
        ]
    columns = int(stage.rng.integers(1, 3))
    each = (w - left - 2 * size) / columns
    above = stage.chance(0.5)
    pitch = size * (3.3 if above else 2.3)
    for index, (key, text, kind) in enumerate(fields):
        x, top = left + (index % columns) * each, y + (index // columns) * pitch
        if top + pitch > h - 3 * size:
            break
        caption = label(stage.rng, key, stage.locale)
        canvas.text(x, top, caption, theme.pen(0.9, theme.dim))
        box_x, box_y = (x, top + 1.3 * size) if above else (x + each * 0.34, top - 0.25 * size)
        box_w = each * (0.85 if above else 0.58)
        canvas.box(box_x, box_y, box_w, 1.8 * size, theme.raised)
        canvas.frame(box_x, box_y, box_w, 1.8 * size, theme.dim)
        canvas.text(box_x + 5, box_y + 0.25 * size, text, theme.pen(), kind, fit_w=box_w - 8)
    y += (len(fields) // columns + 1) * pitch
    if y < h - 8 * size:
        presets = clinical([stage.word("exams", stage.exam.name) for _ in range(5)])
        canvas.line(left, y, presets, theme.pen(), 2 * size)
        stack(stage, left, y + 2 * size, clinical(settings(stage, 3)), theme.pen(0.9, theme.dim))
    footer_bar(stage, 0, h - 2.2 * size, w, 2.2 * size)


def worklist(stage: Stage) -> None:
    """A table of the day's patients, all of them other people."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    left = size
    y = _title(stage, left, 0.8 * size, stage.heading("worklist"))
    canvas.text(w - left, size, stage.patient.station, theme.pen(), "station", anchor="right")
    keys: list[tuple[str, TextKind, float]] = [
        ("name", "name", 0.26),
        ("number", "number", 0.15),
        ("birth_date", "birth_date", 0.13),
        ("sex", "age_sex", 0.08),
        ("accession", "number", 0.15),
        ("physician", "operator", 0.14),
    ]
    keys = keys[: int(stage.rng.integers(3, 7))]
    if stage.chance(0.3):
        keys[0], keys[1] = keys[1], keys[0]
    share = 0.9 / (sum(part for _, _, part in keys) + 0.1)
    places = [left + 5 + at * share * w for at in _sums([part for _, _, part in keys])]
    last = left + 5 + share * w * sum(part for _, _, part in keys)
    canvas.box(left, y, w - 2 * left, 1.8 * size, theme.raised)
    for (key, _, _), x in zip(keys, places, strict=True):
        canvas.text(x, y + 0.3 * size, label(stage.rng, key, stage.locale), theme.pen(0.9))
    y += 1.9 * size
    pitch = size * stage.between(1.6, 2.4)
    rows = int((h - y - 3.5 * size) / pitch)
    filled = max(3, int(rows * stage.between(0.5, 1.0)))
    chosen = int(stage.rng.integers(filled))
    for row in range(filled):
        top = y + row * pitch
        someone = stage.another_patient()
        if row == chosen:
            canvas.box(left, top, w - 2 * left, pitch, theme.accent)
        elif row % 2:
            canvas.box(left, top, w - 2 * left, pitch, theme.panel)
        pen = theme.pen(0.95, theme.background if row == chosen else theme.ink)
        texts = {
            "name": someone.name,
            "number": someone.number,
            "birth_date": someone.birth_date,
            "sex": someone.age_sex,
            "accession": someone.accession,
            "physician": someone.physician,
        }
        for (key, kind, part), x in zip(keys, places, strict=True):
            canvas.text(x, top + 0.15 * size, texts[key], pen, kind, fit_w=part * share * w - 6)
        if last < w - 8 * size:
            canvas.text(last, top + 0.15 * size, write_time(stage.rng), pen, "date_time")
    footer_bar(stage, 0, h - 2.2 * size, w, 2.2 * size)


SIZES = ((1024, 768), (1280, 960), (1920, 1080), (1280, 800), (800, 600), (1366, 768), (768, 1024))

PAGES: tuple[Family, ...] = (
    Family(
        "report_page",
        report_page,
        SIZES,
        ("sans", "mono", "serif", "condensed", "bitmap"),
        text_px=(14.0, 22.0),
        light=0.5,
        shows="report",
    ),
    Family(
        "patient_page",
        patient_page,
        SIZES,
        ("sans", "sans", "condensed", "bitmap"),
        text_px=(14.0, 24.0),
        light=0.5,
        shows="patient_page",
    ),
    Family(
        "worklist",
        worklist,
        SIZES,
        ("sans", "sans", "condensed", "mono", "bitmap"),
        text_px=(12.0, 20.0),
        light=0.5,
        shows="worklist",
    ),
)
