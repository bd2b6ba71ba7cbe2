"""What computers show over their whole display: programs with pages in them.

Their page, player or picture is brighter than what surrounds it and ends in straight edges,
so it is easily taken for the display.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from models.training.locator.screens import (
    Colour,
    Content,
    Picture,
    blank,
    box,
    photo_crop,
    shade,
    vivid,
    words,
)

WIDE = (16 / 9, 16 / 9, 16 / 10, 16 / 10, 4 / 3, 3 / 2)


def _row(
    rng: np.random.Generator,
    pixels: Picture,
    area: tuple[float, float, float, float],
    ink: Colour,
    icons: bool,
) -> None:
    """Draw a row of menu words or of icons, spread over ``area`` (x, y, w, h)."""
    x, y, w, h = area
    end = x + w * rng.uniform(0.4, 1.0)
    while x < end:
        length = h * (rng.uniform(0.5, 0.9) if icons else rng.uniform(0.8, 2.6))
        colour = vivid(rng) if icons and rng.random() < 0.5 else ink
        height = h * (0.6 if icons else rng.uniform(0.2, 0.35))
        box(pixels, x, y + (h - height) / 2, min(length, end - x), height, colour)
        x += length + h * rng.uniform(0.4, 1.4)


def taskbar(rng: np.random.Generator, pixels: Picture, *, dark: bool) -> float:
    """Draw a bar of icons along the foot with a search field and a clock; return its top."""
    h, w = pixels.shape[:2]
    y = h * rng.uniform(0.93, 0.965)
    ink = shade(rng, 170, 240) if dark else shade(rng, 20, 100)
    box(pixels, 0, y, w, h, shade(rng, 5, 55) if dark else shade(rng, 205, 245))
    middle = w * rng.uniform(0.02, 0.45)
    if rng.random() < 0.6:
        field = shade(rng, 40, 80) if dark else shade(rng, 235, 255)
        box(pixels, middle, y + (h - y) * 0.2, w * 0.1, (h - y) * 0.55, field)
    _row(rng, pixels, (middle + w * 0.12, y, w * 0.35, h - y), ink, icons=True)
    _row(rng, pixels, (w * 0.88, y, w * 0.11, h - y), ink, icons=False)
    if rng.random() < 0.5:
        box(pixels, w * 0.005, y + (h - y) * 0.25, (h - y) * 0.5, (h - y) * 0.5, vivid(rng))
    return y


def _head(rng: np.random.Generator, pixels: Picture, *, dark: bool) -> float:
    """Draw a title bar, a menu, at times tools and a notice; return where the page begins."""
    h, w = pixels.shape[:2]
    y = 0.0
    ink = shade(rng, 120, 235) if dark else shade(rng, 20, 110)
    for _ in range(int(rng.integers(1, 5))):
        height = h * rng.uniform(0.025, 0.05)
        ground = shade(rng, 8, 55) if dark else shade(rng, 205, 248)
        if rng.random() < 0.12:
            ground = vivid(rng)
        box(pixels, 0, y, w, height, ground)
        _row(rng, pixels, (w * 0.01, y, w * 0.95, height), ink, icons=bool(rng.random() < 0.3))
        y += height
    if rng.random() < 0.25:
        height = h * rng.uniform(0.025, 0.045)
        wide = w if rng.random() < 0.6 else w * rng.uniform(0.3, 0.6)
        box(pixels, 0, y, wide, height, (250, int(rng.integers(190, 245)), 120))
        words(rng, pixels, (w * 0.02, y, wide * 0.7, height), (70, 60, 40), height * 0.5)
        y += height
    return y


def _page(rng: np.random.Generator, w: int, h: int, photos: Callable[[], Picture]) -> Picture:
    """Return a page of a document or of slides: headline, text, table, pictures."""
    pale = rng.random() < 0.85
    pixels = np.full((h, w, 3), shade(rng, 225, 255, 5) if pale else shade(rng, 10, 120, 40))
    pixels = pixels.astype(np.uint8)
    ink = shade(rng, 0, 80, 25) if pale else shade(rng, 190, 255)
    words(rng, pixels, (w * 0.07, h * 0.05, w * 0.8, h * 0.1), ink, h * 0.06)
    kind = rng.random()
    if kind < 0.25:
        columns, rows = int(rng.integers(2, 5)), int(rng.integers(3, 8))
        head = vivid(rng) if rng.random() < 0.5 else shade(rng, 30, 200)
        box(pixels, w * 0.08, h * 0.2, w * 0.84, h * 0.08, head)
        for r in range(rows):
            for c in range(columns):
                cell = w * 0.84 / columns
                area = (w * 0.09 + c * cell, h * (0.3 + 0.62 * r / rows), cell * 0.8, h * 0.08)
                words(rng, pixels, area, ink, h * 0.03)
    elif kind < 0.5:
        words(rng, pixels, (w * 0.07, h * 0.22, w * 0.45, h * 0.6), ink, h * 0.04)
        ph, pw = int(h * rng.uniform(0.3, 0.6)), int(w * rng.uniform(0.25, 0.4))
        top, left = int(h * 0.25), int(w * 0.55)
        pixels[top : top + ph, left : left + pw] = photo_crop(rng, photos(), pw, ph)
    else:
        size = h * rng.uniform(0.02, 0.05)
        words(rng, pixels, (w * 0.07, h * 0.2, w * 0.85, h * rng.uniform(0.2, 0.7)), ink, size)
    for _ in range(int(rng.integers(0, 3))):
        # What decorates a slide: a coloured wedge in a corner.
        x, y = (0, 0, w, w)[k := int(rng.integers(4))], (0, h, 0, h)[k]
        across, down = w * rng.uniform(0.05, 0.35), h * rng.uniform(0.05, 0.35)
        wedge = np.array([(x, y), (abs(x - across), y), (x, abs(y - down))])
        cv2.fillPoly(pixels, [wedge.astype(np.int32)], vivid(rng))
    return pixels


def presentation(rng: np.random.Generator, photos: Callable[[], Picture]) -> Content:
    """A page in a program whose ground is mostly dark, with menus and a taskbar."""
    dark = rng.random() < 0.8
    ground = shade(rng, 0, 45, 4) if dark else shade(rng, 150, 235, 6)
    pixels = blank(rng, ground, float(rng.choice(WIDE)))
    h, w = pixels.shape[:2]
    foot = taskbar(rng, pixels, dark=dark) if rng.random() < 0.8 else float(h)
    head = _head(rng, pixels, dark=dark) if rng.random() < 0.8 else 0.0
    if rng.random() < 0.5:
        status = h * rng.uniform(0.02, 0.045)
        box(pixels, 0, foot - status, w, status, shade(rng, 10, 60) if dark else vivid(rng))
        ink = shade(rng, 110, 220)
        _row(rng, pixels, (w * 0.5, foot - status, w * 0.48, status), ink, icons=False)
        foot -= status
    left, right = 0.0, float(w)
    if rng.random() < 0.35:
        left = w * rng.uniform(0.06, 0.18)
        for k in range(int(rng.integers(2, 7))):
            y = head + (foot - head) * (0.03 + 0.16 * k)
            thumb = _page(rng, int(left * 0.75) + 4, int((foot - head) * 0.12) + 4, photos)
            y0, x0 = int(y), int(left * 0.12)
            part = pixels[y0 : y0 + thumb.shape[0], x0 : x0 + thumb.shape[1]]
            part[:] = thumb[: part.shape[0], : part.shape[1]]
    room_w, room_h = right - left, foot - head
    aspect = float(rng.choice([16 / 9, 4 / 3, 0.71, 1.6]))
    ph = min(room_h, room_w / aspect) * rng.uniform(0.75, 1.0)
    pw = ph * aspect
    page = _page(rng, int(pw), int(ph), photos)
    y0 = int(head + (room_h - ph) * rng.uniform(0.2, 0.8))
    x0 = int(left + (room_w - pw) * rng.uniform(0.3, 0.7))
    pixels[y0 : y0 + page.shape[0], x0 : x0 + page.shape[1]] = page
    return Content(pixels, ultrasound=False)


def player_page(
    rng: np.random.Generator, photos: Callable[[], Picture], inner: Callable[[], Picture]
) -> Content:
    """A page of films: header, player, title and list; the player shows anything."""
    dark = rng.random() < 0.7
    pixels = blank(rng, shade(rng, 0, 35, 3) if dark else shade(rng, 235, 255, 3))
    h, w = pixels.shape[:2]
    ink = shade(rng, 140, 250) if dark else shade(rng, 0, 80)
    head = _head(rng, pixels, dark=dark if rng.random() < 0.8 else not dark)
    foot = taskbar(rng, pixels, dark=dark) if rng.random() < 0.6 else float(h)
    pw = w * rng.uniform(0.62, 1.0)
    ph = min(pw * rng.uniform(0.5, 0.75), (foot - head) * rng.uniform(0.75, 1.0))
    x0, y0 = int((w - pw) * rng.choice([0.05, 0.5, 0.5])), int(head)
    shown = cv2.resize(inner(), (max(8, int(pw)), max(8, int(ph))), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.35:
        shown = (shown * rng.uniform(0.02, 0.4)).astype(np.uint8)
    pixels[y0 : y0 + shown.shape[0], x0 : x0 + shown.shape[1]] = shown
    if rng.random() < 0.3:
        # Somebody speaks in a corner of the film.
        size = int(ph * rng.uniform(0.2, 0.35))
        y1, x1 = y0 + int(ph) - size, x0
        pixels[y1 : y1 + size, x1 : x1 + size] = photo_crop(rng, photos(), size, size)
    below = y0 + ph
    if foot - below > h * 0.03:
        words(rng, pixels, (x0 + w * 0.01, below, pw * 0.7, (foot - below) * 0.5), ink, h * 0.028)
        _row(rng, pixels, (x0, foot - (foot - below) * 0.5, pw, h * 0.035), ink, icons=True)
    if w - x0 - pw > w * 0.1:
        for k in range(5):
            y = head + (foot - head) * (0.02 + 0.19 * k)
            size = int((w - x0 - pw) * 0.45), int((foot - head) * 0.14)
            left = int(x0 + pw + 4)
            part = pixels[int(y) : int(y) + size[1], left : left + size[0]]
            part[:] = photo_crop(rng, photos(), size[0], size[1])[: part.shape[0], : part.shape[1]]
            words(rng, pixels, (left + size[0] + 3, y, size[0] * 0.9, size[1]), ink, h * 0.016)
    return Content(pixels, ultrasound=False)


def picture_page(rng: np.random.Generator, shown: Picture, cover: Picture) -> Content:
    """A viewer's or shop's page, mostly even, with one thing pictured large upon it.

    Args:
        rng: Chance.
        shown: (h, w, 3) the thing.
        cover: (h, w) 255 where the thing is.
    """
    pale = rng.random() < 0.7
    ground = shade(rng, 205, 255, 6) if pale else shade(rng, 5, 70, 6)
    pixels = blank(rng, ground, float(rng.choice(WIDE)))
    h, w = pixels.shape[:2]
    head = _head(rng, pixels, dark=not pale) if rng.random() < 0.6 else 0.0
    scale = rng.uniform(0.5, 0.98) * min((h - head) / shown.shape[0], w / shown.shape[1])
    size = max(8, int(shown.shape[1] * scale)), max(8, int(shown.shape[0] * scale))
    small = cv2.resize(shown, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    alpha = cv2.resize(cover, size, interpolation=cv2.INTER_AREA)[..., None] / 255.0
    x0 = int((w - size[0]) * rng.random())
    y0 = int(head + (h - head - size[1]) * rng.random())
    part = pixels[y0 : y0 + size[1], x0 : x0 + size[0]]
    part[:] = (part + alpha * (small - part)).astype(np.uint8)
    ink = shade(rng, 0, 120) if pale else shade(rng, 120, 240)
    if rng.random() < 0.7:
        x = x0 + size[0] if w - x0 - size[0] > x0 else 0
        area = (x + 6, head + h * 0.1, max(w - x0 - size[0], x0) - 12, h * rng.uniform(0.1, 0.5))
        words(rng, pixels, area, ink, h * rng.uniform(0.015, 0.035))
    if rng.random() < 0.4:
        taskbar(rng, pixels, dark=bool(rng.random() < 0.6))
    return Content(pixels, ultrasound=False)


def editor(rng: np.random.Generator) -> Content:
    """Code, a terminal, a chat or a table: lines of words over the whole display."""
    dark = rng.random() < 0.65
    pixels = blank(rng, shade(rng, 0, 45, 5) if dark else shade(rng, 230, 255, 4))
    h, w = pixels.shape[:2]
    head = _head(rng, pixels, dark=dark)
    foot = taskbar(rng, pixels, dark=dark) if rng.random() < 0.7 else float(h)
    left = 0.0
    if rng.random() < 0.6:
        left = w * rng.uniform(0.04, 0.25)
        side = shade(rng, 8, 60) if dark else shade(rng, 200, 250)
        box(pixels, 0, head, left, foot - head, side)
        words(
            rng, pixels, (4, head, left * 0.8, (foot - head) * 0.8), shade(rng, 90, 180), h * 0.02
        )
    if rng.random() < 0.3:
        # A pale pane beside a dark one.
        x = left + (w - left) * rng.uniform(0.3, 0.7)
        box(
            pixels, x, head, w - x, foot - head, shade(rng, 215, 255) if dark else shade(rng, 5, 60)
        )
    step = h * rng.uniform(0.022, 0.04)
    y = head + step
    while y < foot - step:
        if rng.random() < 0.8:
            colour = vivid(rng) if rng.random() < 0.3 else shade(rng, 110, 220)
            x = left + w * (0.02 + 0.03 * int(rng.integers(0, 5)))
            words(
                rng,
                pixels,
                (x, y - step, w * rng.uniform(0.1, 0.6), step * 0.9),
                colour,
                step * 0.5,
            )
        y += step
    return Content(pixels, ultrasound=False)


def tablet_home(rng: np.random.Generator, photos: Callable[[], Picture]) -> Content:
    """Icons on a wallpaper, or a list."""
    pixels = blank(
        rng, shade(rng, 0, 255, 30), float(rng.choice([4 / 3, 1.6, 0.75, 0.5625, 0.46, 0.625]))
    )
    h, w = pixels.shape[:2]
    if rng.random() < 0.5:
        pixels = photo_crop(rng, photos(), w, h)
    step = min(w, h) / rng.uniform(4, 7)
    if rng.random() < 0.6:
        for x in np.arange(step * 0.4, w - step * 0.6, step):
            for y in np.arange(step * 0.5, h - step * 0.8, step * 1.2):
                if rng.random() < 0.7:
                    box(pixels, x, y, step * 0.55, step * 0.55, vivid(rng))
    else:
        for y in np.arange(step * 0.4, h - step * 0.5, step * 0.6):
            words(rng, pixels, (w * 0.08, y, w * 0.8, step * 0.4), shade(rng, 0, 255), step * 0.18)
    return Content(pixels, ultrasound=False)
