"""What a machine draws over and beside its picture: rulers, bars, marks, calipers."""

from __future__ import annotations

import math

import numpy as np

from sonogate.simulate.screens.canvas import Pen
from sonogate.simulate.screens.placing import Placed
from sonogate.simulate.screens.stage import Stage
from sonogate.types import FloatArray


def grey_bar(stage: Stage, x: float, y: float, h: float) -> None:
    """Draw the grey scale."""
    w = stage.between(7, 16)
    stage.canvas.gradient(x, y, w, h, (255, 255, 255), (0, 0, 0), down=True)
    if stage.chance(0.5):
        stage.canvas.frame(x, y, w, h, stage.theme.dim)


def colour_bar(stage: Stage, x: float, y: float, h: float, table: FloatArray) -> None:
    """Draw the velocity scale, ``table`` from the top down as (N, 3) RGB."""
    w = stage.between(10, 18)
    steps = table.shape[0]
    for index in range(steps):
        tone = table[index]
        colour = (int(tone[0]), int(tone[1]), int(tone[2]))
        stage.canvas.box(x, y + h * index / steps, w, h / steps + 1, colour)
    speed = stage.between(8, 90)
    pen = stage.theme.pen(0.9)
    stage.canvas.text(x + w / 2, y - pen.size_px * 1.5, f"+{speed:.1f}", pen, anchor="middle")
    stage.canvas.text(x + w / 2, y + h + 2, f"-{speed:.1f}", pen, anchor="middle")
    if stage.chance(0.7):
        stage.canvas.text(x + w / 2, y + h + 4 + pen.size_px * 1.3, "cm/s", pen, anchor="middle")


def depth_ruler(stage: Stage, placed: Placed) -> None:
    """Draw ticks along the depth with numbers, beside the picture."""
    theme, canvas = stage.theme, stage.canvas
    if stage.px_per_cm is None:
        stage.px_per_cm = placed.picture.px_per_cm
    right = stage.chance(0.7)
    x = min(placed.x + placed.w + stage.between(4, 26), stage.size_wh[0] - 40.0)
    if not right:
        x = max(placed.x - stage.between(4, 26), 34.0)
    side = 1 if right else -1
    colour = theme.mark if stage.chance(0.7) and stage.well is None else theme.dim
    style = int(stage.rng.integers(4))
    depth = placed.depth_cm
    major = 5 if depth > 9 else 1
    minor = 1.0 if depth > 9 else 0.5
    number_pen = theme.pen(stage.between(0.8, 1.1), colour)
    if style == 1:
        end = placed.face_y + placed.downwards * depth * placed.px_per_cm
        canvas.lines([(x, placed.face_y), (x, end)], colour)
    every = major if stage.chance(0.8) else 0
    unit = stage.chance(0.2)
    for step in range(int(depth / minor + 1e-6) + 1):
        cm = step * minor
        y = placed.face_y + placed.downwards * cm * placed.px_per_cm
        heavy = math.isclose(cm % major, 0, abs_tol=1e-6)
        reach = (9 if heavy else 4) if style < 3 else (3 if heavy else 1.5)
        if style == 3:
            canvas.disc(x, y, reach / 1.5, colour)
        else:
            canvas.lines([(x, y), (x - side * reach, y)], colour, smooth=False)
        if heavy and every and cm > 0:
            text = f"{cm:.0f}" + (" cm" if unit else "")
            canvas.text(
                x + side * 4,
                y - number_pen.size_px * 0.65,
                text,
                number_pen,
                anchor="left" if right else "right",
            )
    if stage.chance(0.6):
        for _ in range(int(stage.rng.integers(1, 3))):
            y = (
                placed.face_y
                + placed.downwards * stage.between(0.25, 0.7) * depth * placed.px_per_cm
            )
            at = x + side * 2
            mark = [(at, y), (at + side * 7, y - 4), (at + side * 7, y + 4)]
            canvas.fill(mark, theme.accent)


def orientation_mark(stage: Stage, placed: Placed) -> None:
    """Draw the mark of the probe's side, beside the top of the picture."""
    theme, canvas = stage.theme, stage.canvas
    outline = placed.at(placed.picture.outline_xy)
    first = outline[0]
    x, y = float(first[0]) - stage.between(8, 30), float(first[1]) + stage.between(-4, 14)
    x, y = max(x, 10.0), max(y, 10.0)
    style = int(stage.rng.integers(4))
    size = stage.between(5, 10)
    if style == 0:
        canvas.disc(x, y, size, theme.accent)
    elif style == 1:
        canvas.disc(x, y, size, theme.mark, 1.5)
        canvas.lines([(x, y - size * 0.5), (x, y + size * 0.5)], theme.mark, 2)
    elif style == 2:
        canvas.lines([(x - size, y), (x + size, y)], theme.mark, 2)
        canvas.lines([(x, y - size), (x, y + size)], theme.mark, 2)
    else:
        hook = [(x - size, y - size), (x, y - size), (x, y + size), (x + size, y + size)]
        canvas.lines(hook, theme.mark, 2)


def biopsy_guide(stage: Stage, placed: Placed) -> None:
    """Draw a dotted needle path across the picture."""
    ends = np.array([placed.inner(0.1, 0.05), placed.inner(stage.between(0.5, 0.9), 0.95)])
    for sway in (0.0, stage.between(8, 16)):
        for share in np.linspace(0, 1, 60):
            point = ends[0] + share * (ends[1] - ends[0]) + [sway, 0]
            if placed.is_inside(float(point[0]), float(point[1])):
                stage.canvas.disc(float(point[0]), float(point[1]), 1.0, stage.theme.mark)


def _cross(stage: Stage, x: float, y: float, kind: int) -> None:
    size, colour, canvas = 5.0, stage.theme.mark, stage.canvas
    if kind == 0:
        canvas.lines([(x - size, y), (x + size, y)], colour)
        canvas.lines([(x, y - size), (x, y + size)], colour)
    elif kind == 1:
        canvas.lines([(x - size, y - size), (x + size, y + size)], colour)
        canvas.lines([(x - size, y + size), (x + size, y - size)], colour)
    else:
        corners = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
        canvas.lines(corners, colour, closed=True)


def calipers(stage: Stage, placed: Placed, count: int) -> list[str]:
    """Draw measuring marks on the picture; return the results to be written somewhere."""
    results: list[str] = []
    for index in range(count):
        ends: list[tuple[float, float]] = []
        for _ in range(40):
            x, y = placed.inner(stage.between(0.15, 0.85), stage.between(0.15, 0.85))
            if placed.is_inside(x, y):
                ends.append((x, y))
            if len(ends) == 2:
                break
        if len(ends) < 2:
            continue
        span = math.dist(*ends)
        kind = int(stage.rng.integers(3))
        if stage.chance(0.7):
            for share in np.arange(0, span, 6) / span:
                x = ends[0][0] + share * (ends[1][0] - ends[0][0])
                y = ends[0][1] + share * (ends[1][1] - ends[0][1])
                stage.canvas.disc(x, y, 0.8, stage.theme.mark)
        if stage.chance(0.2):
            middle = np.mean(np.array(ends), axis=0)
            turns = np.linspace(0, 2 * np.pi, 70)
            along = (np.array(ends[1]) - middle) / (span / 2)
            across = np.array([-along[1], along[0]]) * stage.between(0.4, 0.8)
            ring = middle + span / 2 * (
                np.cos(turns)[:, None] * along + np.sin(turns)[:, None] * across
            )
            for point in ring:
                stage.canvas.disc(float(point[0]), float(point[1]), 0.8, stage.theme.mark)
        for end in ends:
            _cross(stage, *end, kind)
        name = stage.word("measures", placed.picture.exam)
        cm = span / placed.px_per_cm
        value = f"{cm:.2f} cm" if stage.chance(0.6) else f"{cm * 10:.1f} mm"
        results.append(f"{index + 1} {name} {value}" if stage.chance(0.5) else f"{name} {value}")
    return results


def annotate(stage: Stage, placed: Placed, count: int) -> None:
    """Write what is seen into the picture or along its foot."""
    for _ in range(count):
        text = stage.word("annotations", placed.picture.exam)
        text = stage.local_word("annotations", text, 0.3)
        halo = (0, 0, 0) if stage.chance(0.5) else None
        size = stage.theme.size_px * stage.between(0.9, 1.5)
        colour = stage.theme.mark if stage.chance(0.5) else (235, 235, 235)
        pen = Pen(stage.theme.face, size, colour, 1.0, halo)
        x, y = placed.inner(stage.between(0.1, 0.75), stage.between(0.3, 0.92))
        stage.canvas.text(x, y, text, pen)
        if stage.chance(0.3):
            tip = placed.inner(stage.between(0.3, 0.7), stage.between(0.3, 0.7))
            arrow(stage, tip)


def arrow(stage: Stage, tip: tuple[float, float]) -> None:
    """Draw an arrow head that points at ``tip``."""
    angle = stage.between(0, 2 * math.pi)
    size = stage.between(9, 18)
    back = [
        (tip[0] + size * math.cos(angle + turn), tip[1] + size * math.sin(angle + turn))
        for turn in (-0.35, 0.35)
    ]
    stage.canvas.fill([tip, *back], stage.theme.mark)


def body_mark(stage: Stage, x: float, y: float, size: float) -> None:
    """Draw a small figure with the probe's place on it."""
    canvas, colour = stage.canvas, stage.theme.dim
    kind = int(stage.rng.integers(3))
    if kind == 0:
        trunk = [(0.3, 0.0), (0.7, 0.0), (0.95, 0.2), (0.85, 0.6), (0.9, 1.0), (0.1, 1.0)]
        trunk += [(0.15, 0.6), (0.05, 0.2)]
        canvas.lines([(x + u * size, y + v * size) for u, v in trunk], colour, closed=True)
    elif kind == 1:
        for side in (0.3, 0.7):
            canvas.disc(x + side * size, y + size * 0.5, size * 0.19, colour, 1)
    else:
        canvas.disc(x + size / 2, y + size / 2, size * 0.45, colour, 1)
        canvas.lines([(x + size / 2, y), (x + size / 2, y + size)], colour)
    px, py = x + stage.between(0.25, 0.75) * size, y + stage.between(0.25, 0.75) * size
    turn = stage.between(0, math.pi)
    dx, dy = size * 0.16 * math.cos(turn), size * 0.16 * math.sin(turn)
    canvas.lines([(px - dx, py - dy), (px + dx, py + dy)], stage.theme.accent, 3)


def heart_trace(stage: Stage, x: float, y: float, w: float, h: float) -> None:
    """Draw an ECG along the foot of a picture."""
    t = np.linspace(0, w / max(h, 1) * stage.between(0.5, 0.9), int(w))
    phase = np.mod(t + stage.between(0, 1), 1.0)
    parts = ((0.2, 0.03, 0.12), (0.34, 0.008, -0.14), (0.36, 0.011, 1.0), (0.39, 0.01, -0.25))
    wave = sum(
        a * np.exp(-0.5 * ((phase - m) / s) ** 2) for m, s, a in (*parts, (0.62, 0.05, 0.25))
    )
    wave = np.asarray(wave) + 0.02 * stage.rng.standard_normal(t.size)
    points = np.stack([x + np.arange(t.size), y + h * (0.8 - 0.7 * wave)], 1)
    colour = ((60, 220, 90), (240, 230, 80), (230, 230, 230))[int(stage.rng.integers(3))]
    stage.canvas.lines(points, colour, 1.2)
    if stage.chance(0.6):
        text = f"{int(stage.rng.integers(48, 130))} bpm"
        pen = stage.theme.pen(0.9, colour)
        stage.canvas.text(x + w, y - pen.size_px, text, pen, anchor="right")
