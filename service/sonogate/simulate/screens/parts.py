"""Parts that layouts are put together from: columns of text, menus, strips."""

from __future__ import annotations

from sonogate.simulate.screens.canvas import Pen
from sonogate.simulate.screens.headers import Item, clinical, time_items
from sonogate.simulate.screens.shapes import Colour
from sonogate.simulate.screens.stage import Stage


def stack(
    stage: Stage, x: float, y: float, lines: list[Item], pen: Pen, leading: float = 1.35
) -> float:
    """Write lines one below another; return where the next would go."""
    for text, kind in lines:
        stage.canvas.text(x, y, text, pen, kind)
        y += pen.size_px * leading
    return y


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
        text = stage.key_word()
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
    items = clinical([stage.key_word() for _ in range(int(stage.rng.integers(1, 5)))])
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
