"""Small things that screens carry besides: gain curve, cine bar, side ticks, cursor, maker."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.screens.canvas import Pen
from sonogate.simulate.screens.placing import Placed
from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.screens.writing import pick, words


def gain_curve(stage: Stage, placed: Placed) -> None:
    """Draw the time-gain curve beside the picture."""
    x = min(placed.x + placed.w + stage.between(20, 40), stage.size_wh[0] - 50.0)
    knots = np.interp(np.linspace(0, 1, 40), np.linspace(0, 1, 6), stage.rng.uniform(0.2, 1, 6))
    knots = np.convolve(np.pad(knots, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    tall = placed.h * stage.between(0.3, 0.9)
    points = np.stack([x + 30 * knots, placed.y + np.linspace(0, tall, knots.size)], 1)
    stage.canvas.lines(points, stage.theme.dim, 1.2)


def cine_bar(stage: Stage, placed: Placed) -> None:
    """Draw the bar that shows which frame of the loop is seen."""
    canvas, theme = stage.canvas, stage.theme
    w = placed.w * stage.between(0.25, 0.8)
    x, y = placed.x + (placed.w - w) / 2, min(placed.y + placed.h + 14, stage.size_wh[1] - 12.0)
    share = stage.between(0.1, 0.95)
    if stage.chance(0.5):
        canvas.box(x, y, w, 5, theme.panel)
        canvas.box(x, y, w * share, 5, theme.accent)
        return
    canvas.lines([(x, y - 8), (x, y), (x + w, y), (x + w, y - 8)], theme.ink, smooth=False)
    canvas.box(x + w * share - 3, y - 6, 6, 5, theme.ink)


def side_ticks(stage: Stage, placed: Placed) -> None:
    """Draw centimetre ticks above or below the picture."""
    canvas, tone = stage.canvas, stage.theme.mark
    y = placed.y - 8 if stage.chance(0.5) else min(placed.y + placed.h + 5, stage.size_wh[1] - 8.0)
    middle = placed.x + placed.w / 2
    count = int(placed.w / 2 / placed.px_per_cm)
    for step in range(-count, count + 1):
        at = middle + step * placed.px_per_cm
        canvas.lines([(at, y), (at, y + (7 if step % 5 == 0 else 4))], tone, 2, smooth=False)


def edge_dots(stage: Stage, placed: Placed) -> None:
    """Draw a dot for each centimetre along the right side of a fan."""
    view = placed.picture.view
    if view is None or view.fan.is_flat:
        return
    fan = view.fan
    depths = np.arange(0.0, fan.depth_cm, 1.0)
    side = placed.at(view.place(np.stack(fan.to_xz(depths, np.full(depths.size, 1.06)), 1)))
    for x, y in side:
        stage.canvas.disc(float(x), float(y), 1.4, (220, 220, 220))


def cursor(stage: Stage, placed: Placed) -> None:
    """Draw the pointer of the trackball."""
    x, y = placed.inner(stage.between(0, 1), stage.between(0, 1))
    size = stage.between(10, 18)
    outline = [(0, 0), (0, 1), (0.24, 0.78), (0.4, 1.15), (0.56, 1.08), (0.4, 0.72), (0.72, 0.7)]
    points = [(x + u * size, y + v * size) for u, v in outline]
    stage.canvas.fill(points, (250, 250, 250))
    stage.canvas.lines(points, (10, 10, 10), 1, closed=True)


def maker(stage: Stage) -> None:
    """Draw an invented maker's sign and name in a corner."""
    canvas, theme = stage.canvas, stage.theme
    w, h = stage.size_wh
    size = theme.size_px
    x = size if stage.chance(0.5) else w - 10 * size
    y = h - stage.between(3.5, 6) * size
    kind = int(stage.rng.integers(3))
    if kind == 0:
        for ring in (0.3, 0.55, 0.8):
            canvas.disc(x, y + 0.7 * size, ring * size, theme.accent, 1.5)
    elif kind == 1:
        canvas.pill(x - 0.6 * size, y, 1.4 * size, 1.4 * size, theme.accent, 4)
    else:
        points = [(x - 0.6 * size, y + 1.3 * size), (x, y), (x + 0.6 * size, y + 1.3 * size)]
        canvas.lines(points, theme.accent, 3)
    pen = Pen(theme.second, size * stage.between(1.0, 1.6), theme.ink)
    canvas.text(x + 1.2 * size, y, pick(stage.rng, words()["makers"]["names"]), pen)


def adorn(stage: Stage, placed: Placed) -> None:
    """Add some of it."""
    if stage.chance(0.12):
        gain_curve(stage, placed)
    if stage.chance(0.2):
        cine_bar(stage, placed)
    if stage.chance(0.15):
        side_ticks(stage, placed)
    if stage.chance(0.2):
        edge_dots(stage, placed)
    if stage.chance(0.12):
        cursor(stage, placed)
    if stage.chance(0.2):
        maker(stage)
