"""Doppler, M-mode, elastography and volumes."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.screens.canvas import Pen
from sonogate.simulate.screens.doppler import Coloured, colour_flow, stiffness
from sonogate.simulate.screens.headers import clinical, header_bar, odd_identifiers
from sonogate.simulate.screens.layouts.common import dress
from sonogate.simulate.screens.layouts.family import Family
from sonogate.simulate.screens.overlays import colour_bar, depth_ruler, grey_bar, orientation_mark
from sonogate.simulate.screens.parts import footer_bar, results_box, stack
from sonogate.simulate.screens.picture import make_picture
from sonogate.simulate.screens.placing import Placed, put
from sonogate.simulate.screens.settings import settings
from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.screens.traces import motion, rendered_volume, spectrum


def _frame(stage: Stage) -> tuple[float, float]:
    """Draw header and settings; return where the picture's room begins, (x, y)."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    bar = size * stage.between(2.8, 3.6)
    if stage.chance(0.7):
        canvas.box(0, 0, w, bar, theme.panel)
    header_bar(stage, 0, 0, w, bar)
    left = size * stage.between(6, 9)
    lines = settings(stage, int(stage.rng.integers(5, 12)))
    stack(stage, size * 0.6, bar + size, clinical(lines), theme.pen(0.95))
    if stage.chance(0.3):
        footer_bar(stage, 0, h - 2 * size, w, 2 * size)
    return left, bar + size


def _coloured(stage: Stage, w: float, h: float, *, power: bool) -> Coloured | None:
    scale = stage.canvas.scale
    room = (max(16, int(w * scale)), max(16, int(h * scale)))
    own = np.random.default_rng(int(stage.rng.integers(1 << 62)))
    picture = make_picture(own, room, stage.exam, background=stage.theme.background)
    return colour_flow(own, picture, power=power)


def _with_box(stage: Stage, x: float, y: float, w: float, h: float, *, power: bool) -> Placed:
    coloured = _coloured(stage, w, h, power=power)
    if coloured is None:
        return put(stage, x, y, w, h)
    placed = put(stage, x, y, w, h, picture=coloured.picture)
    tone = stage.theme.mark if stage.chance(0.4) else (230, 230, 230)
    stage.canvas.lines(placed.at(coloured.box_xy), tone, 1, closed=True)
    size = stage.theme.size_px
    colour_bar(stage, stage.size_wh[0] - 3.4 * size, y + 3 * size, h * 0.22, coloured.table)
    return placed


def colour_doppler(stage: Stage) -> None:
    """Colour flow in a box."""
    x, y = _frame(stage)
    w, h = stage.size_wh
    size = stage.theme.size_px
    placed = _with_box(stage, x, y, w - x - 6 * size, h - y - 3 * size, power=False)
    grey_bar(stage, w - 3 * size, h * 0.55, h * 0.2)
    dress(stage, placed, (size, h * 0.6))


def power_doppler(stage: Stage) -> None:
    """Power Doppler in a box."""
    x, y = _frame(stage)
    w, h = stage.size_wh
    size = stage.theme.size_px
    placed = _with_box(stage, x, y, w - x - 6 * size, h - y - 3 * size, power=True)
    grey_bar(stage, w - 3 * size, h * 0.55, h * 0.2)
    dress(stage, placed, (size, h * 0.65))


def _time_strip(stage: Stage, x: float, y: float, w: float, h: float, *, doppler: bool) -> None:
    """Ticks and numbers around a strip that runs in time."""
    theme, canvas = stage.theme, stage.canvas
    pen = theme.pen(0.85)
    ticks = int(w / stage.between(50, 120)) + 1
    for index in range(ticks):
        at = x + w * index / max(ticks, 1)
        canvas.lines([(at, y + h), (at, y + h + (6 if index % 5 == 0 else 3))], theme.mark)
    step = float(stage.rng.choice([5, 10, 20, 25, 50])) if doppler else 1.0
    rows = int(stage.rng.integers(4, 9))
    zero = int(rows * stage.between(0.4, 0.9)) if doppler else 0
    for row in range(rows):
        at = y + h * (row + 0.5) / rows
        canvas.lines([(x + w, at), (x + w + 5, at)], theme.mark)
        value = (zero - row) * step if doppler else row * step
        canvas.text(x + w + 8, at - pen.size_px * 0.65, f"{value:.0f}", pen)
    if doppler and stage.chance(0.7):
        unit = "cm/s" if step > 2 else "m/s"
        canvas.text(x + w + 8, y + h + 2, unit, pen)


def duplex_spectral(stage: Stage) -> None:
    """A picture with a gate above, its spectrum below."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    x, y = _frame(stage)
    split = stage.between(0.42, 0.58)
    top_h = (h - y) * split - size
    placed = _with_box(stage, x, y, w - x - 7 * size, top_h, power=False)
    view = placed.picture.view
    if view is not None:
        fan, beam = view.fan, stage.between(-0.35, 0.35)
        depth = stage.between(0.35, 0.65) * fan.depth_cm
        along = np.stack(fan.to_xz(np.array([0.0, fan.depth_cm]), np.full(2, beam)), 1)
        canvas.lines(placed.at(view.place(along)), theme.dim)
        for off in (-0.02, 0.02):
            across = np.array([beam - 0.04, beam + 0.04])
            gate = np.stack(fan.to_xz(np.full(2, depth + off * fan.depth_cm), across), 1)
            canvas.lines(placed.at(view.place(gate)), theme.mark, 2)
    strip_y = y + top_h + 1.5 * size
    strip_w, strip_h = w - x - 7 * size, h - strip_y - 3.5 * size
    pixels, _ = spectrum(stage.rng, stage.strip_wh(strip_w, strip_h), (255, 255, 255))
    stage.place_patch(pixels, x, strip_y)
    _time_strip(stage, x, strip_y, strip_w, strip_h, doppler=True)
    depth_ruler(stage, placed)
    orientation_mark(stage, placed)
    names = ("PS", "ED", "RI", "S/D", "TAmax", "PI")
    results = [f"{name} {stage.between(0.3, 99):.2f}" for name in names[: stage.rng.integers(1, 6)]]
    results_box(
        stage, size * 0.7, strip_y, [f"{r} cm/s" if r[:2] in "PSED" else r for r in results]
    )
    if stage.chance(0.2):
        odd_identifiers(stage, placed)


def m_mode(stage: Stage) -> None:
    """A small picture with a cursor above, motion below, or side by side."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    x, y = _frame(stage)
    beside = stage.chance(0.3)
    room_w, room_h = w - x - 7 * size, h - y - 4 * size
    pic_w, pic_h = (
        (room_w * 0.42, room_h) if beside else (room_w, room_h * stage.between(0.36, 0.5))
    )
    picture = stage.picture(pic_w, pic_h, real=False)
    placed = put(stage, x, y, pic_w, pic_h, picture=picture)
    canvas.lines([placed.inner(0.5, 0.02), placed.inner(0.5, 0.97)], theme.mark)
    sx, sy = (x + pic_w + 2 * size, y) if beside else (x, y + pic_h + 2 * size)
    strip_w, strip_h = x + room_w - sx, y + room_h - sy
    if picture.tissue is not None and picture.look is not None:
        shape = stage.strip_wh(strip_w, strip_h)
        stage.place_patch(motion(stage.rng, picture.tissue, shape, picture.look.tint), sx, sy)
    _time_strip(stage, sx, sy, strip_w, strip_h, doppler=False)
    depth_ruler(stage, placed)
    orientation_mark(stage, placed)
    if stage.chance(0.2):
        odd_identifiers(stage, placed)


def elastography(stage: Stage) -> None:
    """A stiffness map, alone or beside the plain picture."""
    x, y = _frame(stage)
    w, h = stage.size_wh
    size = stage.theme.size_px
    both = stage.chance(0.55)
    room_w, room_h = w - x - 6 * size, h - y - 3 * size
    each = (room_w - size) / 2 if both else room_w
    picture = stage.picture(each, room_h, real=False)
    mapped = stiffness(stage.rng, picture)
    if mapped is None:
        return
    placed = put(stage, x, y, each, room_h, picture=mapped.picture)
    tone = stage.theme.mark if stage.chance(0.5) else (240, 240, 240)
    stage.canvas.lines(placed.at(mapped.box_xy), tone, 1, closed=True)
    if both:
        put(stage, x + each + size, y, each, room_h, picture=picture)
    bar_h, bar_x = h * 0.25, w - 3 * size
    for index, step in enumerate(mapped.table[::4]):
        colour = (int(step[0]), int(step[1]), int(step[2]))
        rows = len(mapped.table[::4])
        stage.canvas.box(bar_x, y + 2 * size + bar_h * index / rows, 12, bar_h / rows + 1, colour)
    pen = stage.theme.pen(0.9)
    ends = (("Hard", "Soft"), ("HD", "SF"), (f"{stage.between(80, 300):.0f} kPa", "0"))
    top, low = ends[int(stage.rng.integers(3))]
    stage.canvas.text(bar_x + 6, y + 0.5 * size, top, pen, anchor="middle")
    stage.canvas.text(bar_x + 6, y + 2.2 * size + bar_h, low, pen, anchor="middle")
    dress(stage, placed, (size, h * 0.66))


def volume_3d(stage: Stage) -> None:
    """A rendered volume, alone or with planes beside it."""
    theme, canvas, (w, h) = stage.theme, stage.canvas, stage.size_wh
    size = theme.size_px
    x, y = _frame(stage)
    room_w, room_h = w - x - 2 * size, h - y - 3 * size
    pen = Pen(theme.second, size * 1.4, theme.accent)
    if stage.chance(0.5):
        big = stage.strip_wh(room_w, room_h)
        stage.place_patch(rendered_volume(stage.rng, big), x, y)
        if stage.chance(0.3):
            pixels = stage.picture(room_w * 0.22, room_h * 0.25, real=False)
            canvas.paste(pixels.pixels, x + 2, y + 2, pixels.mask)
    else:
        half_w, half_h = room_w / 2 - 3, room_h / 2 - 3
        for index in range(3):
            px, py = x + (index % 2) * (half_w + 6), y + (index // 2) * (half_h + 6)
            put(stage, px, py, half_w, half_h, picture=stage.picture(half_w, half_h, real=False))
            canvas.text(px + 4, py + 2, "ABC"[index], pen)
            canvas.frame(px, py, half_w, half_h, theme.dim)
        px, py = x + half_w + 6, y + half_h + 6
        patch = rendered_volume(stage.rng, stage.strip_wh(half_w, half_h))
        stage.place_patch(patch, px, py)
        canvas.text(px + 4, py + 2, "3D", pen)
    stage.px_per_cm = None
    stage.content_ids.append(f"volume-{int(stage.rng.integers(1 << 40)):x}")
    notes = (
        "Surface",
        "Th 32 / Qual high2",
        "B 62° / V 55°",
        "Mix 70/30",
        "SRI II 3",
        "4D Real Time",
    )
    stack(
        stage,
        size * 0.6,
        h * 0.6,
        clinical(list(notes[: stage.rng.integers(1, 6)])),
        theme.pen(0.9),
    )
    if stage.chance(0.3):
        canvas.text(x + size, h - 4 * size, stage.patient.name, theme.pen(1.1), "name")


CARTS = ((1024, 768), (1280, 960), (1280, 1024), (1280, 720), (800, 600), (1440, 900))
WIDE = ((1920, 1080), (1600, 900), (1366, 768), (1280, 800))
FLOWING = ("abdomen", "vascular", "cardiac", "obstetric", "breast", "pelvis", "msk")

MODES: tuple[Family, ...] = (
    Family("colour_doppler", colour_doppler, (*CARTS, *WIDE), text_px=(12.0, 24.0), exams=FLOWING),
    Family(
        "power_doppler",
        power_doppler,
        (*CARTS, (640, 480)),
        ("sans", "condensed", "mono", "bitmap"),
        exams=FLOWING,
    ),
    Family(
        "duplex_spectral",
        duplex_spectral,
        (*CARTS, *WIDE),
        exams=("vascular", "abdomen", "cardiac"),
    ),
    Family(
        "m_mode",
        m_mode,
        (*CARTS, *WIDE),
        text_px=(12.0, 24.0),
        exams=("cardiac", "lung", "obstetric"),
    ),
    Family(
        "elastography",
        elastography,
        (*CARTS, *WIDE),
        exams=("breast", "vascular", "abdomen", "msk"),
    ),
    Family(
        "volume_3d", volume_3d, (*CARTS, *WIDE), text_px=(12.0, 24.0), exams=("obstetric", "pelvis")
    ),
)
