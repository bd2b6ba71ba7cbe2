"""Several pictures at once."""

from __future__ import annotations

from sonogate.simulate.screens.canvas import Pen
from sonogate.simulate.screens.headers import (
    clinical,
    header_bar,
    indices,
    odd_identifiers,
    time_items,
)
from sonogate.simulate.screens.layouts.common import dress
from sonogate.simulate.screens.layouts.family import Family
from sonogate.simulate.screens.overlays import (
    annotate,
    body_mark,
    depth_ruler,
    grey_bar,
    orientation_mark,
)
from sonogate.simulate.screens.parts import footer_bar, stack, thumbnail_strip
from sonogate.simulate.screens.placing import put
from sonogate.simulate.screens.settings import settings
from sonogate.simulate.screens.stage import Stage


def dual_view(stage: Stage) -> None:
    """Two pictures side by side, the live one marked."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    bar = size * stage.between(2.8, 3.6)
    canvas.box(0, 0, w, bar, theme.panel)
    header_bar(stage, 0, 0, w, bar)
    top = bar + 1.6 * size
    left = size * stage.between(1, 7)
    each = (w - left - 3.5 * size) / 2
    high = h - top - 4 * size
    same = stage.chance(0.5)
    first = put(stage, left, top, each - 0.5 * size, high)
    second = put(
        stage,
        left + each + 0.5 * size,
        top,
        each - 0.5 * size,
        high,
        picture=first.picture if same and stage.chance(0.3) else None,
    )
    canvas.lines([(left + each, top), (left + each, top + high)], theme.dim)
    for placed in (first, second):
        orientation_mark(stage, placed)
        if stage.chance(0.6):
            annotate(stage, placed, 1)
    if left > 4 * size:
        lines = clinical(settings(stage, int(stage.rng.integers(4, 9))))
        stack(stage, size * 0.5, top, lines, theme.pen(0.9))
    for index in range(2):
        line = clinical(settings(stage, 3)[-3:])
        canvas.line(left + index * (each + size), h - 3 * size, line, theme.pen(0.85), size)
    grey_bar(stage, w - 2 * size, top, h * 0.2)
    dress(stage, second, (left + size, h - 6 * size))


def quad_view(stage: Stage) -> None:
    """Four pictures, as when a study is compared."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    bar = size * stage.between(2.6, 3.4)
    canvas.box(0, 0, w, bar, theme.panel)
    header_bar(stage, 0, 0, w, bar)
    half_w, half_h = w / 2, (h - bar) / 2
    pen = theme.pen(0.85)
    for index in range(4):
        x, y = (index % 2) * half_w, bar + (index // 2) * half_h
        canvas.frame(x, y, half_w, half_h, theme.accent if index == 0 else theme.dim)
        placed = put(stage, x + 2 * size, y + 1.6 * size, half_w - 5 * size, half_h - 3.2 * size)
        if stage.chance(0.5):
            depth_ruler(stage, placed)
        annotate(stage, placed, int(stage.rng.integers(0, 2)))
        canvas.text(x + 5, y + 3, f"{index + 1}", pen)
        if stage.chance(0.5):
            canvas.line(x + half_w - 5, y + 3, time_items(stage)[-1:], pen, 6, anchor="right")
        if stage.chance(0.4):
            canvas.text(x + 2 * size, y + 3, stage.patient.name, pen, "name")
        canvas.line(x + 5, y + half_h - 1.5 * size, clinical(settings(stage, 3)[-3:]), pen, size)


def bitmap_dual(stage: Stage) -> None:
    """Two pictures on an old machine with a band of text above and below."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    pen = theme.pen(1.0)
    band = 2.3 * size
    canvas.box(0, 0, w, band, theme.panel)
    canvas.box(0, h - band, w, band, theme.panel)
    name = (
        f"*{stage.patient.institution.upper()}*" if stage.chance(0.4) else stage.patient.institution
    )
    canvas.text(size, 1, name, pen, "institution", fit_w=w * 0.45)
    canvas.text(w - 2, 1, stage.patient.exam_date, pen, "date_time", anchor="right")
    canvas.text(w * 0.5, 1, stage.patient.name, pen, "name", fit_w=w * 0.28)
    canvas.text(size, 1.1 * size, stage.patient.number, pen, "number")
    canvas.text(w - 2, 1.1 * size, stage.patient.exam_time, pen, "date_time", anchor="right")
    canvas.text(w * 0.5, 1.1 * size, stage.patient.age_sex, pen, "age_sex")
    each, high = w / 2 - size, h - 2 * band - 2.6 * size
    for index in range(2):
        x = size * 0.5 + index * (each + size)
        placed = put(stage, x, band + 1.2 * size, each, high)
        line = clinical(settings(stage, 4)[-3:])
        canvas.line(x, h - band - 1.3 * size, line, pen, size)
        if index == int(stage.rng.integers(2)):
            depth_ruler(stage, placed)
            annotate(stage, placed, 1)
    canvas.line(w - 4, h - band + 4, clinical(indices(stage)), pen, size, anchor="right")
    body_mark(stage, size, h - band - 5 * size, 3.5 * size)


def review_board(stage: Stage) -> None:
    """One large picture with many small ones, light or dark, as in a review mode."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    side = w * stage.between(0.2, 0.3)
    on_left = stage.chance(0.5)
    x0 = side if on_left else 0.0
    bar = size * stage.between(2.8, 3.4)
    canvas.box(0, 0, w, bar, theme.panel)
    header_bar(stage, 0, 0, w, bar)
    canvas.box(0 if on_left else w - side, bar, side, h - bar, theme.panel)
    columns = 2 if side > 14 * size else 1
    edge = 0 if on_left else w - side
    for column in range(columns):
        each = (side - 6) / columns
        thumbnail_strip(stage, edge + 3 + column * each, bar + 4, each - 4, h - bar - 8, down=True)
    title = Pen(theme.second, size * 1.1, theme.accent)
    text = f"{stage.word('exams', stage.exam.name)}  {int(stage.rng.integers(1, 60))}/60"
    canvas.text(x0 + size, bar + 0.4 * size, text, title)
    placed = put(stage, x0 + 3 * size, bar + 2.4 * size, w - side - 8 * size, h - bar - 5.6 * size)
    footer_bar(stage, x0, h - 2.2 * size, w - side, 2.2 * size)
    dress(stage, placed, (x0 + size, h - 8 * size))
    if stage.chance(0.2):
        odd_identifiers(stage, placed)


SIZES = (
    (1024, 768),
    (1280, 960),
    (1280, 1024),
    (1920, 1080),
    (1600, 900),
    (1280, 800),
    (1366, 768),
)
OLD = ((640, 480), (800, 600), (720, 576))

VIEWS: tuple[Family, ...] = (
    Family("dual_view", dual_view, SIZES, light=0.1),
    Family("quad_view", quad_view, SIZES, text_px=(9.0, 15.0), light=0.1),
    Family("bitmap_dual", bitmap_dual, OLD, ("bitmap", "bitmap", "mono"), text_px=(20.0, 28.0)),
    Family("review_board", review_board, SIZES, text_px=(9.0, 16.0), light=0.45),
)
