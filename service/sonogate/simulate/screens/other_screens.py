"""Displays that show no ultrasound: a desktop, a television, a bedside monitor."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from sonogate.simulate.screens.bedside import draw_bedside
from sonogate.simulate.screens.canvas import Canvas, Pen
from sonogate.simulate.screens.fonts import draw_face
from sonogate.simulate.screens.pixels import load_picture, pictures_in
from sonogate.simulate.screens.shapes import Colour
from sonogate.simulate.screens.tissue import smooth_noise
from sonogate.simulate.screens.writing import pick, words, write_time
from sonogate.simulate.values import Export
from sonogate.types import PixelArray

Rng = np.random.Generator
OtherShows = Literal["desktop", "television", "bedside_monitor"]
SIZES_WH: dict[OtherShows, tuple[tuple[int, int], ...]] = {
    "desktop": ((1920, 1080), (1280, 1024), (1600, 900), (1366, 768), (1280, 800), (1024, 768)),
    "television": ((1920, 1080), (1280, 720), (1366, 768), (1024, 576)),
    "bedside_monitor": ((1024, 768), (1280, 800), (1366, 768), (1280, 1024), (800, 600)),
}
Painter = Callable[[Rng, Canvas, Pen, tuple[float, float, float, float], bool], None]


def _prose(rng: Rng, count: int) -> str:
    return " ".join(pick(rng, words()["prose"]["words"]) for _ in range(count))


def _photo(rng: Rng, folder: Path | None, size_wh: tuple[int, int]) -> PixelArray:
    """Return a photo cropped to a size, or soft colours where there is none."""
    choices = pictures_in(folder) if folder is not None else ()
    w, h = size_wh
    if choices:
        found = load_picture(choices[int(rng.integers(len(choices)))])
        if found is not None:
            ratio = max(w / found.shape[1], h / found.shape[0]) * float(rng.uniform(1.0, 1.5))
            way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
            full_wh = (int(found.shape[1] * ratio) + 2, int(found.shape[0] * ratio) + 2)
            full = np.asarray(cv2.resize(found, full_wh, interpolation=way), np.uint8)
            x, y = rng.integers(full_wh[0] - w + 1), rng.integers(full_wh[1] - h + 1)
            return full[y : y + h, x : x + w]
    cells = int(rng.integers(2, 6))
    tones = [smooth_noise(rng, (h, w), (cells, cells)) for _ in range(3)]
    return np.clip(np.stack(tones, 2) * 50 + rng.uniform(30, 190, 3), 0, 255).astype(np.uint8)


def _text_page(
    rng: Rng, canvas: Canvas, pen: Pen, box: tuple[float, float, float, float], dark: bool
) -> None:
    x, y, w, h = box
    row = y + 8
    tones: tuple[Colour, ...] = (pen.colour, (90, 140, 230), (60, 160, 90), (200, 120, 60))
    indent = 0.0
    while row < y + h - 1.6 * pen.size_px:
        if rng.random() < 0.85:
            count = int(rng.integers(2, 14))
            colour = tones[int(rng.integers(4))] if dark and rng.random() < 0.4 else pen.colour
            line = _prose(rng, count)
            room = w - 20 - indent
            while canvas.measure(line, pen)[0] > room and " " in line:
                line = line.rpartition(" ")[0]
            canvas.text(x + 10 + indent, row, line, pen.at(colour=colour))
        if dark:
            indent = float(rng.integers(0, 4)) * 2 * pen.size_px
        row += 1.5 * pen.size_px


def _table(
    rng: Rng, canvas: Canvas, pen: Pen, box: tuple[float, float, float, float], dark: bool
) -> None:
    x, y, w, h = box
    rule: Colour = (70, 70, 76) if dark else (205, 208, 214)
    columns, pitch = int(rng.integers(4, 10)), 1.7 * pen.size_px
    canvas.box(x, y, w, pitch, rule)
    each, rows = w / columns, int(h / pitch)
    for row in range(rows):
        canvas.lines([(x, y + row * pitch), (x + w, y + row * pitch)], rule, smooth=False)
    for column in range(columns):
        at = x + column * each
        canvas.lines([(at, y), (at, y + h)], rule, smooth=False)
        for row in range(rows):
            if rng.random() < 0.8:
                number = f"{rng.uniform(0, 9999):,.{int(rng.integers(0, 3))}f}"
                text = _prose(rng, 1) if column == 0 or row == 0 else number
                canvas.text(at + 4, y + row * pitch + 2, text, pen, fit_w=each - 6)


def _cards(
    rng: Rng, canvas: Canvas, pen: Pen, box: tuple[float, float, float, float], dark: bool
) -> None:
    x, y, w, h = box
    columns, tall = int(rng.integers(2, 5)), float(rng.uniform(90, 170))
    each = w / columns
    for row in range(int(h / tall)):
        for column in range(columns):
            left, top = x + column * each + 6, y + row * tall + 6
            tone = tuple(int(v) for v in rng.integers(60, 230, 3))
            canvas.box(left, top, each - 12, tall * 0.6, (tone[0], tone[1], tone[2]))
            canvas.text(left, top + tall * 0.64, _prose(rng, 3), pen, fit_w=each - 14)
    if dark:
        canvas.frame(x, y, w, h, (80, 80, 90))


def _chart(
    rng: Rng, canvas: Canvas, pen: Pen, box: tuple[float, float, float, float], dark: bool
) -> None:
    x, y, w, h = box
    axis: Colour = (180, 180, 186) if dark else (60, 60, 66)
    canvas.lines([(x + 40, y + 20), (x + 40, y + h - 30), (x + w - 20, y + h - 30)], axis)
    for tick in range(6):
        canvas.text(x + 34, y + 20 + tick * (h - 60) / 5, f"{100 - 20 * tick}", pen, anchor="right")
    tones: tuple[Colour, ...] = ((220, 80, 60), (60, 130, 220), (70, 180, 90), (230, 170, 40))
    if rng.random() < 0.5:
        for bar in range(12):
            tall = float(rng.uniform(0.1, 0.95)) * (h - 60)
            left = x + 50 + bar * (w - 80) / 12
            canvas.box(left, y + h - 30 - tall, (w - 80) / 18, tall, tones[bar % 4])
        return
    for line in range(int(rng.integers(1, 5))):
        walk = np.cumsum(rng.standard_normal(60))
        walk = (walk - walk.min()) / (np.ptp(walk) + 1e-6)
        at = np.linspace(x + 45, x + w - 25, 60)
        canvas.lines(np.stack([at, y + h - 35 - walk * (h - 70)], 1), tones[line % 4], 2)


PAINTERS: tuple[Painter, ...] = (_text_page, _table, _cards, _chart)


def _desktop(rng: Rng, canvas: Canvas, folder: Path | None) -> None:
    w, h = canvas.size_wh
    size = h * float(rng.uniform(0.012, 0.018))
    pen = Pen(draw_face(rng, "sans"), size, (20, 20, 24))
    canvas.pixels[:] = _photo(rng, folder, (canvas.pixels.shape[1], canvas.pixels.shape[0]))
    bar = 2.6 * size
    full = rng.random() < 0.4
    for _ in range(1 if full else int(rng.integers(1, 4))):
        dark = bool(rng.random() < 0.35)
        ground: Colour = (30, 31, 36) if dark else (250, 250, 250)
        ink: Colour = (214, 214, 220) if dark else (28, 28, 32)
        ww, wh = (w, h - bar) if full else (w * rng.uniform(0.35, 0.75), h * rng.uniform(0.4, 0.75))
        x, y = (0.0, 0.0) if full else (rng.uniform(0, w - ww), rng.uniform(0, h - bar - wh))
        x, y, ww, wh = float(x), float(y), float(ww), float(wh)
        canvas.write()
        canvas.bury(x, y, ww, wh)
        canvas.box(x, y, ww, wh, ground)
        head: Colour = (48, 50, 58) if dark else (222, 226, 234)
        canvas.box(x, y, ww, 2 * size, head)
        own = pen.at(colour=ink)
        canvas.text(x + 10, y + 0.4 * size, pick(rng, words()["prose"]["titles"]), own)
        for dot in range(3):
            canvas.disc(x + ww - (1.2 + 1.6 * dot) * size, y + size, 0.4 * size, (160, 160, 168))
        inner = (x + 4, y + 2.4 * size, ww - 8, wh - 3 * size)
        if rng.random() < 0.2:
            still_wh = max(1, int(inner[2] * canvas.scale)), max(1, int(inner[3] * canvas.scale))
            canvas.paste(_photo(rng, folder, still_wh), inner[0], inner[1])
        else:
            PAINTERS[int(rng.integers(4))](rng, canvas, own, inner, dark)
        canvas.frame(x, y, ww, wh, (120, 120, 128))
    canvas.write()
    canvas.bury(0, h - bar, w, bar)
    canvas.box(0, h - bar, w, bar, (26, 28, 36) if rng.random() < 0.6 else (232, 234, 240))
    for index in range(int(rng.integers(4, 12))):
        tone = tuple(int(v) for v in rng.integers(40, 255, 3))
        left = 10 + index * 1.1 * bar
        canvas.pill(left, h - bar * 0.85, bar * 0.7, bar * 0.7, (tone[0], tone[1], tone[2]), 4)
    light = canvas.pixels[-2, -2].mean() < 128
    clock = pen.at(colour=(230, 230, 236) if light else (30, 30, 36))
    canvas.text(w - 8, h - bar * 0.75, write_time(rng), clock, anchor="right")


def _television(rng: Rng, canvas: Canvas, folder: Path | None) -> None:
    w, h = canvas.size_wh
    canvas.pixels[:] = _photo(rng, folder, (canvas.pixels.shape[1], canvas.pixels.shape[0]))
    bold = Pen(draw_face(rng, "bold"), h * 0.032, (255, 255, 255))
    if rng.random() < 0.6:
        tone: Colour = ((170, 20, 30), (20, 50, 120), (20, 20, 24))[int(rng.integers(3))]
        top = h * float(rng.uniform(0.72, 0.82))
        canvas.box(w * 0.05, top, w * 0.9, h * 0.1, tone)
        canvas.text(w * 0.07, top + h * 0.015, _prose(rng, 6).upper(), bold, fit_w=w * 0.86)
        canvas.text(w * 0.07, top + h * 0.06, _prose(rng, 9), bold.at(size_px=h * 0.022))
    if rng.random() < 0.7:
        left = float(rng.choice([0.05, 0.85])) * w
        canvas.text(left, h * 0.05, pick(rng, words()["prose"]["channels"]), bold)
    if rng.random() < 0.4:
        halo = Pen(bold.face, h * 0.038, (255, 255, 255), 1.0, (0, 0, 0))
        canvas.text(w / 2, h * 0.9, _prose(rng, 6), halo, anchor="middle", fit_w=w * 0.9)
    if rng.random() < 0.4:
        canvas.box(0, h * 0.95, w, h * 0.05, (15, 15, 20))
        canvas.text(10, h * 0.955, _prose(rng, 16), bold.at(size_px=h * 0.025), fit_w=w * 0.97)


def render_other_screen(
    seed: int, shows: OtherShows, backgrounds: Path | None = None, *, scale: float = 1.0
) -> Export:
    """Render a display that shows something other than ultrasound.

    Args:
        seed: The same seed gives the same picture, on the same set of installed fonts.
        shows: What is displayed.
        backgrounds: Folder of photos for wallpapers and television pictures; None for soft
            colours instead.
        scale: Below one, drawn on a smaller grid.

    Returns:
        The screen, without a scan area.

    Raises:
        ValueError: ``shows`` is none of the three, or the scale is not in (0, 1].
    """
    painters = {"desktop": _desktop, "television": _television, "bedside_monitor": draw_bedside}
    if shows not in painters or not 0.0 < scale <= 1.0:
        raise ValueError("shows must be desktop, television or bedside_monitor; scale in (0, 1]")
    rng = np.random.default_rng([seed, zlib.crc32(shows.encode())])
    sizes = SIZES_WH[shows]
    canvas = Canvas(sizes[int(rng.integers(len(sizes)))], (0, 0, 0), scale)
    painters[shows](rng, canvas, backgrounds)
    canvas.write()
    return Export(
        pixels=canvas.pixels,
        shows=shows,
        family=shows,
        content_id=f"{shows}-{seed}",
        texts=tuple(canvas.texts),
        scan_area_xy=None,
        px_per_cm=None,
        seed=seed,
    )
