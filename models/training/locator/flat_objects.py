"""What is flat and rectangular and yet no display."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.locator.devices import keyboard, plastic, rounded
from models.training.locator.screens import Picture, box, photo_crop, shade, vivid, words


def draw_flat_object(
    rng: np.random.Generator, photo: Picture, scan: Picture
) -> tuple[Picture, NDArray[np.uint8]]:
    """Draw what is no display: a sheet, a framed picture, a window, a book, a card, a keyboard.

    Returns:
        (h, w, 3) reflectance and (h, w) cover.
    """
    w, h = int(rng.integers(220, 520)), int(rng.integers(220, 520))
    kind = rng.choice(
        ["sheet", "frame", "window", "board", "keyboard", "print", "dark frame", "bright window"]
    )
    pixels = np.full((h, w, 3), shade(rng, 215, 255, 8), np.uint8)
    inset = int(min(w, h) * rng.uniform(0.03, 0.14))
    if kind == "sheet":
        words(
            rng,
            pixels,
            (inset, inset, w - 2 * inset, h - 2 * inset),
            shade(rng, 0, 90),
            h * rng.uniform(0.015, 0.06),
        )
        if rng.random() < 0.4:
            bw, bh = int(w * rng.uniform(0.2, 0.7)), int(h * rng.uniform(0.15, 0.5))
            px, py = int((w - bw) * rng.random()), int((h - bh) * rng.random())
            pixels[py : py + bh, px : px + bw] = cv2.resize(
                photo, (bw, bh), interpolation=cv2.INTER_AREA
            )
    elif kind == "frame":
        pixels[:] = plastic(rng) if rng.random() < 0.6 else (120, 80, 45)
        mat = inset + (int(inset * rng.uniform(0.5, 1.5)) if rng.random() < 0.5 else 0)
        box(pixels, inset, inset, w - 2 * inset, h - 2 * inset, shade(rng, 200, 250))
        inner = cv2.resize(
            photo, (max(8, w - 2 * mat), max(8, h - 2 * mat)), interpolation=cv2.INTER_AREA
        )
        pixels[mat : mat + inner.shape[0], mat : mat + inner.shape[1]] = (
            inner * rng.uniform(0.5, 1.0)
        ).astype(np.uint8)
    elif kind in ("dark frame", "bright window"):
        pixels = _glazed(rng, photo, (w, h), inset, bright=kind == "bright window")
    elif kind == "window":
        inner = cv2.resize(photo, (w, h), interpolation=cv2.INTER_AREA)
        pixels = np.clip(inner.astype(np.float32) * rng.uniform(0.8, 2.5), 0, 255).astype(np.uint8)
        bar, colour = max(3, inset // 2), plastic(rng)
        cv2.rectangle(pixels, (0, 0), (w - 1, h - 1), colour, bar * 2)
        for k in range(1, int(rng.integers(1, 4))):
            box(pixels, w * k / 3, 0, bar, h, colour)
        if rng.random() < 0.6:
            box(pixels, 0, h * rng.uniform(0.3, 0.7), w, bar, colour)
    elif kind == "board":
        pixels[:] = shade(rng, 20, 250, 20)
        cv2.rectangle(pixels, (0, 0), (w - 1, h - 1), shade(rng, 60, 220), max(2, inset // 3))
        for _ in range(int(rng.integers(0, 5))):
            pts = (rng.random((5, 2)) * (w, h)).astype(np.int32)
            cv2.polylines(
                pixels, [pts], isClosed=False, color=vivid(rng), thickness=2, lineType=cv2.LINE_AA
            )
    elif kind == "keyboard":
        pixels[:] = plastic(rng)
        keyboard(rng, pixels, inset, inset, w - 2 * inset, h - 2 * inset)
    else:
        side = scan if scan.ndim == 3 else cv2.cvtColor(scan, cv2.COLOR_GRAY2RGB)
        inner = cv2.resize(side, (w - 2 * inset, h - 2 * inset), interpolation=cv2.INTER_AREA)
        pixels[inset : h - inset, inset : w - inset] = np.clip(
            inner.astype(np.int32) * 0.8 + 25, 0, 255
        ).astype(np.uint8)
    cover = np.zeros((h, w), np.uint8)
    rounded(cover, 0, 0, w - 1, h - 1, rng.uniform(1, 6))
    return pixels, cover


def _glazed(
    rng: np.random.Generator, photo: Picture, size_wh: tuple[int, int], inset: int, *, bright: bool
) -> Picture:
    """Draw a poster in a narrow dark frame, or a window with the day outside, burnt out."""
    w, h = size_wh
    view = photo_crop(rng, photo, w, h)
    if not bright:
        pixels = (view * rng.uniform(0.4, 1.0)).astype(np.uint8)
        rim = max(2, inset // int(rng.integers(1, 5)))
        cv2.rectangle(pixels, (0, 0), (w - 1, h - 1), shade(rng, 5, 70), rim * 2)
        return pixels
    lit = view * rng.uniform(0.3, 1.0) + rng.uniform(90, 235)
    pixels = np.clip(lit, 0, 255).astype(np.uint8)
    cv2.rectangle(pixels, (0, 0), (w - 1, h - 1), plastic(rng), max(3, inset))
    for k in range(int(rng.integers(0, 3))):
        box(pixels, w * (k + 1) / 3, 0, max(2, inset // 3), h, plastic(rng))
    return pixels
