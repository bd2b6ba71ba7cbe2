"""Fronts of the things that hold a display, drawn in the display's own plane."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.locator.screens import Colour, Picture, box, shade, vivid, words


@dataclass(frozen=True)
class Front:
    """A front seen straight on.

    Attributes:
        pixels: (h, w, 3) uint8 RGB reflectance (as a picture under white light).
        cover: (h, w) uint8, 255 where there is a front, 0 where the scene shows.
        screen_xywh: Where the display is.
        gloss: True when the bezel reflects as the glass does.
    """

    pixels: Picture
    cover: NDArray[np.uint8]
    screen_xywh: tuple[int, int, int, int]
    gloss: bool


def rounded(
    cover: NDArray[np.uint8], x: float, y: float, w: float, h: float, radius: float
) -> None:
    """Add a rectangle with rounded corners to ``cover``, in place."""
    x0, y0, x1, y1, r = int(x), int(y), int(x + w), int(y + h), int(max(1, radius))
    cv2.rectangle(cover, (x0 + r, y0), (x1 - r, y1), 255, -1)
    cv2.rectangle(cover, (x0, y0 + r), (x1, y1 - r), 255, -1)
    for cx, cy in ((x0 + r, y0 + r), (x1 - r, y0 + r), (x0 + r, y1 - r), (x1 - r, y1 - r)):
        cv2.circle(cover, (cx, cy), r, 255, -1, cv2.LINE_AA)


def plastic(rng: np.random.Generator, medical: bool = False) -> Colour:
    """Return the colour of a housing: mostly dark, pale where medical."""
    kind = rng.uniform(0.45, 1.0) if medical else rng.random()
    if kind < 0.55:
        return shade(rng, 8, 45, 4)
    if kind < 0.75:
        return shade(rng, 60, 170, 8)
    if kind < 0.93:
        return shade(rng, 190, 245, 12)
    return (
        vivid(rng) if rng.random() < 0.3 else (shade(rng, 90, 160)[0], shade(rng, 110, 170)[1], 190)
    )


def keyboard(
    rng: np.random.Generator, pixels: Picture, x: float, y: float, w: float, h: float
) -> None:
    """Draw rows of keys into the rectangle, in place."""
    keys = shade(rng, 5, 60) if rng.random() < 0.7 else shade(rng, 180, 250)
    ink = (200, 200, 200) if keys[0] < 100 else (60, 60, 60)
    rows, columns = int(rng.integers(4, 7)), int(rng.integers(11, 17))
    for r in range(rows):
        shift = rng.uniform(0, 0.6)
        for c in range(columns):
            kw, kh = w / (columns + 1), h / rows
            box(pixels, x + (c + shift) * kw, y + r * kh, kw * 0.82, kh * 0.8, keys)
            if rng.random() < 0.7:
                box(
                    pixels,
                    x + (c + shift) * kw + kw * 0.25,
                    y + r * kh + kh * 0.2,
                    kw * 0.2,
                    kh * 0.2,
                    ink,
                )


def controls(
    rng: np.random.Generator, pixels: Picture, x: float, y: float, w: float, h: float
) -> None:
    """Draw knobs, keys and letters into the rectangle, in place."""
    for _ in range(int(rng.integers(2, 16))):
        cx, cy = int(x + w * rng.random()), int(y + h * rng.random())
        size = int(max(2, min(w, h) * rng.uniform(0.08, 0.3)))
        colour = vivid(rng) if rng.random() < 0.4 else shade(rng, 20, 240)
        if rng.random() < 0.5:
            cv2.circle(pixels, (cx, cy), size // 2 + 1, colour, -1, cv2.LINE_AA)
        else:
            box(pixels, cx, cy, size, size * rng.uniform(0.4, 1.0), colour)
    if rng.random() < 0.4:
        words(rng, pixels, (x, y, w, h), shade(rng, 60, 220), max(4.0, h * 0.15))


def draw_front(rng: np.random.Generator, screen_wh: tuple[int, int]) -> Front:
    """Draw a monitor, a television, a laptop, a tablet, a bedside monitor or a cart."""
    w, h = screen_wh
    kind = rng.choice(
        ["monitor", "thin", "laptop", "tablet", "bedside", "cart", "naked"],
        p=[0.23, 0.19, 0.18, 0.09, 0.19, 0.09, 0.03],
    )
    side = (
        h
        * {
            "monitor": rng.uniform(0.02, 0.09),
            "thin": rng.uniform(0.005, 0.03),
            "laptop": rng.uniform(0.01, 0.06),
            "tablet": rng.uniform(0.02, 0.12),
            "bedside": rng.uniform(0.04, 0.25),
            "cart": rng.uniform(0.03, 0.12),
            "naked": 0.003,
        }[str(kind)]
    )
    top, bottom = side * rng.uniform(0.7, 1.6), side * rng.uniform(0.8, 3.2)
    left, right = side, side
    if kind == "bedside":
        right *= rng.uniform(1.0, 2.5)
        bottom *= rng.uniform(1.0, 1.8)
    if kind == "tablet" and rng.random() < 0.7:
        top = bottom = side * rng.uniform(0.9, 1.3)
    below = h * {
        "laptop": rng.uniform(0.5, 0.8),
        "cart": rng.uniform(0.3, 0.8),
        "monitor": rng.uniform(0.1, 0.5),
    }.get(str(kind), 0.0)
    W, H = int(left + w + right) + 4, int(top + h + bottom + below) + 4
    pixels = np.zeros((H, W, 3), np.uint8)
    cover = np.zeros((H, W), np.uint8)
    body = plastic(rng, medical=kind in ("bedside", "cart"))
    outer = side * rng.uniform(0.05, 0.9) if kind != "naked" else 1
    body_w, body_h = left + w + right, top + h + bottom
    rounded(cover, 1, 1, body_w, body_h, outer)
    pixels[:] = body
    fade = (
        np.linspace(1, rng.uniform(0.7, 1.15), H)[:, None, None]
        * np.linspace(1, rng.uniform(0.8, 1.15), W)[None, :, None]
    )
    pixels = np.clip(pixels * fade, 0, 255).astype(np.uint8)
    x, y = int(left) + 1, int(top) + 1
    _dress(rng, pixels, (x, y, w, h), (top, right, bottom), str(kind))
    if rng.random() < 0.4:
        cv2.rectangle(
            pixels, (2, 2), (int(body_w) - 1, int(body_h) - 1), shade(rng, 80, 240), 1, cv2.LINE_AA
        )
    if below > 1:
        _draw_below(rng, pixels, cover, str(kind), body_w, top + h + bottom, body)
    # The seam between bezel and panel: a dark gap, or a lit rim.
    seam = shade(rng, 0, 20) if rng.random() < 0.8 else shade(rng, 60, 180)
    if rng.random() < 0.7:
        gap = int(rng.integers(1, 4))
        cv2.rectangle(pixels, (x - gap, y - gap), (x + w + gap - 1, y + h + gap - 1), seam, gap)
    gloss = body[0] < 60 and rng.random() < 0.4
    return Front(pixels, cover, (x, y, w, h), gloss)


def _dress(
    rng: np.random.Generator,
    pixels: Picture,
    screen_xywh: tuple[int, int, int, int],
    bezel_trb: tuple[float, float, float],
    kind: str,
) -> None:
    """Draw rim, lettering and keys on the bezel."""
    (x, y, w, h), (top, right, bottom) = screen_xywh, bezel_trb
    margin = x - 1
    if rng.random() < 0.35 and margin > 6:
        # A second frame: a rim of another shade around the glass.
        rim = margin * rng.uniform(0.15, 0.8)
        box(
            pixels,
            x - rim,
            y - rim,
            w + 2 * rim,
            h + 2 * rim,
            shade(rng, 5, 40) if rng.random() < 0.7 else plastic(rng),
        )
    if rng.random() < 0.5:
        words(
            rng,
            pixels,
            (x + w * rng.uniform(0.35, 0.5), y + h + bottom * 0.3, w * 0.15, bottom * 0.3),
            shade(rng, 90, 250),
            max(4.0, bottom * 0.35),
        )
    if kind in ("bedside", "cart") or rng.random() < 0.12:
        controls(rng, pixels, x, y + h + bottom * 0.2, w, bottom * 0.6)
        if rng.random() < 0.5:
            controls(rng, pixels, x + w + right * 0.15, y, right * 0.5, h)
        if rng.random() < 0.3:
            words(rng, pixels, (x, 2, w * 0.4, top * 0.7), shade(rng, 20, 250), max(4.0, top * 0.4))


def _draw_below(
    rng: np.random.Generator,
    pixels: Picture,
    cover: NDArray[np.uint8],
    kind: str,
    body_w: float,
    y0: float,
    body: Colour,
) -> None:
    """Draw a stand, a keyboard or a control panel under the display."""
    H, W = cover.shape
    below = H - y0
    if kind == "monitor":
        sx, sw = body_w * rng.uniform(0.3, 0.45), body_w * rng.uniform(0.08, 0.35)
        cover[int(y0) :, int(sx) : int(sx + sw)] = 255
        return
    deck = np.array([[0, y0 + 3], [W - 1, y0 + 3], [W - 1, H - 1], [0, H - 1]], np.int32)
    cv2.fillPoly(cover, [deck], 255)
    box(pixels, 0, y0, W, below, plastic(rng) if rng.random() < 0.5 else body)
    if kind == "laptop":
        keyboard(rng, pixels, W * 0.06, y0 + below * 0.12, W * 0.88, below * 0.5)
        return
    controls(rng, pixels, W * 0.05, y0 + below * 0.1, W * 0.9, below * 0.8)
    if rng.random() < 0.5:
        keyboard(rng, pixels, W * 0.2, y0 + below * 0.4, W * 0.6, below * 0.4)
