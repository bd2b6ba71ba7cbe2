"""Crops of screens, spoilt as a photo of a display spoils them, with their targets."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
CROP_PX = 256
# Share of a line's height that its core leaves out on every side.
CORE_INSET = 0.25
BOX_MARGIN_PX = 1.0


def crop(
    rng: np.random.Generator, pixels: Pixels, lines: NDArray[np.float32], *, spoilt: bool
) -> tuple[Pixels, Pixels]:
    """Return a crop and its two targets (core, box) at half the resolution, 0 or 1.

    Args:
        rng: Chance.
        pixels: A screen on the display's own grid.
        lines: (n, 4) float32, x0, y0, x1, y1 of every line.
        spoilt: The screen is a photo already: little is added.
    """
    height, width = pixels.shape[:2]
    if len(lines) and rng.random() < 0.6:
        x0, y0, x1, y1 = lines[int(rng.integers(len(lines)))]
        centre = np.array([rng.uniform(x0, x1), rng.uniform(y0, y1)]) + rng.normal(0, 50, 2)
    else:
        centre = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    scale = float(np.exp(rng.uniform(np.log(0.7), np.log(1.4))))
    turn = float(np.radians(rng.normal(0, 0.7)))
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    linear = np.array([[c, -s], [s, c]])
    matrix = np.concatenate([linear, (CROP_PX / 2 - linear @ centre)[:, None]], axis=1)
    seen = cv2.warpAffine(
        pixels,
        matrix,
        (CROP_PX, CROP_PX),
        flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return _spoil(rng, seen, spoilt=spoilt), _targets(lines, matrix)


def _targets(lines: NDArray[np.float32], matrix: NDArray[np.float64]) -> Pixels:
    maps = np.zeros((2, CROP_PX // 2, CROP_PX // 2), dtype=np.uint8)
    for x0, y0, x1, y1 in lines:
        size = min(x1 - x0, y1 - y0)
        inset = max(0.0, min(CORE_INSET * size, (size - 2.0) / 2))
        for target, grow in ((maps[0], -inset), (maps[1], BOX_MARGIN_PX)):
            corners = np.array(
                [
                    (x0 - grow, y0 - grow),
                    (x1 + grow, y0 - grow),
                    (x1 + grow, y1 + grow),
                    (x0 - grow, y1 + grow),
                ]
            )
            placed = (corners - 0.5) @ matrix[:, :2].T + matrix[:, 2]
            if (placed.max(0) < 0).any() or (placed.min(0) > CROP_PX).any():
                continue
            on_map = (placed + 0.5) / 2 - 0.5
            cv2.fillPoly(target, [np.round(on_map * 16).astype(np.int32)], 1, shift=4)
    return maps


def _spoil(rng: np.random.Generator, seen: Pixels, *, spoilt: bool) -> Pixels:
    picture = seen.astype(np.float32)
    some = 0.35 if spoilt else 1.0
    if rng.random() < 0.6 * some:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.8)))
    if rng.random() < 0.1 * some:
        length = int(rng.integers(2, 6))
        kernel = np.zeros((7, 7), np.float32)
        angle = rng.uniform(0, np.pi)
        d = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        ends = [tuple(np.round(3 + k * d).astype(int).tolist()) for k in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1)
        picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
    if rng.random() < 0.2 * some:
        coarse = float(rng.uniform(0.55, 0.95))
        small = cv2.resize(picture, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (CROP_PX, CROP_PX), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.5 * some:
        picture = 255 * np.clip(picture / 255, 0, 1) ** float(np.exp(rng.normal(0, 0.3)))
    y, x = np.mgrid[0:CROP_PX, 0:CROP_PX].astype(np.float32)
    if rng.random() < 0.3 * some:
        period, angle = float(np.exp(rng.uniform(0.9, 3.8))), rng.uniform(0, np.pi)
        phase = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period)
        offsets = rng.uniform(0, 2 * np.pi, 3) * (rng.random() < 0.5)
        wave = np.stack([np.sin(phase + offset) for offset in offsets], axis=-1)
        picture = picture * (1 + float(rng.uniform(0.01, 0.12)) * wave)
    if rng.random() < 0.4 * some:
        picture += rng.uniform(0, 70) * rng.uniform(0.6, 1.0, 3)
    if rng.random() < 0.2:
        at, size = rng.uniform(0, CROP_PX, 2), float(rng.uniform(15, 160))
        blob = np.exp(-(((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * size**2)))
        edge = float(rng.uniform(0.0, 0.7))
        blob = np.clip((blob - edge) / (1 - edge), 0, 1)
        picture += (blob * float(rng.uniform(20, 200)))[..., None]
    if rng.random() < 0.6 * some:
        picture *= float(np.exp(rng.normal(0, 0.3))) * np.exp(rng.normal(0, 0.08, 3))
    if rng.random() < 0.04:
        picture = 255 - picture
    if rng.random() < 0.6 * some:
        grain = rng.standard_normal(picture.shape, dtype=np.float32) * float(rng.uniform(1, 14))
        if rng.random() < 0.5:
            grain = cv2.GaussianBlur(grain, (0, 0), 0.7) * 1.5
        picture = picture + grain
    out = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.4 * some:
        quality = int(rng.integers(35, 95))
        out = cv2.imdecode(
            cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR
        )
    return np.asarray(out, dtype=np.uint8)
