"""More text than a screen has: of every size, script, direction and faintness."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.screens.fonts import draw_face, render_text
from sonogate.simulate.screens.identifiers import draw_locale, draw_patient
from sonogate.simulate.screens.writing import Rng, label, pick, words, write_number
from sonogate.simulate.values import Export

Pixels = NDArray[np.uint8]
Lines = list[tuple[int, int, int, int]]
STYLES = ("sans", "sans", "bold", "condensed", "mono", "serif", "bitmap")
KINDS = ("name", "name", "number", "birth_date", "age_sex", "date_time", "institution", "operator")
MIN_SIZE_PX, MAX_SIZE_PX = 6.0, 30.0
VISIBLE_LEVELS = 6


def scribble(rng: Rng, export: Export, count: int) -> tuple[Pixels, Lines]:
    """Write up to ``count`` more lines on an export, most of them in its picture.

    Returns:
        The pixels, and the box of every line on them, x0, y0, x1, y1 (ends exclusive).
    """
    pixels = export.pixels.copy()
    height, width = pixels.shape[:2]
    taken = np.zeros((height, width), dtype=np.uint8)
    lines: Lines = []
    for text in export.texts:
        h, w = text.ink.shape
        x, y = text.ink_xy
        lines.append((x, y, x + w, y + h))
        taken[max(0, y - 3) : y + h + 3, max(0, x - 6) : x + w + 6] = 1
    area = (0.0, 0.0, float(width), float(height))
    if export.scan_area_xy is not None:
        low, high = export.scan_area_xy.min(0), export.scan_area_xy.max(0)
        area = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    for _ in range(count):
        x0, y0, x1, y1 = area if rng.random() < 0.8 else (0.0, 0.0, float(width), float(height))
        at = (int(rng.uniform(x0, x1)), int(rng.uniform(y0, y1)))
        line = _write(rng, pixels, taken, at)
        if line is not None:
            lines.append(line)
    return pixels, lines


def _string(rng: Rng) -> str:
    draw = rng.random()
    if draw < 0.55:
        patient = draw_patient(rng, draw_locale(rng))
        return patient.of(pick(rng, KINDS))  # type: ignore[arg-type]
    if draw < 0.7:
        lists = words()
        exam = pick(rng, list(lists["annotations"]))
        return pick(rng, lists["annotations"][exam])
    if draw < 0.8:
        return write_number(rng)
    if draw < 0.88:
        value = f"{rng.uniform(0, 30):.{int(rng.integers(0, 3))}f} "
        return value + pick(rng, ("cm", "mm", "cm/s"))
    if draw < 0.94:
        return label(rng, "name", "en")
    return "".join(chr(int(rng.integers(33, 127))) for _ in range(int(rng.integers(2, 9))))


def _write(
    rng: Rng, pixels: Pixels, taken: Pixels, at: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    size_px = round(float(np.exp(rng.uniform(np.log(MIN_SIZE_PX), np.log(MAX_SIZE_PX)))))
    text = _string(rng)
    if not text.strip():
        return None
    face = draw_face(rng, pick(rng, STYLES))  # type: ignore[arg-type]
    glyphs, _ = render_text(face, size_px, text[:40])
    if rng.random() < 0.22:
        glyphs = np.rot90(glyphs, 1 if rng.random() < 0.6 else 3)
    rows, columns = np.flatnonzero(glyphs.any(1)), np.flatnonzero(glyphs.any(0))
    if rows.size == 0:
        return None
    glyphs = glyphs[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    h, w = glyphs.shape
    x, y = at[0] - w // 2, at[1] - h // 2
    if x < 3 or y < 3 or x + w + 3 > pixels.shape[1] or y + h + 3 > pixels.shape[0]:
        return None
    if taken[y - 3 : y + h + 3, x - 3 : x + w + 3].any():
        return None
    patch = pixels[y : y + h, x : x + w].astype(np.float32)
    backdrop = float(patch.mean())
    colour = np.full(3, float(rng.uniform(0, 255)))
    draw = rng.random()
    if draw < 0.6:
        colour = np.full(3, float(rng.uniform(150, 255)))
    elif draw < 0.85:
        colour = rng.uniform(0, 255, 3)
        colour[int(rng.integers(3))] = 255.0
    opacity = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.25, 1.0))
    after = patch
    if rng.random() < 0.08:
        # A filled box behind the line.
        box = rng.uniform(0, 255, 3)
        m = int(rng.integers(1, 4))
        pixels[y - m : y + h + m, x - m : x + w + m] = np.round(box)
        after = pixels[y : y + h, x : x + w].astype(np.float32)
        backdrop = float(box.mean())
    elif rng.random() < 0.3:
        ring = cv2.dilate(glyphs, np.ones((3, 3), np.uint8)).astype(np.float32)[..., None] / 255
        after = after * (1 - ring * opacity)
    if abs(float(colour.mean()) - backdrop) < 40:
        colour = np.full(3, 255.0 if backdrop < 128 else 0.0)
    cover = glyphs.astype(np.float32)[..., None] / 255 * opacity
    after = after + cover * (colour - after)
    if float(np.abs(after - patch).max()) < VISIBLE_LEVELS:
        return None
    pixels[y : y + h, x : x + w] = np.clip(np.round(after), 0, 255)
    taken[y - 3 : y + h + 3, x - 6 if x > 6 else 0 : x + w + 6] = 1
    return x, y, x + w, y + h
