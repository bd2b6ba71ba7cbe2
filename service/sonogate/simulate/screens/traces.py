"""Pictures that run in time or depth of field: Doppler spectra, M-mode, rendered volumes."""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.simulate.screens.bmode import tinted
from sonogate.simulate.screens.tissue import Tissue, smooth_noise
from sonogate.types import FloatArray, HeatArray, PixelArray

Rng = np.random.Generator


def _beat(phase: FloatArray, kind: int) -> FloatArray:
    """Return velocity over one heart beat, phase 0–1."""
    if kind == 0:  # low-resistance artery
        rise = np.exp(-0.5 * ((phase - 0.13) / 0.05) ** 2)
        notch = 0.28 * np.exp(-0.5 * ((phase - 0.34) / 0.06) ** 2)
        return np.asarray(0.26 + 0.62 * rise + notch + 0.12 * np.exp(-2.5 * phase))
    if kind == 1:  # high-resistance artery, flow reverses
        rise = np.exp(-0.5 * ((phase - 0.14) / 0.045) ** 2)
        back = np.exp(-0.5 * ((phase - 0.3) / 0.05) ** 2)
        return np.asarray(
            0.9 * rise - 0.3 * back + 0.12 * np.exp(-0.5 * ((phase - 0.47) / 0.06) ** 2)
        )
    if kind == 2:  # mitral inflow
        early = np.exp(-0.5 * ((phase - 0.45) / 0.07) ** 2)
        return np.asarray(0.85 * early + 0.6 * np.exp(-0.5 * ((phase - 0.78) / 0.05) ** 2))
    return np.asarray(0.35 + 0.1 * np.sin(2 * np.pi * phase))  # vein


def spectrum(
    rng: Rng, size_wh: tuple[int, int], tint: tuple[int, int, int]
) -> tuple[PixelArray, float]:
    """Return a spectral display and the height of its baseline as a share from the top."""
    width, height = size_wh
    kind = int(rng.integers(4))
    baseline = float(rng.uniform(0.5, 0.85)) if rng.random() < 0.7 else float(rng.uniform(0.2, 0.5))
    beats = width / max(height, 1) * float(rng.uniform(0.8, 1.8))
    time = np.linspace(0, beats, width)
    drift = np.interp(time, np.arange(int(beats) + 3), rng.normal(1, 0.05, int(beats) + 3))
    peak = _beat(np.mod(time + rng.random(), 1.0), kind) * drift * float(rng.uniform(0.55, 0.95))
    way = -1.0 if baseline < 0.5 else 1.0
    reach = max(baseline, 1 - baseline)
    speed = (baseline - np.linspace(0, 1, height))[:, None] / reach * way
    top = peak[None, :]
    share = speed / np.where(np.abs(top) < 0.02, 0.02, top)
    wide = float(rng.uniform(0.1, 0.35)) if kind < 3 else 0.5
    body = np.exp(-0.5 * ((share - (1 - wide)) / wide) ** 2) + 0.25 * ((share > 0) & (share < 1))
    body *= 1 / (1 + np.exp(np.clip((share - 1) * 26, -40, 40)))
    body *= (share > 0) * np.minimum(1.0, np.abs(top) * 5)
    grain = rng.exponential(1.0, (height, width)).astype(np.float32)
    grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), sigmaX=1.1, sigmaY=0.7), np.float32)
    hiss = 0.006 * float(rng.uniform(0.3, 2.5))
    power = (body + hiss) * grain
    grey = 150 + 22 * np.log2(np.maximum(power, 1e-5))
    grey = np.where(np.abs(speed) < float(rng.uniform(0.01, 0.04)), 0, grey)
    pixels = tinted(np.asarray(np.clip(grey, 0, 255), np.float32), tint)
    row = round(baseline * (height - 1))
    pixels[row : row + 1] = (190, 190, 190)
    return pixels, baseline


def motion(
    rng: Rng, tissue: Tissue, size_wh: tuple[int, int], tint: tuple[int, int, int]
) -> PixelArray:
    """Return an M-mode strip of the tissue along one beam."""
    width, height = size_wh
    rows, columns = tissue.shape
    column = int(columns * rng.uniform(0.35, 0.65))
    step_cm = tissue.fan.depth_cm / rows
    level = tissue.level_db[:, column] - 2 * step_cm * np.cumsum(tissue.loss_db_cm[:, column])
    level = level + 3 * smooth_noise(rng, (rows, 1), (rows // 3, 1))[:, 0]
    mirror = tissue.interface[:, column]
    beats = width / max(height, 1) * float(rng.uniform(0.8, 1.6))
    phase = np.mod(np.linspace(0, beats, width) + rng.random(), 1)
    push = np.exp(-0.5 * ((phase - 0.35) / 0.16) ** 2)
    along = np.linspace(0, 1, height)[:, None]
    amount = 0.05 * np.sin(np.pi * along) * smooth_noise(rng, (height, 1), (4, 1))
    at = np.clip(along + amount * push[None] + 0.004 * np.sin(9 * phase)[None], 0, 1) * (rows - 1)
    across = np.zeros_like(at, np.float32)
    stack = np.stack([level, mirror], 1).astype(np.float32)[:, None, :]
    moved = cv2.remap(stack, across, at.astype(np.float32), cv2.INTER_LINEAR)
    noise = rng.standard_normal((height, width, 2), np.float32)
    field = noise * np.exp(moved[..., :1] * np.float32(np.log(10) / 20))
    field[..., 0] += moved[..., 1] * np.float32(0.7)
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), sigmaX=2.4, sigmaY=1.2), np.float32) * 6
    envelope = np.asarray(cv2.magnitude(field[..., 0], field[..., 1]), np.float32)
    grey = (0.42 + 20 * np.log10(envelope + 1e-4) / 62) * 255
    return tinted(np.asarray(np.clip(grey, 0, 255), np.float32), tint)


def rendered_volume(rng: Rng, size_wh: tuple[int, int]) -> PixelArray:
    """Return a shaded surface, as of a fetus, on black."""
    width, height = size_wh
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    x = x * np.float32(width / height)
    x += 0.06 * smooth_noise(rng, (height, width), (6, 6))
    y += 0.06 * smooth_noise(rng, (height, width), (6, 6))

    def bump(cx: float, cy: float, a: float, b: float, turn: float = 0.0) -> HeatArray:
        c, s = np.cos(turn), np.sin(turn)
        u, v = ((x - cx) * c + (y - cy) * s) / a, ((y - cy) * c - (x - cx) * s) / b
        return np.asarray(np.sqrt(np.maximum(0, 1 - u * u - v * v)), np.float32)

    cx, cy, lean = rng.uniform(-0.2, 0.2), rng.uniform(-0.3, 0.05), rng.uniform(-0.5, 0.5)
    surface = 0.9 * bump(cx, cy, 0.55, 0.68, lean)
    face = (
        (0, 0.1, 0.1, 0.2, 0.35),
        (-0.2, -0.06, 0.13, 0.07, -0.2),
        (0.2, -0.06, 0.13, 0.07, -0.2),
    )
    low_face = (
        (0, 0.36, 0.17, 0.06, 0.2),
        (-0.22, 0.2, 0.18, 0.16, 0.16),
        (0.22, 0.2, 0.18, 0.16, 0.16),
    )
    for dx, dy, a, b, rise in (*face, *low_face):
        px = cx + dx * np.cos(lean) - dy * np.sin(lean)
        py = cy + dx * np.sin(lean) + dy * np.cos(lean)
        surface += rise * bump(px, py, a, b, lean)
    for _ in range(int(rng.integers(2, 5))):
        limb = bump(
            rng.uniform(-0.8, 0.8), rng.uniform(0.3, 0.9), 0.5, 0.14, rng.uniform(-1.5, 1.5)
        )
        surface = np.maximum(surface, limb * float(rng.uniform(0.3, 0.7)))
    wall = 0.35 + 0.2 * smooth_noise(rng, (height, width), (5, 5))
    rim = 1 / (1 + np.exp((0.85 - np.hypot(x, y)) * 14))
    surface = np.maximum(surface, wall * rim)
    surface += 0.012 * smooth_noise(rng, (height, width), (40, 40))
    surface = np.asarray(cv2.GaussianBlur(surface, (0, 0), max(1.0, height / 220)), np.float32)
    slope_y, slope_x = np.gradient(surface * np.float32(height / 2))
    light = np.array([rng.uniform(-0.7, 0.7), -0.6, 0.7])
    shade = (-slope_x * light[0] - slope_y * light[1] + light[2]) / np.sqrt(
        (slope_x**2 + slope_y**2 + 1) * float(light @ light)
    )
    depth = np.clip(surface / 1.1, 0, 1)
    tone = np.clip(0.1 + 0.9 * shade, 0, 1) * (0.25 + 0.75 * depth)
    tone *= 1 + 0.05 * rng.standard_normal((height, width), np.float32)
    tone *= 1 / (1 + np.exp((np.hypot(x / (width / height), y) - 0.93) * 24))
    ends = ((255, 214, 160), (255, 196, 150), (240, 226, 200), (255, 230, 120))
    warm = np.array(ends[int(rng.integers(len(ends)))], np.float32) / 255
    tone = np.clip(tone, 0, 1)[..., None]
    return np.asarray(np.round(255 * tone ** (1.6 - 0.8 * warm)), np.uint8)
