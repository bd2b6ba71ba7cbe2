"""Phones, tablets and laptops with a probe on a cable."""

from __future__ import annotations

from sonogate.simulate.screens.canvas import Pen
from sonogate.simulate.screens.headers import (
    clinical,
    identity_items,
    indices,
    odd_identifiers,
    place_items,
    time_items,
)
from sonogate.simulate.screens.layouts.common import dress
from sonogate.simulate.screens.layouts.family import Family
from sonogate.simulate.screens.overlays import (
    annotate,
    calipers,
    depth_ruler,
    grey_bar,
    orientation_mark,
)
from sonogate.simulate.screens.parts import icon, menu_column, stack, thumbnail_strip
from sonogate.simulate.screens.placing import put
from sonogate.simulate.screens.settings import settings
from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.screens.writing import label
from sonogate.simulate.values import TextKind


def _status_bar(stage: Stage, w: float, h: float) -> None:
    """The operating system's bar: clock, network, battery."""
    canvas, theme = stage.canvas, stage.theme
    pen = Pen(theme.face, h * 0.58, theme.ink)
    canvas.text(h * 0.6, h * 0.12, stage.patient.exam_time, pen, "date_time")
    canvas.frame(w - h * 1.6, h * 0.3, h * 0.9, h * 0.42, theme.ink)
    canvas.box(w - h * 1.55, h * 0.34, h * stage.between(0.1, 0.75), h * 0.34, theme.ink)
    for bar in range(4):
        tall = h * (0.12 + 0.09 * bar)
        canvas.box(w - h * (3.2 - 0.22 * bar), h * 0.72 - tall, h * 0.14, tall, theme.ink)


def _buttons(stage: Stage, x: float, y: float, w: float, h: float, count: int) -> None:
    """A row of round buttons with words under them."""
    canvas, theme = stage.canvas, stage.theme
    each = w / count
    pen = theme.pen(0.75)
    for index in range(count):
        cx, radius = x + (index + 0.5) * each, min(each * 0.3, h * 0.28)
        main = index == count // 2
        canvas.disc(cx, y + h * 0.36, radius, theme.accent if main else theme.raised)
        icon(stage, cx, y + h * 0.36, radius * 0.45, theme.background if main else theme.ink)
        text = stage.key_word()
        canvas.text(cx, y + h * 0.7, text, pen, anchor="middle", fit_w=each - 4)


def phone_portrait(stage: Stage) -> None:
    """A phone held upright."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    status = size * 1.6 if stage.chance(0.7) else 0.0
    if status:
        _status_bar(stage, w, status)
    y = status + size * 0.4
    bar = size * 3.4
    if stage.chance(0.5):
        canvas.box(0, y, w, bar, theme.panel)
    title = Pen(theme.second, size * 1.15, theme.ink)
    who = identity_items(stage, stage.patient)
    if stage.chance(0.8):
        canvas.text(
            w / 2, y + 0.3 * size, who[0][0], title, who[0][1], anchor="middle", fit_w=w * 0.6
        )
        canvas.line(w / 2, y + 1.9 * size, who[1:3], theme.pen(0.85), size, anchor="middle")
    icon(stage, size * 1.6, y + bar / 2, size * 0.6, theme.ink)
    icon(stage, w - size * 1.6, y + bar / 2, size * 0.6, theme.ink)
    y += bar + 0.4 * size
    small = clinical([*indices(stage), stage.word("exams", stage.exam.name)])
    canvas.line(w / 2, y, small, theme.pen(0.75), size * 0.6, anchor="middle")
    low = h * stage.between(0.7, 0.82)
    placed = put(stage, size * 0.4, y + 1.4 * size, w - 3 * size, low - y - 2 * size)
    depth_ruler(stage, placed)
    orientation_mark(stage, placed)
    if stage.chance(0.35):
        annotate(stage, placed, 1)
    if stage.chance(0.35):
        calipers(stage, placed, 1)
    if stage.chance(0.6):
        x = size
        canvas.lines([(x, low + size), (w - x, low + size)], theme.dim, 2)
        canvas.disc(stage.between(x, w - x), low + size, size * 0.5, theme.accent)
        canvas.text(x, low + 1.6 * size, "Gain", theme.pen(0.75, theme.dim))
    _buttons(stage, 0, low + 3 * size, w, h - low - 3.6 * size, int(stage.rng.integers(3, 6)))
    if stage.chance(0.35):
        canvas.line(
            w - size, low - 1.2 * size, time_items(stage)[:1], theme.pen(0.7), 6, anchor="right"
        )
    if stage.chance(0.2):
        odd_identifiers(stage, placed)


def tablet_portrait(stage: Stage) -> None:
    """A tablet held upright, settings above, thumbnails or keys below."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    bar = 3.2 * size
    canvas.box(0, 0, w, bar, theme.panel)
    canvas.line(size, 0.3 * size, identity_items(stage, stage.patient), theme.pen(1.0), size)
    canvas.line(size, 1.7 * size, place_items(stage), theme.pen(0.85, theme.dim), size)
    canvas.line(w - size, 0.3 * size, time_items(stage), theme.pen(0.9), size, anchor="right")
    canvas.line(
        w - size, 1.7 * size, clinical(indices(stage)), theme.pen(0.85), size, anchor="right"
    )
    rows = clinical(settings(stage, int(stage.rng.integers(3, 6))))
    canvas.line(size, bar + 0.5 * size, rows, theme.pen(0.85, theme.dim), size)
    low = h * stage.between(0.68, 0.8)
    placed = put(stage, size, bar + 2.5 * size, w - 4.5 * size, low - bar - 3 * size)
    grey_bar(stage, w - 1.8 * size, bar + 3 * size, h * 0.16)
    if stage.chance(0.5):
        canvas.box(0, low, w, h * 0.09, theme.panel)
        thumbnail_strip(stage, 4, low + 3, w - 8, h * 0.09 - 6, down=False)
        low += h * 0.09
    _buttons(stage, 0, low + size, w, h - low - size, int(stage.rng.integers(4, 8)))
    dress(stage, placed, (size, low - 12 * size))


def tablet_landscape(stage: Stage) -> None:
    """A tablet or bedside machine with keys along one side and few words."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    menu = size * stage.between(4.5, 6.5)
    on_right = stage.chance(0.6)
    x0 = 0.0 if on_right else menu
    canvas.box(w - menu if on_right else 0, 0, menu, h, theme.panel)
    menu_column(stage, w - menu if on_right else 0, 0, menu, h, int(stage.rng.integers(6, 11)))
    pen, room = theme.pen(1.0), w - menu
    who = identity_items(stage, stage.patient)
    canvas.line(x0 + size * 0.5, size * 0.3, who, pen, size)
    canvas.line(x0 + room - size * 0.5, size * 0.3, time_items(stage), pen, size, anchor="right")
    placed = put(stage, x0 + 2 * size, 2.4 * size, room - 6 * size, h - 6 * size)
    stack(stage, x0 + size * 0.5, 2.4 * size, clinical(settings(stage, 4)), theme.pen(0.85))
    place = place_items(stage)
    canvas.line(x0 + size * 0.5, h - 1.6 * size, place, theme.pen(0.85, theme.dim), size)
    corner = x0 + room - size * 0.5
    canvas.line(
        corner, h - 1.6 * size, clinical(indices(stage)), theme.pen(0.85), size, anchor="right"
    )
    dress(stage, placed, (x0 + room - 13 * size, h - 8 * size))


def laptop_window(stage: Stage) -> None:
    """An application's window: title, tool bar, grey panels, a list of settings."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    title = 1.9 * size
    canvas.box(0, 0, w, title, theme.raised)
    maker = ("Echo", "Sono", "Scan", "Wave")[int(stage.rng.integers(4))]
    canvas.text(2 * size, 0.3 * size, f"{maker} {stage.between(1, 9):.1f}", theme.pen(0.9))
    canvas.text(w * 0.35, 0.3 * size, stage.patient.name, theme.pen(0.9), "name")
    for index in range(3):
        icon(stage, w - (1.2 + 1.9 * index) * size, title / 2, size * 0.4, theme.ink)
    canvas.box(0, title, w, 2.2 * size, theme.panel)
    for index in range(int(stage.rng.integers(6, 16))):
        icon(stage, (1.5 + 2.6 * index) * size, title + 1.1 * size, size * 0.55, theme.dim)
    top = title + 2.2 * size
    side = size * stage.between(9, 13)
    canvas.box(w - side, top, side, h - top, theme.panel)
    fields: list[tuple[str, tuple[str, TextKind]]] = [
        (label(stage.rng, "name", stage.locale), (stage.patient.name, "name")),
        (label(stage.rng, "number", stage.locale), (stage.patient.number, "number")),
        (label(stage.rng, "birth_date", stage.locale), (stage.patient.birth_date, "birth_date")),
    ]
    y = top + 0.5 * size
    for caption, (text, kind) in fields[: int(stage.rng.integers(1, 4))]:
        canvas.text(w - side + 6, y, caption, theme.pen(0.8, theme.dim))
        canvas.text(w - side + 6, y + 1.1 * size, text, theme.pen(0.9), kind, fit_w=side - 10)
        y += 2.5 * size
    lines = clinical(settings(stage, int(stage.rng.integers(6, 14))))
    stack(stage, w - side + 6, y + size, lines, theme.pen(0.85))
    black = (4 * size, top + size, w - side - 8 * size, h - top - 4 * size)
    canvas.box(*black, (0, 0, 0))
    made = stage.picture(black[2] - 4 * size, black[3] - size)
    # The window's ground is grey, the picture's own is black.
    made.pixels[~made.mask] = 0
    placed = put(stage, black[0] + 2 * size, black[1], black[2] - 4 * size, black[3], picture=made)
    grey_bar(stage, 1.2 * size, top + size, h * 0.2)
    foot = [*time_items(stage), (stage.patient.operator, "operator")]
    canvas.line(size, h - 1.7 * size, foot, theme.pen(0.85), 2 * size)
    dress(stage, placed, (black[0] + size, h - 9 * size))


PHONES = ((1080, 1920), (750, 1334), (720, 1280), (1080, 2160), (828, 1792), (776, 1080))
TABLETS = ((1200, 1920), (768, 1024), (1080, 1440), (800, 1280), (834, 1112))
WIDE = ((1280, 800), (1920, 1200), (1024, 768), (1180, 820), (1357, 870), (1366, 768))

HANDHELDS: tuple[Family, ...] = (
    Family("phone_portrait", phone_portrait, PHONES, text_px=(18.0, 28.0), light=0.2),
    Family("tablet_portrait", tablet_portrait, TABLETS, text_px=(13.0, 20.0), light=0.2),
    Family("tablet_landscape", tablet_landscape, WIDE, text_px=(13.0, 22.0), light=0.15),
    Family("laptop_window", laptop_window, WIDE, text_px=(12.0, 18.0), light=0.5),
)
