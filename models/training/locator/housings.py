"""Fronts that are not a plain bezel: ventilators and other machines, televisions on walls."""

from __future__ import annotations

import cv2
import numpy as np

from models.training.locator.devices import Front, controls, plastic, rounded
from models.training.locator.screens import Colour, Picture, box, shade, vivid, words


def draw_machine(rng: np.random.Generator, screen_wh: tuple[int, int]) -> Front:
    """Draw a machine whose pale front holds the display off its middle, among keys and knobs."""
    w, h = screen_wh
    left, right = w * rng.uniform(0.04, 0.25), w * rng.uniform(0.08, 0.55)
    if rng.random() < 0.25:
        left, right = right, left
    top, bottom = h * rng.uniform(0.06, 0.4), h * rng.uniform(0.06, 0.55)
    below = h * rng.uniform(0.0, 0.9)
    width, height = int(left + w + right), int(top + h + bottom + below)
    body_h = top + h + bottom
    body = _pale(rng)
    pixels = np.full((height, width, 3), body, np.uint8)
    cover = np.zeros((height, width), np.uint8)
    rounded(cover, 1, h * 0.05, width - 3, body_h - h * 0.05, min(left, right) * 0.9)
    if rng.random() < 0.6:
        # An arched head.
        axes = (int(width * rng.uniform(0.45, 0.55)), int(top * rng.uniform(0.7, 1.0)))
        cv2.ellipse(cover, (width // 2, int(top)), axes, 0, 180, 360, 255, -1, cv2.LINE_AA)
    band = _pale(rng) if rng.random() < 0.6 else plastic(rng)
    x, y = int(left), int(top)
    if rng.random() < 0.6:
        # A mask of another shade around display and keys.
        m = rng.uniform(0.15, 0.9)
        x1, y1 = left * (1 - m), top * (1 - m * 0.8)
        mask = np.zeros_like(cover)
        rounded(mask, x1, y1, w + (left + right) * m, h + (top + bottom) * m * 0.8, left * m)
        pixels[mask > 127] = band
    if below > h * 0.15:
        inset = width * rng.uniform(0.0, 0.25)
        cover[int(body_h) :, int(inset) : int(width - inset)] = 255
        box(pixels, 0, body_h, width, below, _pale(rng) if rng.random() < 0.6 else plastic(rng))
        controls(rng, pixels, inset, body_h + 4, width - 2 * inset, below * 0.7)
    _keys(rng, pixels, (x + w + right * 0.15, top, right * 0.7, h))
    if left > w * 0.15:
        _keys(rng, pixels, (left * 0.15, top, left * 0.7, h))
    if rng.random() < 0.7:
        controls(rng, pixels, left, top + h + bottom * 0.2, w, bottom * 0.6)
    if rng.random() < 0.6:
        area = (left + w * rng.uniform(0.0, 0.5), top * 0.3, w * 0.3, top * 0.5)
        words(rng, pixels, area, shade(rng, 40, 200), max(4.0, top * 0.25))
    if rng.random() < 0.5:
        gap = int(rng.integers(1, 6))
        rim = shade(rng, 10, 90) if rng.random() < 0.6 else shade(rng, 160, 240)
        cv2.rectangle(pixels, (x - gap, y - gap), (x + w + gap - 1, y + h + gap - 1), rim, gap)
    _hoses(rng, pixels, cover, body_h)
    shading = np.linspace(1, rng.uniform(0.6, 1.1), width)[None, :, None]
    pixels = np.clip(pixels * shading, 0, 255).astype(np.uint8)
    return Front(pixels, cover, (x, y, w, h), gloss=False)


def draw_television(rng: np.random.Generator, screen_wh: tuple[int, int]) -> Front:
    """Draw a television: a narrow dark frame, its foot a little wider, rarely a stand."""
    w, h = screen_wh
    side = h * rng.uniform(0.008, 0.06)
    bottom, below = side * rng.uniform(1.0, 2.5), 0.0
    if rng.random() < 0.3:
        below = h * rng.uniform(0.04, 0.15)
    width, height = int(2 * side + w) + 3, int(side + h + bottom + below) + 3
    body = shade(rng, 4, 40, 4) if rng.random() < 0.85 else shade(rng, 120, 235)
    pixels = np.full((height, width, 3), body, np.uint8)
    cover = np.zeros((height, width), np.uint8)
    cover[: int(side + h + bottom) + 2] = 255
    if below:
        for x in (width * 0.2, width * 0.75) if rng.random() < 0.5 else (width * 0.45,):
            cover[int(side + h + bottom) :, int(x) : int(x + width * rng.uniform(0.02, 0.1))] = 255
    if rng.random() < 0.4:
        area = (width * 0.46, side + h + bottom * 0.25, width * 0.08, bottom * 0.5)
        words(rng, pixels, area, shade(rng, 120, 240), max(3.0, bottom * 0.4))
    if rng.random() < 0.4:
        end = (width - 2, int(side + h + bottom))
        cv2.rectangle(pixels, (1, 1), end, shade(rng, 60, 200), 1, cv2.LINE_AA)
    place = int(side) + 1, int(side) + 1, w, h
    return Front(pixels, cover, place, gloss=bool(body[0] < 60 and rng.random() < 0.4))


def _pale(rng: np.random.Generator) -> Colour:
    if rng.random() < 0.45:
        r, g = int(rng.integers(120, 210)), int(rng.integers(150, 225))
        return r, g, int(rng.integers(g, 250))
    return shade(rng, 150, 245, 14)


def _keys(
    rng: np.random.Generator, pixels: Picture, area: tuple[float, float, float, float]
) -> None:
    """Draw columns of small keys with lamps, and a knob beneath."""
    x, y, w, h = area
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(3, 10))
    ground = shade(rng, 190, 250, 15) if rng.random() < 0.7 else vivid(rng)
    share = rng.uniform(0.4, 0.9)
    for r in range(rows):
        for c in range(columns):
            if rng.random() < 0.75:
                colour = ground if rng.random() < 0.7 else vivid(rng)
                size = w / columns * 0.7, h * share / rows * 0.6
                box(pixels, x + c * w / columns, y + r * h * share / rows, *size, colour)
    if rng.random() < 0.6:
        radius = int(max(3, min(w, h) * rng.uniform(0.15, 0.35)))
        centre = (int(x + w / 2), int(y + h * 0.95))
        cv2.circle(pixels, centre, radius, shade(rng, 30, 240), -1, cv2.LINE_AA)
        cv2.circle(pixels, centre, max(2, radius * 2 // 3), shade(rng, 60, 250), -1, cv2.LINE_AA)


def _hoses(rng: np.random.Generator, pixels: Picture, cover: Picture, top: float) -> None:
    """Draw pale hoses or dark cables that hang from the machine's foot."""
    height, width = cover.shape
    for _ in range(int(rng.integers(0, 3))):
        t = np.linspace(0, 1, 24)[:, None]
        ends = rng.random((3, 2)) * (width, max(height - top, 1)) + (0, top * 0.93)
        path = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * ends[1] + t**2 * ends[2]
        thick = int(max(2, width * rng.uniform(0.01, 0.08)))
        colour = shade(rng, 170, 250) if rng.random() < 0.7 else shade(rng, 5, 60)
        line = [path.astype(np.int32)]
        cv2.polylines(pixels, line, isClosed=False, color=colour, thickness=thick)
        cv2.polylines(cover, line, isClosed=False, color=255, thickness=thick)
