"""What medical displays show: traces and numbers, ultrasound pages, made-up scans."""

from __future__ import annotations

import cv2
import numpy as np

from models.training.locator.screens import Content, Picture, blank, box, shade, vivid, words


def vital_signs(rng: np.random.Generator) -> Content:
    """A bedside monitor or ventilator: traces and large coloured numbers."""
    light = rng.random() < 0.35
    pixels = blank(
        rng,
        shade(rng, 190, 245) if light else shade(rng, 0, 25),
        float(rng.choice([4 / 3, 4 / 3, 1.6, 1.25, 16 / 9])),
    )
    h, w = pixels.shape[:2]
    split = w * rng.uniform(0.55, 0.8)
    rows = int(rng.integers(2, 7))
    top, bottom = h * rng.uniform(0.02, 0.12), h * rng.uniform(0.75, 0.97)
    for row in range(rows):
        colour = shade(rng, 10, 100, 60) if light else vivid(rng)
        y0, dy = top + (bottom - top) * row / rows, (bottom - top) / rows
        t = np.arange(int(split))
        wave = np.sin(t * rng.uniform(0.04, 0.25)) ** int(rng.choice([1, 2, 8, 15]))
        wave = wave * rng.uniform(0.3, 1.0) + 0.15 * np.sin(t * rng.uniform(0.1, 0.5))
        line = np.stack([t + 2, y0 + dy * (0.5 - 0.35 * wave)], 1).astype(np.int32)
        cv2.polylines(
            pixels,
            [line],
            isClosed=False,
            color=colour,
            thickness=int(rng.integers(1, 3)),
            lineType=cv2.LINE_AA,
        )
        if rng.random() < 0.85:
            number = str(int(rng.integers(5, 200)))
            scale = dy / 40 * rng.uniform(0.6, 1.1)
            cv2.putText(
                pixels,
                number,
                (int(split + w * 0.03), int(y0 + dy * 0.8)),
                cv2.FONT_HERSHEY_SIMPLEX,
                scale,
                colour,
                max(1, int(scale * 2.5)),
                cv2.LINE_AA,
            )
    if rng.random() < 0.5:
        box(pixels, 0, 0, w, top * 0.8, shade(rng, 20, 120, 30))
    if rng.random() < 0.6:
        for k in range(int(rng.integers(4, 12))):
            box(
                pixels, w * (0.01 + k * 0.08), h * 0.93, w * 0.06, h * 0.05, shade(rng, 40, 220, 40)
            )
    return Content(pixels, ultrasound=False)


def ultrasound(rng: np.random.Generator, scan: Picture) -> Content:
    """An ultrasound machine's page around the scan picture ``scan``."""
    light = rng.random() < 0.12
    ground = shade(rng, 180, 230) if light else shade(rng, 0, 45 if rng.random() < 0.5 else 8)
    pixels = blank(rng, ground)
    h, w = pixels.shape[:2]
    ink = shade(rng, 10, 80) if light else shade(rng, 120, 240, 20)
    left, right = w * rng.choice([0.02, 0.12, 0.2]), w * rng.choice([0.03, 0.1, 0.2])
    top, bottom = h * rng.uniform(0.02, 0.14), h * rng.uniform(0.02, 0.14)
    if rng.random() < 0.5:
        box(pixels, 0, 0, w, top, shade(rng, 10, 120, 25))
    if rng.random() < 0.4:
        box(pixels, 0, h - bottom, w, bottom, shade(rng, 10, 110, 25))
    words(rng, pixels, (w * 0.02, 0, w * 0.9, top * 0.9), ink, h * rng.uniform(0.018, 0.03))
    words(
        rng,
        pixels,
        (2, top * 1.2, left * 0.9, h * rng.uniform(0.2, 0.7)),
        ink,
        h * rng.uniform(0.016, 0.028),
    )
    words(
        rng,
        pixels,
        (w - right * 0.95, top * 1.2, right * 0.9, h * rng.uniform(0.1, 0.5)),
        ink,
        h * rng.uniform(0.016, 0.028),
    )
    aw, ah = w - left - right, h - top - bottom
    scale = min(aw / scan.shape[1], ah / scan.shape[0]) * rng.uniform(0.8, 1.0)
    sw, sh = max(8, int(scan.shape[1] * scale)), max(8, int(scan.shape[0] * scale))
    x, y = int(left + (aw - sw) * rng.random()), int(top + (ah - sh) * rng.random())
    picture = cv2.resize(scan, (sw, sh), interpolation=cv2.INTER_AREA)
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.25:
        cx, cy, radius = (
            sw * rng.uniform(0.3, 0.7),
            sh * rng.uniform(0.3, 0.7),
            min(sw, sh) * rng.uniform(0.08, 0.2),
        )
        cv2.ellipse(
            picture, (int(cx), int(cy)), (int(radius), int(radius * 0.6)), 0, 0, 360, vivid(rng), -1
        )
    pixels[y : y + sh, x : x + sw] = picture
    if rng.random() < 0.6:
        ramp = np.linspace(255, 0, max(4, int(ah * 0.4)))[:, None, None].astype(np.uint8)
        bx, by = int(w - right - 10), int(top + 4)
        pixels[by : by + len(ramp), bx : bx + 6] = ramp
    if rng.random() < 0.35:
        for k in range(int(rng.integers(3, 10))):
            box(
                pixels,
                w * (0.02 + 0.09 * k),
                h * 0.95,
                w * 0.07,
                h * 0.035,
                shade(rng, 30, 140, 30),
            )
    corners = np.array([[x, y], [x + sw, y], [x + sw, y + sh], [x, y + sh]], np.float32)
    return Content(pixels, ultrasound=True, scan_xy=corners)


def speckle(rng: np.random.Generator) -> Picture:
    """A made-up scan picture: layered speckle in a sector or a rectangle."""
    h, w = 260, int(rng.integers(200, 340))
    noise = rng.rayleigh(1.0, (h, w)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=rng.uniform(1, 3), sigmaY=rng.uniform(0.6, 1.5))
    coarse = cv2.resize(
        rng.random((int(rng.integers(3, 9)), int(rng.integers(3, 7)))).astype(np.float32),
        (w, h),
        interpolation=cv2.INTER_CUBIC,
    )
    picture = (
        noise
        * np.clip(coarse, 0.02, 1) ** rng.uniform(1, 3)
        * np.linspace(1.3, rng.uniform(0.2, 1), h)[:, None]
    )
    picture = np.clip(picture * rng.uniform(60, 220), 0, 255).astype(np.uint8)
    if rng.random() < 0.65:
        mask = np.zeros((h, w), np.uint8)
        half = rng.uniform(25, 48)
        inner = int(h * rng.choice([0.0, 0.1, 0.3]))
        centre = (w // 2, -inner)
        cv2.ellipse(mask, centre, (h + inner - 2,) * 2, 90, -half, half, 255, -1)
        cv2.ellipse(mask, centre, (int(inner * 1.15),) * 2, 90, -half, half, 0, -1)
        picture[mask == 0] = 0
    return picture
