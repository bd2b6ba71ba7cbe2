"""Who, where and when: headers, and identifiers in unusual places."""

from __future__ import annotations

from sonogate.simulate.screens.canvas import Anchor, Pen, Turn
from sonogate.simulate.screens.identifiers import Patient
from sonogate.simulate.screens.placing import Placed
from sonogate.simulate.screens.settings import settings
from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.screens.writing import label, pick
from sonogate.simulate.values import TextKind

Item = tuple[str, TextKind]


def identity_items(stage: Stage, patient: Patient) -> list[Item]:
    """Return what a header says of the patient, in an order and choice of its own."""
    items: list[Item] = [(patient.name, "name"), (patient.number, "number")]
    if stage.chance(0.45):
        items.append((patient.birth_date, "birth_date"))
    if stage.chance(0.45):
        items.append((patient.age_sex, "age_sex"))
    if stage.chance(0.2):
        items.append((patient.accession, "number"))
    if stage.chance(0.2):
        items.append((patient.operator, "operator"))
    if stage.chance(0.15):
        items[0], items[1] = items[1], items[0]
    return items


def labelled(stage: Stage, item: Item) -> list[Item]:
    """Put a field's label before its value."""
    key = {"age_sex": "age", "date_time": "number"}.get(item[1], item[1])
    return [(label(stage.rng, key, stage.locale), "clinical"), item]


def place_items(stage: Stage) -> list[Item]:
    """Return what a header says of place and machine."""
    patient = stage.patient
    items: list[Item] = [(patient.institution, "institution")]
    if stage.chance(0.3):
        items.append((patient.station, "station"))
    if stage.chance(0.12):
        items.append((patient.phone, "phone"))
    if stage.chance(0.07):
        items.append((patient.address, "address"))
    return items


def time_items(stage: Stage) -> list[Item]:
    """Return date and time, together or apart."""
    patient = stage.patient
    if stage.chance(0.5):
        return [(f"{patient.exam_date} {patient.exam_time}", "date_time")]
    return [(patient.exam_date, "date_time"), (patient.exam_time, "date_time")]


def indices(stage: Stage) -> list[str]:
    """Return mechanical and thermal index."""
    mi, ti = stage.between(0.1, 1.6), stage.between(0.0, 2.5)
    which = pick(stage.rng, ("TIs", "TIb", "TIB", "TIS", "TIC"))
    form = int(stage.rng.integers(4))
    if form == 0:
        return [f"MI {mi:.1f}", f"{which} {ti:.1f}"]
    if form == 1:
        return [f"{which}{ti:.1f} MI {mi:.1f}"]
    if form == 2:
        return [f"MI: {mi:.2f}", f"{which}: {ti:.2f}"]
    return [f"{which}<{ti:.1f} MI={mi:.1f}"]


def clinical(lines: list[str]) -> list[Item]:
    """Mark lines as clinical."""
    return [(line, "clinical") for line in lines]


def header_bar(stage: Stage, x: float, y: float, w: float, h: float) -> None:
    """Fill a bar with who, where, when and how, in one or two rows."""
    theme, canvas = stage.theme, stage.canvas
    pen = theme.pen(1.0)
    title = Pen(theme.second, theme.size_px * stage.between(1.0, 1.4), theme.ink)
    pad = stage.between(4, 14)
    rows = 2 if h >= 2.5 * theme.size_px else 1
    step = (h - 2) / rows
    drop = max(0.0, (step - 1.3 * pen.size_px) / 2)
    who = identity_items(stage, stage.patient)
    where, when = place_items(stage), time_items(stage)
    gap = pen.size_px * stage.between(0.5, 1.6)
    if stage.chance(0.35):
        who = [part for item in who for part in labelled(stage, item)]
    numbers = clinical(indices(stage))
    top, low = y + 1 + drop, y + 1 + drop + step
    arrangement = int(stage.rng.integers(4))
    if rows == 1:
        order = (who, when, numbers) if arrangement % 2 else (where[:1], who, when)
        used = canvas.line(x + pad, top, order[0], pen, gap, fit_w=0.4 * w)
        canvas.line(x + w - pad, top, order[2], pen, gap, anchor="right", fit_w=0.28 * w)
        middle = x + max(w / 2, used + 0.16 * w)
        if stage.chance(0.8):
            canvas.line(middle, top, order[1], pen, gap, anchor="middle", fit_w=0.25 * w)
        return
    exam = clinical([stage.word("exams", stage.exam.name)])
    # Left, middle and right of the upper row, then of the lower one.
    cells: tuple[list[Item], ...] = (
        (where, [], when, who, [], numbers),
        (who[:1], where, when, who[1:], exam, numbers),
        (when[:1], who[:2], where[:1], when[1:] or numbers, who[2:] or where, numbers),
        ([*who[:1], *numbers[:1], *who[1:2]], [], [*who[2:], *numbers[1:]], where, exam, when),
    )[arrangement]
    for index, runs in enumerate(cells):
        column, y_row = index % 3, top if index < 3 else low
        own = title if index == (1 if arrangement == 2 else 0) and arrangement < 3 else pen
        at = (x + pad, x + w / 2, x + w - pad)[column]
        anchor: Anchor = ("left", "middle", "right")[column]
        room = (0.36 if cells[index // 3 * 3 + 1] else 0.5) * w if column != 1 else 0.25 * w
        if runs:
            canvas.line(at, y_row, runs, own, gap, anchor=anchor, fit_w=room)


def odd_identifiers(stage: Stage, placed: Placed) -> None:
    """Write identifiers where nobody expects them, on some screens."""
    rng, theme, canvas, patient = stage.rng, stage.theme, stage.canvas, stage.patient
    kinds: tuple[TextKind, ...] = (
        "name",
        "number",
        "date_time",
        "birth_date",
        "institution",
        "operator",
        "age_sex",
        "phone",
        "address",
        "station",
    )
    kind = kinds[int(rng.choice(10, p=[0.3, 0.15, 0.15, 0.1, 0.08, 0.06, 0.06, 0.04, 0.03, 0.03]))]
    text = patient.of(kind)
    tone = (200, 200, 200) if stage.chance(0.7) else theme.accent
    pen = Pen(theme.face, max(6.0, theme.size_px * stage.between(0.6, 1.4)), tone)
    x, y = placed.inner(stage.between(0.1, 0.7), stage.between(0.08, 0.92))
    way = rng.random()
    if way < 0.25:
        canvas.text(x, y, text, pen, kind)
    elif way < 0.45:
        canvas.text(x, y, text, pen.at(opacity=stage.between(0.2, 0.6)), kind)
    elif way < 0.65:
        edge = (
            stage.between(2, 10) if stage.chance(0.5) else stage.size_wh[0] - 3 - 1.5 * pen.size_px
        )
        where = edge if stage.chance(0.7) else x
        canvas.text(where, placed.inner(0, 0.3)[1], text, pen, kind, turn=pick_turn(stage))
    elif way < 0.85 and " " in text:
        head, _, tail = text.partition(" ")
        canvas.text(x, y, head, pen, kind)
        canvas.text(x, y + 1.3 * pen.size_px, tail, pen, kind)
    else:
        parts: list[Item] = [
            (stage.word("annotations", stage.exam.name), "clinical"),
            (text, kind),
            (settings(stage, 1)[-1], "clinical"),
        ]
        canvas.line(x, y, parts, pen, pen.size_px * 0.5)


def pick_turn(stage: Stage) -> Turn:
    """Return a reading direction for a vertical line."""
    return "up" if stage.chance(0.5) else "down"
