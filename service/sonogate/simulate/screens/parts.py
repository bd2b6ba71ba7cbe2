"""Parts that layouts are put together from: headers, columns of settings, menus, strips."""

from __future__ import annotations

from collections.abc import Callable

from sonogate.simulate.screens.canvas import Anchor, Colour, Pen, Turn
from sonogate.simulate.screens.identifiers import Patient, label, pick
from sonogate.simulate.screens.overlays import Placed
from sonogate.simulate.screens.stage import Stage
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
    if stage.chance(0.08):
        items.append((patient.phone, "phone"))
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


PROBES = [
    "C5-1",
    "C1-5",
    "9L",
    "L12-3",
    "ML6-15",
    "S5-1",
    "M5Sc",
    "C9-5ec",
    "E8C",
    "3S",
    "X5-1",
    "L15-7io",
    "C5-2",
    "SC6-1",
    "L14-5WU",
    "CA1-7A",
    "P4-2s",
    "6C2",
    "VFX13-5",
    "PVT-375BT",
    "iC5-1",
    "C60xi",
    "HFL38xi",
    "L25x",
    "EV-10",
    "9123",
    "4C-RS",
    "12L-SC",
    "V5M",
    "UST-5413",
]


def settings(stage: Stage, count: int) -> list[str]:
    """Return lines of imaging settings, as beside a picture."""
    rng = stage.rng
    frequency, depth = stage.between(2, 15), stage.between(3, 22)
    gain, dr = int(rng.integers(10, 99)), int(rng.integers(40, 90))
    rate = int(rng.integers(8, 90))
    writers: tuple[Callable[[], str], ...] = (
        lambda: f"Frq {frequency:.1f}",
        lambda: f"Gn {gain}",
        lambda: f"S/A {rng.integers(1, 5)}/{rng.integers(1, 5)}",
        lambda: f"Map {pick(rng, 'ABCDEF')}/{rng.integers(0, 9)}",
        lambda: f"D {depth:.1f}",
        lambda: f"DR {dr}",
        lambda: f"FR {rate}",
        lambda: f"AO% {rng.choice([100, 90, 80, 50])}",
        lambda: f"{rate}Hz",
        lambda: f"{depth:.0f}cm",
        lambda: f"C {rng.integers(30, 70)}",
        lambda: pick(rng, ("HGen", "HPen", "P Low", "P Med", "HRes", "Res", "Pen", "Gen", "THI")),
        lambda: f"Persist {pick(rng, ('Low', 'Med', 'High', 'Off'))}",
        lambda: f"PRF {stage.between(0.4, 9):.1f} kHz",
        lambda: f"WF {pick(rng, ('Low', 'Med', '60Hz', '125 Hz'))}",
        lambda: f"2D {gain}%",
        lambda: f"Power {rng.choice([0, -2, -4])} dB",
        lambda: f"{frequency:.1f}MHz",
        lambda: f"Gain: {gain} dB",
        lambda: f"Depth: {depth:.1f} cm",
        lambda: f"R{rng.integers(5, 30)} G{gain} C{rng.integers(1, 9)} A{rng.integers(1, 5)}",
        lambda: f"Dyn R {dr} dB",
        lambda: f"{rng.integers(1, 5)} / {rng.integers(1, 5)} / {rng.integers(1, 5)}",
        lambda: f"XV {rng.integers(1, 6)}",
    )
    order = rng.permutation(len(writers))[:count]
    lines = [writers[int(index)]() for index in order]
    head = [stage.word("exams", stage.exam.name), pick(rng, PROBES)]
    return head + lines if stage.chance(0.8) else lines


def stack(
    stage: Stage, x: float, y: float, lines: list[Item], pen: Pen, leading: float = 1.35
) -> float:
    """Write lines one below another; return where the next would go."""
    for text, kind in lines:
        stage.canvas.text(x, y, text, pen, kind)
        y += pen.size_px * leading
    return y


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


def menu_column(stage: Stage, x: float, y: float, w: float, h: float, count: int) -> None:
    """Draw a column of soft keys."""
    theme, canvas = stage.theme, stage.canvas
    each = h / count
    rounded, icons = stage.chance(0.5), stage.chance(0.3)
    lit = int(stage.rng.integers(count))
    for index in range(count):
        top = y + index * each
        colour = theme.accent if index == lit and stage.chance(0.5) else theme.raised
        ink = theme.background if colour == theme.accent else theme.ink
        if rounded:
            canvas.pill(x + 2, top + 2, w - 4, each - 4, colour, 6)
        else:
            canvas.box(x + 1, top + 1, w - 2, each - 2, colour)
        text = stage.word("menus", "soft")
        if stage.locale != "en" and stage.chance(0.4):
            text = stage.word("menus", "local")
        pen = theme.pen(0.95, ink)
        if icons and each > 2.4 * theme.size_px:
            icon(stage, x + w / 2, top + each * 0.36, each * 0.17, ink)
            canvas.text(
                x + w / 2,
                top + each * 0.62,
                text,
                pen.at(size_px=pen.size_px * 0.8),
                anchor="middle",
                fit_w=w - 6,
            )
        else:
            canvas.text(
                x + w / 2,
                top + each / 2 - pen.size_px * 0.65,
                text,
                pen,
                anchor="middle",
                fit_w=w - 8,
            )


def icon(stage: Stage, x: float, y: float, size: float, colour: Colour) -> None:
    """Draw one of a few plain pictograms."""
    canvas, kind = stage.canvas, int(stage.rng.integers(6))
    if kind == 0:
        canvas.disc(x, y, size, colour, 1.5)
    elif kind == 1:
        canvas.frame(x - size, y - size * 0.7, size * 2, size * 1.4, colour, 1.5)
    elif kind == 2:
        canvas.fill([(x - size * 0.7, y - size), (x + size, y), (x - size * 0.7, y + size)], colour)
    elif kind == 3:
        canvas.lines([(x - size, y + size), (x + size, y - size)], colour, 1.5)
        canvas.disc(x - size, y + size, size * 0.25, colour)
        canvas.disc(x + size, y - size, size * 0.25, colour)
    elif kind == 4:
        for row in (-0.7, 0.0, 0.7):
            canvas.lines([(x - size, y + row * size), (x + size, y + row * size)], colour, 1.5)
    else:
        canvas.lines([(x - size, y), (x + size, y)], colour, 1.5)
        canvas.lines([(x, y - size), (x, y + size)], colour, 1.5)


def footer_bar(stage: Stage, x: float, y: float, w: float, h: float) -> None:
    """Fill a bar at the foot with status, keys, and sometimes who is scanning."""
    theme, canvas = stage.theme, stage.canvas
    canvas.box(x, y, w, h, theme.panel)
    pen = theme.pen(0.9)
    top = y + (h - pen.size_px * 1.3) / 2
    items = clinical([stage.word("menus", "soft") for _ in range(int(stage.rng.integers(1, 5)))])
    if stage.chance(0.35):
        items.append((stage.patient.operator, "operator"))
    if stage.chance(0.25):
        items.append((stage.patient.station, "station"))
    canvas.line(x + 8, top, items, pen, pen.size_px * stage.between(1, 3))
    if stage.chance(0.5):
        frame = f"{stage.rng.integers(1, 400)}/{stage.rng.integers(400, 900)}"
        canvas.text(x + w - 8, top, frame, pen, anchor="right")
    elif stage.chance(0.5):
        canvas.line(x + w - 8, top, time_items(stage), pen, 8, anchor="right")


def results_box(stage: Stage, x: float, y: float, results: list[str]) -> None:
    """Write measured values in a box or free."""
    if not results:
        return
    theme, canvas = stage.theme, stage.canvas
    pen = theme.pen(1.0, theme.mark if stage.chance(0.4) else theme.ink)
    widths = [canvas.measure(text, pen)[0] for text in results]
    if stage.chance(0.4) or stage.well is not None:
        canvas.box(
            x - 4, y - 3, max(widths) + 10, len(results) * pen.size_px * 1.35 + 6, theme.panel
        )
    stack(stage, x, y, clinical(results), pen)


def thumbnail_strip(stage: Stage, x: float, y: float, w: float, h: float, *, down: bool) -> None:
    """Draw small pictures of earlier shots, some with a patient's name on them."""
    theme, canvas = stage.theme, stage.canvas
    each = (w if down else h) * stage.between(0.95, 1.35)
    count = int((h if down else w) // (each + 4))
    shared = [stage.picture(each * 0.9, each * 0.75) for _ in range(min(3, count))]
    for index in range(count):
        left = x if down else x + index * (each + 4)
        top = y + index * (each * 0.85 + 4) if down else y
        wide, high = (w if down else each), (each * 0.85 if down else h)
        canvas.box(left, top, wide, high, (0, 0, 0))
        canvas.frame(left, top, wide, high, theme.dim)
        if not shared or stage.chance(0.2):
            continue
        picture = shared[int(stage.rng.integers(len(shared)))]
        pw, ph = picture.size_wh[0] / canvas.scale, picture.size_wh[1] / canvas.scale
        if pw < wide and ph < high:
            canvas.paste(
                picture.pixels, left + (wide - pw) / 2, top + (high - ph) / 2, picture.mask
            )
        pen = theme.pen(stage.between(0.55, 0.8), (220, 220, 220))
        pen = pen.at(size_px=max(6.0, pen.size_px))
        kind = stage.rng.random()
        if kind < 0.3:
            someone = stage.another_patient() if stage.chance(0.4) else stage.patient
            canvas.text(left + 2, top + 1, someone.name, pen, "name", fit_w=wide - 4)
        elif kind < 0.5:
            canvas.text(
                left + 2, top + 1, stage.patient.exam_time, pen, "date_time", fit_w=wide - 4
            )
        elif kind < 0.8:
            canvas.text(left + 2, top + high - pen.size_px * 1.5, f"{index + 1}", pen)


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
