"""Consoles on carts, with one grey picture."""

from __future__ import annotations

from sonogate.simulate.screens.headers import (
    clinical,
    header_bar,
    identity_items,
    indices,
    labelled,
    place_items,
    time_items,
)
from sonogate.simulate.screens.layouts.common import dress
from sonogate.simulate.screens.layouts.family import Family
from sonogate.simulate.screens.overlays import body_mark, grey_bar
from sonogate.simulate.screens.parts import footer_bar, menu_column, stack, thumbnail_strip
from sonogate.simulate.screens.placing import put
from sonogate.simulate.screens.settings import settings
from sonogate.simulate.screens.stage import Stage


def cart_classic(stage: Stage) -> None:
    """A bar on top, settings to the left, picture in the middle, grey bar to the right."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    bar = size * stage.between(2.9, 3.8)
    if stage.chance(0.7):
        canvas.box(0, 0, w, bar, theme.panel)
    header_bar(stage, 0, 0, w, bar)
    left = size * stage.between(6, 9)
    foot = size * 2.2 if stage.chance(0.4) else size * 0.5
    placed = put(stage, left, bar + size, w - left - 5 * size, h - bar - foot - 2 * size)
    stack(
        stage,
        size * 0.6,
        bar + size * stage.between(0.8, 2.5),
        clinical(settings(stage, int(stage.rng.integers(4, 11)))),
        theme.pen(1.0),
        stage.between(1.2, 1.5),
    )
    grey_bar(stage, w - 2.2 * size, bar + 2 * size, h * stage.between(0.15, 0.35))
    if foot > size:
        footer_bar(stage, 0, h - foot, w, foot)
    if stage.chance(0.4):
        body_mark(stage, size, h - foot - 8 * size, 5 * size)
    dress(stage, placed, (size, h * stage.between(0.5, 0.62)))


def cart_side_menu(stage: Stage) -> None:
    """Soft keys in a column, settings in rows over the picture."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    menu_w = size * stage.between(6.5, 10)
    on_left = stage.chance(0.5)
    x0 = menu_w if on_left else 0.0
    room = w - menu_w
    bar = size * stage.between(2.8, 3.6)
    canvas.box(x0, 0, room, bar, theme.panel)
    header_bar(stage, x0, 0, room, bar)
    rows = clinical([*settings(stage, int(stage.rng.integers(4, 8)))])
    canvas.line(x0 + size, bar + 0.4 * size, rows, theme.pen(0.9), size * stage.between(0.8, 1.5))
    placed = put(stage, x0 + 3 * size, bar + 2.4 * size, room - 7 * size, h - bar - 4 * size)
    canvas.box(0 if on_left else w - menu_w, 0, menu_w, h, theme.panel)
    menu_column(
        stage,
        0 if on_left else w - menu_w,
        size * stage.between(0, 6),
        menu_w,
        h * stage.between(0.55, 0.85),
        int(stage.rng.integers(7, 14)),
    )
    grey_bar(stage, x0 + size * 0.8, bar + 4 * size, h * 0.25)
    dress(stage, placed, (x0 + room - 14 * size, h - 6 * size))


def cart_thumbnails(stage: Stage) -> None:
    """A strip of earlier pictures along the foot or the side."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    bar = size * stage.between(2.8, 3.6)
    canvas.box(0, 0, w, bar, theme.panel)
    header_bar(stage, 0, 0, w, bar)
    down = stage.chance(0.5)
    strip = stage.between(0.1, 0.15) * (w if down else h)
    room_w, room_h = (w - strip if down else w), (h if down else h - strip)
    placed = put(stage, 8 * size, bar + size, room_w - 13 * size, room_h - bar - 2 * size)
    if down:
        canvas.box(room_w, bar, strip, h - bar, theme.panel)
        thumbnail_strip(stage, room_w + 4, bar + 4, strip - 8, h - bar - 8, down=True)
    else:
        canvas.box(0, room_h, w, strip, theme.panel)
        thumbnail_strip(stage, 4, room_h + 4, w - 8, strip - 8, down=False)
    lines = clinical([*indices(stage), *settings(stage, int(stage.rng.integers(3, 8)))])
    stack(stage, size * 0.7, bar + size, lines, theme.pen(0.95))
    grey_bar(stage, room_w - 2.4 * size, bar + 2 * size, h * 0.22)
    dress(stage, placed, (size, room_h * 0.7))


def cart_corners(stage: Stage) -> None:
    """No bars: blocks of text in the corners around the picture, as echo machines have."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    placed = put(stage, w * 0.06, size * stage.between(0.3, 4), w * 0.84, h * 0.9 - 3 * size)
    pen = theme.pen(1.0)
    who = identity_items(stage, stage.patient)
    corner = who if stage.chance(0.6) else [i for item in who for i in labelled(stage, item)]
    technical = clinical(settings(stage, int(stage.rng.integers(4, 9))))
    if stage.chance(0.6):
        y = stack(stage, size * 0.5, size * 0.4, corner, pen)
        stack(stage, size * 0.5, y + 0.6 * size, technical, pen)
    else:
        y = stack(stage, size * 0.5, size * 0.4, technical, pen)
        stack(stage, size * 0.5, h - (len(corner) + 0.6) * 1.35 * size, corner, pen)
    y = size * 0.4
    for item in (*time_items(stage), *place_items(stage), *clinical(indices(stage))):
        canvas.text(w - size * 0.5, y, item[0], pen, item[1], anchor="right")
        y += 1.35 * size
    grey_bar(stage, w - 2 * size, y + size, h * stage.between(0.15, 0.3))
    dress(stage, placed, (size * 0.6, h * stage.between(0.55, 0.7)))


def bitmap_old(stage: Stage) -> None:
    """An old machine: hard-edged letters, white on black, little space."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    pen = theme.pen(1.0)
    bar = 2.4 * size
    if stage.chance(0.35):
        canvas.box(0, 0, w, bar, theme.panel)
    star = f"*{stage.patient.institution.upper()}*" if stage.chance(0.2) else None
    left = [(star or stage.patient.institution, "institution"), (stage.patient.name, "name")]
    right = [*time_items(stage), (stage.patient.number, "number")]
    if stage.chance(0.4):
        left.reverse()
    for row, item in enumerate(left):
        canvas.text(size * 0.3, row * 1.1 * size, item[0], pen, item[1])  # type: ignore[arg-type]
    for row, item in enumerate(right):
        canvas.text(w - 2, row * 1.1 * size, item[0], pen, item[1], anchor="right")
    rows = clinical(settings(stage, int(stage.rng.integers(3, 8))))
    placed = put(stage, 6 * size, bar + 1.5 * size, w - 10 * size, h - bar - 4.5 * size)
    stack(stage, size * 0.2, bar + size, rows, pen, 1.1)
    canvas.line(w - 4, h - 1.2 * size, clinical(indices(stage)), pen, size, anchor="right")
    if stage.chance(0.5):
        canvas.text(w / 2, h - 2.6 * size, stage.word("annotations", stage.exam.name), pen)
    grey_bar(stage, 2 * size, h * 0.5, h * 0.2)
    dress(stage, placed, (size, h * 0.78))


CARTS = ((1024, 768), (1024, 768), (1280, 960), (1280, 1024), (1280, 720), (1440, 900))
WIDE = ((1920, 1080), (1920, 1080), (1600, 900), (1366, 768), (1680, 1050), (1280, 800))

CONSOLES: tuple[Family, ...] = (
    Family("cart_classic", cart_classic, CARTS, text_px=(13.0, 26.0)),
    Family("cart_wide_dark", cart_classic, WIDE, text_px=(11.0, 22.0)),
    Family("cart_side_menu", cart_side_menu, (*CARTS, *WIDE), text_px=(11.0, 20.0), light=0.25),
    Family("cart_thumbnails", cart_thumbnails, (*CARTS, *WIDE), text_px=(10.0, 20.0), light=0.15),
    Family("cart_corners", cart_corners, (*CARTS, (800, 600), (1920, 1080)), text_px=(12.0, 27.0)),
    Family(
        "bitmap_old",
        bitmap_old,
        ((640, 480), (640, 480), (800, 600), (720, 576), (768, 576)),
        ("bitmap", "bitmap", "mono"),
        text_px=(20.0, 30.0),
    ),
)
