"""What displays show: small pictures (about 500 px wide) drawn from nothing or from photos.

At the network's 288 px nobody reads text, so it is drawn as words of strokes; what counts
is where light, dark and colour end against the bezel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

ASPECTS = (4 / 3, 4 / 3, 16 / 9, 16 / 9, 16 / 10, 5 / 4, 16 / 10, 1.9, 0.75, 0.5625)
SIDE_PX = 520


@dataclass(frozen=True)
class Content:
    """A picture on a display.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        ultrasound: True when an ultrasound picture is shown.
        scan_xy: Polygon of the scan area in the picture's pixels, or None.
    """

    pixels: Picture
    ultrasound: bool
    scan_xy: NDArray[np.float32] | None = None


def shade(rng: np.random.Generator, low: int, high: int, tint: int = 12) -> Colour:
    """Return a grey between ``low`` and ``high`` with a slight tint."""
    grey = rng.integers(low, high + 1)
    r, g, b = np.clip(grey + rng.integers(-tint, tint + 1, 3), 0, 255)
    return int(r), int(g), int(b)


def vivid(rng: np.random.Generator) -> Colour:
    """Return a saturated colour."""
    hsv = np.array([[[rng.integers(180), rng.integers(120, 256), rng.integers(120, 256)]]])
    r, g, b = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)[0, 0]
    return int(r), int(g), int(b)


def box(pixels: Picture, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Fill a rectangle."""
    cv2.rectangle(pixels, (int(x), int(y)), (int(x + w), int(y + h)), colour, -1)


def words(
    rng: np.random.Generator,
    pixels: Picture,
    area: tuple[float, float, float, float],
    colour: Colour,
    size_px: float,
) -> None:
    """Fill ``area`` (x, y, w, h) with lines of letters or of strokes like words."""
    x0, y0, w, h = area
    letters = size_px >= 7 and rng.random() < 0.6
    y = y0 + size_px
    while y < y0 + h:
        x, end = x0, x0 + w * rng.uniform(0.3, 1.0)
        while x < end:
            length = size_px * rng.uniform(1.0, 5.0)
            if letters:
                text = "".join(
                    chr(c) for c in rng.integers(97, 123, max(1, int(length / size_px * 2)))
                )
                cv2.putText(
                    pixels,
                    text,
                    (int(x), int(y)),
                    cv2.FONT_HERSHEY_SIMPLEX,
                    size_px / 30,
                    colour,
                    1,
                    cv2.LINE_AA,
                )
            else:
                box(pixels, x, y - size_px * 0.6, min(length, x0 + w - x), size_px * 0.45, colour)
            x += length + size_px * 0.7
        y += size_px * rng.choice([1.4, 1.7, 1.7, 2.4])


def blank(rng: np.random.Generator, colour: Colour, aspect: float | None = None) -> Picture:
    """Return an empty picture of a display's shape."""
    ratio = float(rng.choice(ASPECTS)) if aspect is None else aspect
    w = SIDE_PX if ratio >= 1 else round(SIDE_PX * ratio)
    h = round(w / ratio)
    return np.full((h, w, 3), colour, np.uint8)


def photo_crop(rng: np.random.Generator, photo: Picture, w: int, h: int) -> Picture:
    """Return a random crop of ``photo``, stretched to w × h."""
    height, width = photo.shape[:2]
    scale = rng.uniform(0.35, 1.0) * min(width / w, height / h)
    cw, ch = max(8, int(w * scale)), max(8, int(h * scale))
    x, y = rng.integers(0, width - cw + 1), rng.integers(0, height - ch + 1)
    crop = photo[y : y + ch, x : x + cw]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    return cv2.resize(
        np.ascontiguousarray(crop),
        (w, h),
        interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR,
    )


def _taskbar(rng: np.random.Generator, pixels: Picture, dark: bool) -> None:
    h, w = pixels.shape[:2]
    height = h * rng.uniform(0.035, 0.07)
    top = rng.random() < 0.15
    y = 0.0 if top else h - height
    box(pixels, 0, y, w, height, shade(rng, 5, 60) if dark else shade(rng, 200, 245))
    size = height * 0.5
    count = int(rng.integers(3, 14))
    x = w * (rng.uniform(0.2, 0.4) if rng.random() < 0.6 else 0.02)
    for _ in range(count):
        box(pixels, x, y + height * 0.25, size, size, vivid(rng))
        x += size * rng.uniform(1.4, 2.2)
    ink = (230, 230, 230) if dark else (30, 30, 30)
    words(rng, pixels, (w * 0.9, y + height * 0.15, w * 0.08, height * 0.6), ink, height * 0.25)


def _window(
    rng: np.random.Generator, pixels: Picture, area: tuple[float, float, float, float], dark: bool
) -> None:
    x, y, w, h = area
    paper = shade(rng, 8, 50) if dark else shade(rng, 225, 255, 4)
    ink = shade(rng, 150, 235) if dark else shade(rng, 10, 90)
    bar = shade(rng, 20, 80) if dark else shade(rng, 190, 250)
    box(pixels, x, y, w, h, paper)
    head = h * rng.uniform(0.04, 0.14)
    box(pixels, x, y, w, head, vivid(rng) if rng.random() < 0.15 else bar)
    words(rng, pixels, (x + w * 0.02, y, w * 0.5, head * 0.9), ink, head * 0.35)
    left = x
    if rng.random() < 0.5:
        side = w * rng.uniform(0.08, 0.25)
        box(
            pixels,
            x,
            y + head,
            side,
            h - head,
            shade(rng, 15, 70) if dark else shade(rng, 210, 250),
        )
        words(rng, pixels, (x + 3, y + head * 1.5, side * 0.8, h * 0.7), ink, h * 0.022)
        left += side
    size = h * rng.uniform(0.015, 0.05)
    words(
        rng,
        pixels,
        (left + w * 0.04, y + head * 1.6, (x + w - left) * 0.85, h * 0.75 - head),
        ink,
        size,
    )
    for _ in range(int(rng.integers(0, 4))):
        bw, bh = w * rng.uniform(0.08, 0.4), h * rng.uniform(0.04, 0.3)
        px, py = (
            left + (x + w - left - bw) * rng.random(),
            y + head + (h - head - bh) * rng.random(),
        )
        box(pixels, px, py, bw, bh, vivid(rng) if rng.random() < 0.6 else shade(rng, 0, 255))


def desktop(rng: np.random.Generator, photos: Callable[[], Picture]) -> Content:
    """A computer's desktop: wallpaper, windows, a taskbar; light or dark."""
    pixels = blank(rng, shade(rng, 0, 255, 40))
    h, w = pixels.shape[:2]
    if rng.random() < 0.4:
        pixels = photo_crop(rng, photos(), w, h)
    dark = rng.random() < 0.5
    if rng.random() < 0.6:
        _window(rng, pixels, (0, 0, w, h), dark)
    for _ in range(int(rng.integers(0, 3))):
        ww, wh = w * rng.uniform(0.25, 0.8), h * rng.uniform(0.25, 0.8)
        area = ((w - ww) * rng.random(), (h - wh) * rng.random(), ww, wh)
        _window(rng, pixels, area, dark if rng.random() < 0.7 else not dark)
    if rng.random() < 0.85:
        _taskbar(rng, pixels, dark if rng.random() < 0.8 else not dark)
    return Content(pixels, ultrasound=False)


def video(rng: np.random.Generator, photos: Callable[[], Picture]) -> Content:
    """A film or a camera's picture, with black bars or captions at times."""
    pixels = blank(rng, (0, 0, 0))
    h, w = pixels.shape[:2]
    bars = rng.random() < 0.4
    pad_x, pad_y = (
        (0, int(h * rng.uniform(0.05, 0.2)))
        if rng.random() < 0.5
        else (int(w * rng.uniform(0.05, 0.25)), 0)
    )
    if not bars:
        pad_x = pad_y = 0
    frame = photo_crop(rng, photos(), w - 2 * pad_x, h - 2 * pad_y)
    pixels[pad_y : h - pad_y, pad_x : w - pad_x] = (frame * rng.uniform(0.3, 1.0)).astype(np.uint8)
    if rng.random() < 0.5:
        words(
            rng,
            pixels,
            (w * 0.1, h * rng.uniform(0.05, 0.85), w * 0.7, h * 0.08),
            (240, 240, 240),
            h * 0.035,
        )
    return Content(pixels, ultrasound=False)


def black_page(rng: np.random.Generator) -> Content:
    """A player that has stopped or an empty program: black but for a few controls or lines."""
    pixels = blank(rng, shade(rng, 0, 14, 3))
    h, w = pixels.shape[:2]
    ink = shade(rng, 70, 230)
    if rng.random() < 0.6:
        y = h * rng.uniform(0.86, 0.96)
        box(pixels, w * 0.03, y, w * 0.94, max(1.0, h * 0.006), shade(rng, 50, 130))
        box(pixels, w * 0.03, y, w * rng.uniform(0.0, 0.9), max(1.0, h * 0.006), vivid(rng))
    if rng.random() < 0.5:
        words(rng, pixels, (w * 0.03, h * 0.02, w * 0.5, h * 0.06), ink, h * 0.03)
    if rng.random() < 0.5:
        x, y = w * rng.uniform(0.2, 0.6), h * rng.uniform(0.2, 0.6)
        words(rng, pixels, (x, y, w * 0.3, h * 0.2), ink, h * rng.uniform(0.02, 0.05))
    if rng.random() < 0.3:
        size = h * rng.uniform(0.03, 0.1)
        cv2.circle(pixels, (w // 2, h // 2), int(size), ink, 2, cv2.LINE_AA)
    if rng.random() < 0.25:
        _taskbar(rng, pixels, dark=True)
    return Content(pixels, ultrasound=False)


def white_page(rng: np.random.Generator) -> Content:
    """A document that fills the display under a dark or pale bar, nearly all of it white."""
    pixels = blank(rng, shade(rng, 225, 255, 4))
    h, w = pixels.shape[:2]
    dark = rng.random() < 0.6
    head = h * rng.uniform(0.03, 0.16)
    box(pixels, 0, 0, w, head, shade(rng, 5, 70) if dark else shade(rng, 185, 240))
    words(rng, pixels, (w * 0.02, 0, w * 0.6, head), shade(rng, 120, 220), head * 0.3)
    if rng.random() < 0.35:
        side = w * rng.uniform(0.05, 0.2)
        x = 0.0 if rng.random() < 0.7 else w - side
        box(pixels, x, head, side, h, shade(rng, 5, 90) if dark else shade(rng, 190, 240))
    left = w * rng.uniform(0.08, 0.3)
    words(
        rng,
        pixels,
        (left, head * 1.3, w * 0.6, h * rng.uniform(0.1, 0.75)),
        shade(rng, 0, 90),
        h * rng.uniform(0.015, 0.04),
    )
    if rng.random() < 0.6:
        _taskbar(rng, pixels, dark=rng.random() < 0.7)
    return Content(pixels, ultrasound=False)


def slide(rng: np.random.Generator) -> Content:
    """A slide in a dark or light program, its page not reaching the display's edge."""
    pixels = blank(rng, shade(rng, 0, 60) if rng.random() < 0.75 else shade(rng, 180, 240))
    h, w = pixels.shape[:2]
    pw, ph = w * rng.uniform(0.55, 0.95), h * rng.uniform(0.55, 0.9)
    x, y = (w - pw) * rng.uniform(0.3, 0.7), (h - ph) * rng.uniform(0.3, 0.7)
    box(pixels, x, y, pw, ph, shade(rng, 200, 255, 6) if rng.random() < 0.7 else vivid(rng))
    words(
        rng,
        pixels,
        (x + pw * 0.1, y + ph * 0.1, pw * 0.8, ph * 0.7),
        shade(rng, 0, 80),
        ph * rng.uniform(0.03, 0.07),
    )
    if rng.random() < 0.6:
        words(rng, pixels, (w * 0.02, h * 0.01, w * 0.7, h * 0.05), shade(rng, 120, 230), h * 0.025)
    if rng.random() < 0.6:
        _taskbar(rng, pixels, dark=True)
    return Content(pixels, ultrasound=False)
