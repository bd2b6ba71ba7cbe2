"""A plain camera: meter, lens, sensor, tone and file."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RENDER_PX = 480
STORED_PX = 320


def frame_size(rng: np.random.Generator) -> tuple[int, int]:
    """Return a photo's size while it is composed."""
    ratio = float(rng.choice([4 / 3, 4 / 3, 4 / 3, 16 / 9, 16 / 9, 3 / 2, 1.0]))
    size = RENDER_PX, round(RENDER_PX / ratio)
    return size if rng.random() < 0.62 else size[::-1]


def expose(
    rng: np.random.Generator, picture: Floats, panel: Floats, has_panel: bool
) -> tuple[Floats, float]:
    """Return the picture scaled as a camera's meter would, and the factor."""
    luma = picture @ np.array([0.3, 0.6, 0.1], np.float32)
    whole = float(luma.mean()) + 1e-4
    aim = 0.16 * 2 ** rng.normal(0, 0.6)
    factor = aim / whole
    if has_panel and rng.random() < 0.6:
        lit = luma[panel > 0.5]
        if lit.size > 20:
            factor = (
                0.8
                * 2 ** rng.normal(0, 0.5)
                / (float(np.percentile(lit, rng.uniform(85, 99))) + 0.02)
            )
    factor = float(np.clip(factor, 0.05, 12))
    return picture * factor, factor


def photograph(rng: np.random.Generator, picture: Floats) -> NDArray[np.uint8]:
    """Lens, sensor and file: linear light in, stored pixels out."""
    h, w = picture.shape[:2]
    if rng.random() < 0.5:
        picture = (
            picture
            + cv2.GaussianBlur(picture, (0, 0), 25) * rng.uniform(0, 0.08)
            + rng.uniform(0, 0.01)
        )
    if rng.random() < 0.75:
        picture = cv2.GaussianBlur(picture, (0, 0), float(min(0.3 + rng.exponential(0.7), 4.5)))
    if rng.random() < 0.15:
        length = int(rng.integers(3, 12))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, np.pi)
        d = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        c = length // 2
        cv2.line(
            kernel, tuple((c - d).astype(int).tolist()), tuple((c + d).astype(int).tolist()), 1.0, 1
        )
        picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
    scale = STORED_PX / max(h, w)
    picture = cv2.resize(
        picture, (round(w * scale), round(h * scale)), interpolation=cv2.INTER_AREA
    )
    h, w = picture.shape[:2]
    if rng.random() < 0.5:
        y, x = np.mgrid[0:h, 0:w].astype(np.float32)
        r2 = ((x - w / 2) ** 2 + (y - h / 2) ** 2) / (w**2 + h**2) * 4
        picture = picture * (1 - rng.uniform(0, 0.45) * r2)[..., None]
    picture = picture * (2 ** rng.normal(0, 0.12, 3)).astype(np.float32)
    shot, read = 10 ** rng.uniform(-4.2, -2.2), 10 ** rng.uniform(-3.3, -1.9)
    grain = rng.standard_normal(picture.shape, dtype=np.float32)
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(grain, (0, 0), 0.8) * 2
    picture = picture + grain * np.sqrt(np.maximum(picture, 0) * shot + read**2)
    picture = np.clip(picture, 0, 1) ** (1 / rng.uniform(1.8, 2.6))
    bend = rng.uniform(-0.1, 0.45)
    picture = picture + bend * (picture**2 * (3 - 2 * picture) - picture)
    if rng.random() < 0.25:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
        picture = picture + rng.uniform(0.3, 1.5) * (picture - soft)
    stored = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        ok, data = cv2.imencode(
            ".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        )
        stored = cv2.imdecode(data, cv2.IMREAD_COLOR) if ok else stored
    return stored
