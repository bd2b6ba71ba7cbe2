"""Rooms and light: what lies around a display, what its glass reflects, what is in the way."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.locator.material import Library
from models.training.locator.screens import photo_crop, shade

Floats = NDArray[np.float32]
GAMMA = 2.2
LINEAR = ((np.arange(256) / 255.0) ** GAMMA).astype(np.float32)


def linear(pixels: NDArray[np.uint8]) -> Floats:
    """Return linear light, 0–1, of display codes."""
    return LINEAR[pixels]


def room(rng: np.random.Generator, library: Library, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a place: a photo, or walls."""
    w, h = size_wh
    if rng.random() < 0.62:
        room = photo_crop(rng, library.photo(rng), w, h)
        if rng.random() < 0.35:
            room = cv2.GaussianBlur(room, (0, 0), rng.uniform(1, 9))
        return room
    a, b = np.array(shade(rng, 10, 250, 25)), np.array(shade(rng, 10, 250, 25))
    t = np.linspace(0, 1, w)[None, :, None] * rng.uniform(-1, 1) + np.linspace(0, 1, h)[
        :, None, None
    ] * rng.uniform(-1, 1)
    wall = np.clip(a + (b - a) * np.clip(t + 0.5, 0, 1), 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        edge = int(h * rng.uniform(0.5, 0.95))
        wall[edge:] = shade(rng, 10, 240, 25)
    for _ in range(int(rng.integers(0, 4))):
        p = (rng.random((4, 2)) * (w, h)).astype(np.int32)
        cv2.polylines(
            wall,
            [p],
            isClosed=False,
            color=shade(rng, 0, 255),
            thickness=int(rng.integers(1, 6)),
            lineType=cv2.LINE_AA,
        )
    return wall


def lamps(rng: np.random.Generator, size_wh: tuple[int, int], where: Floats) -> Floats:
    """Return a layer of bright, soft shapes such as lamps and windows leave on glass."""
    w, h = size_wh
    layer = np.zeros((h, w), np.float32)
    ys, xs = np.nonzero(where[::8, ::8] > 0.5)
    for _ in range(int(rng.integers(1, 4))):
        if len(xs):
            k = rng.integers(len(xs))
            x, y = float(xs[k] * 8), float(ys[k] * 8)
        else:
            x, y = w * rng.random(), h * rng.random()
        a, b = 0.1 * w * 10 ** rng.uniform(-1.1, 0.15, 2)
        shape = np.zeros((h, w), np.float32)
        level = float(10 ** rng.uniform(-0.9, 0.7))
        if rng.random() < 0.5:
            cv2.ellipse(
                shape,
                (int(x), int(y)),
                (int(a) + 1, int(b) + 1),
                rng.uniform(0, 180),
                0,
                360,
                level,
                -1,
            )
        else:
            angle = rng.normal(0, 15)
            rectangle = cv2.boxPoints(
                ((x, y), (a * rng.uniform(1, 5), b * rng.uniform(0.4, 2)), angle)
            )
            cv2.fillConvexPoly(shape, rectangle.astype(np.int32), level)
        layer += cv2.GaussianBlur(shape, (0, 0), float(rng.uniform(0.7, 12)))
    return layer


def occlude(rng: np.random.Generator, picture: Floats, corners: Floats, light: float) -> None:
    """Paint something dark or pale across the display, in place."""
    w = picture.shape[1]
    tone = np.array(
        [
            [0.55, 0.3, 0.2],
            [0.25, 0.12, 0.07],
            [0.02, 0.02, 0.02],
            [0.7, 0.7, 0.7],
            [0.1, 0.2, 0.45],
        ]
    )
    colour = (tone[rng.integers(len(tone))] * light * rng.uniform(0.5, 1.3)).tolist()
    start = corners.mean(0) + (corners[rng.integers(4)] - corners.mean(0)) * rng.uniform(0.3, 1.4)
    angle = rng.uniform(0, 2 * np.pi)
    end = start + np.array([np.cos(angle), np.sin(angle)]) * w
    thickness = int(w * rng.uniform(0.008, 0.07))
    cv2.line(picture, tuple(map(int, start)), tuple(map(int, end)), colour, thickness, cv2.LINE_AA)


def moire(rng: np.random.Generator, size_wh: tuple[int, int]) -> Floats:
    """Return a gain field of coloured stripes, as panel and sensor grids make."""
    w, h = size_wh
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    fx, fy = rng.normal(0, 0.08, 2)
    bend = rng.normal(0, 2e-4)
    phase = fx * x + fy * y + bend * (x - w / 2) ** 2 * rng.uniform(0, 0.3)
    waves = [np.cos(2 * np.pi * phase + rng.uniform(0, 6.28)) for _ in range(3)]
    return (1 + rng.uniform(0.02, 0.18) * np.stack(waves, -1)).astype(np.float32)
