"""From tissue to grey picture: speckle, attenuation, log compression, scan conversion.

Fully developed speckle is the envelope of complex Gaussian scatterers seen through the
system's point-spread function (Burckhardt 1978; Wagner et al. 1983). The function is
taken as separable and Gaussian on the beam grid, its lateral width changing with depth
about the transmit focus.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from sonogate.simulate.screens.geometry import Fan, View
from sonogate.simulate.screens.tissue import Tissue, smooth_noise
from sonogate.types import HeatArray, PixelArray


@dataclass(frozen=True, slots=True)
class Look:
    """How the machine turns echoes into greys.

    Attributes:
        dynamic_range_db: Span of the grey scale.
        gain_db: Overall gain.
        focus: Depth of the transmit focus, share of the depth.
        axial_px: Deviation of the pulse, grid rows.
        lateral_px: Deviation of the beam at the focus, grid columns.
        looks: Frames compounded; more look smoother.
        gamma: Exponent of the grey map.
        noise_db: Electronic noise at the deepest row, relative to parenchyma.
        smooth: Strength of the edge-keeping speckle filter, 0–1.
        tint: RGB of white: 255s for grey, others for a chroma map.
        ring: Strength of the bands that the probe's face leaves at the top.
        fade_db: Echoes lost at the deepest row.
        contact_db: Echoes lost under patches of poor contact.
        haze_db: Clutter that fills dark parts, near the probe, relative to parenchyma.
        streak_db: Strength of the small reflectors in tissue.
        base: Grey of parenchyma, 0–1.
    """

    dynamic_range_db: float
    gain_db: float
    focus: float
    axial_px: float
    lateral_px: float
    looks: int
    gamma: float
    noise_db: float
    smooth: float
    tint: tuple[int, int, int]
    ring: float
    fade_db: float
    contact_db: float
    haze_db: float
    streak_db: float
    base: float


TINTS = ((255, 255, 255), (255, 240, 214), (226, 236, 255), (255, 228, 190), (236, 255, 246))


def draw_look(rng: np.random.Generator, fan: Fan) -> Look:
    """Draw a machine's settings for a field of view."""
    old = bool(rng.random() < 0.25)
    wide = fan.kind in {"phased", "endocavity"}
    return Look(
        dynamic_range_db=float(rng.uniform(52, 76)),
        gain_db=float(rng.normal(-0.5, 4.5)),
        focus=float(rng.uniform(0.25, 0.7)),
        axial_px=float(rng.uniform(0.65, 1.15) * (1.3 if old else 1.0)),
        lateral_px=float(rng.uniform(1.0, 2.1) * (1.25 if wide else 1.0)),
        looks=1 if old else int(rng.choice([1, 2, 3, 4], p=[0.15, 0.35, 0.3, 0.2])),
        gamma=float(rng.uniform(0.9, 1.35)),
        noise_db=float(rng.uniform(-42, -20)),
        smooth=0.0 if old else float(rng.choice([0.0, 0.4, 0.8])),
        tint=TINTS[int(rng.choice(5, p=[0.72, 0.08, 0.12, 0.05, 0.03]))],
        ring=float(rng.uniform(0.1, 0.7)),
        fade_db=float(max(0.0, rng.normal(5, 7))),
        contact_db=float(rng.exponential(8)),
        haze_db=float(rng.uniform(-44, -15)),
        streak_db=float(rng.uniform(1.0, 4.5)),
        base=float(rng.uniform(0.28, 0.44)),
    )


def grid_shape(view: View) -> tuple[int, int]:
    """Return rows and columns of a beam grid that suits a view's size."""
    rows = int(np.clip(view.px_per_cm * view.fan.depth_cm * 0.9, 48, 720))
    columns = int(np.clip(max(view.size_wh) * 0.42, 40, 384))
    return rows, columns


def _blurred(field: HeatArray, look: Look) -> HeatArray:
    """Blur (rows, columns, channels) laterally by depth and axially by the pulse."""
    rows = field.shape[0]
    depth = np.linspace(0, 1, rows, dtype=np.float32)
    off = np.abs(depth - np.float32(look.focus)) / np.float32(max(look.focus, 1 - look.focus))
    width = 1 + np.float32(1.5) * off  # in units of the width at the focus
    total = np.zeros_like(field)
    stops = (1.0, 1.6, 2.5)
    for index, stop in enumerate(stops):
        before = stops[index - 1] if index else None
        after = stops[index + 1] if index + 1 < len(stops) else None
        share = np.ones(rows, np.float32)
        if before is not None:
            share = np.minimum(share, (width - before) / (stop - before))
        if after is not None:
            share = np.minimum(share, (after - width) / (after - stop))
        share = np.clip(share, 0, 1)
        if not share.any():
            continue
        sigma = look.lateral_px * stop
        soft = cv2.GaussianBlur(field, (0, 0), sigmaX=sigma, sigmaY=look.axial_px)
        # Unit deviation whatever the width, so that the beam only changes the texture.
        norm = np.float32(2 * np.sqrt(np.pi * sigma * look.axial_px))
        total += soft * (share * norm)[:, None, None]
    return total


def _bands(rng: np.random.Generator, tissue: Tissue) -> HeatArray:
    """Return the horizontal ringing close to the probe's face, as an amplitude."""
    columns = tissue.shape[1]
    depth_mm = tissue.depth_cm * np.float32(10)
    pitch, decay = rng.uniform(0.5, 1.4), rng.uniform(0.3, 1.1) * np.sqrt(tissue.fan.depth_cm / 6)
    wave = np.exp(-depth_mm / np.float32(decay)) * (
        1 + np.cos(2 * np.pi * depth_mm / np.float32(pitch))
    )
    sway = 1 + 0.25 * smooth_noise(rng, (1, columns), (2, 12))
    return np.asarray(wave[:, None] * sway * 6, np.float32)


def beam_picture(rng: np.random.Generator, tissue: Tissue, look: Look) -> HeatArray:
    """Return the log-compressed picture on the beam grid, float32 0–255."""
    rows, columns = tissue.shape
    step_cm = tissue.fan.depth_cm / rows
    tissue.streak(look.streak_db)
    lost = np.cumsum(tissue.loss_db_cm, axis=0) * np.float32(2 * step_cm)
    lost = np.asarray(cv2.GaussianBlur(lost, (0, 0), sigmaX=max(0.8, look.lateral_px), sigmaY=0.3))
    np.clip(lost, -12, 60, out=lost)
    # Poor contact and gas dim whole beams, and depth dims all of them, the more the deeper.
    deep = np.linspace(0, 1, rows, dtype=np.float32)
    dim = np.maximum(smooth_noise(rng, (1, columns), (2, int(rng.integers(5, 16)))) - 0.6, 0)
    lost += np.float32(look.contact_db) * dim * np.sqrt(deep)[:, None]
    lost += (np.float32(look.fade_db) * deep**2)[:, None]
    haze = (
        np.float32(look.haze_db) - 16 * deep[:, None] + 4 * smooth_noise(rng, tissue.shape, (4, 5))
    )
    level = np.logaddexp(tissue.level_db * np.float32(0.23), haze * np.float32(0.23)) / np.float32(
        0.23
    )
    amplitude = np.exp((level - lost) * np.float32(np.log(10) / 20))
    mirrors = tissue.interface * np.exp(lost * np.float32(-np.log(10) / 20))
    mirrors += _bands(rng, tissue) * np.float32(look.ring)
    floor = np.exp((np.float32(look.noise_db) + 26 * (deep - 1)) * np.float32(np.log(10) / 20))
    envelope = np.zeros(tissue.shape, np.float32)
    for _ in range(look.looks):
        field = rng.standard_normal((rows, columns, 2), np.float32) * amplitude[..., None]
        field[..., 0] += mirrors * np.float32(1.2)
        field = _blurred(field, look)
        hiss = rng.standard_normal((rows, columns, 2), np.float32)
        hiss = np.asarray(
            cv2.GaussianBlur(hiss, (0, 0), sigmaX=0.7, sigmaY=look.axial_px * 0.7), np.float32
        )
        field += hiss * (floor * np.float32(2.4))[:, None, None]
        envelope += np.asarray(cv2.magnitude(field[..., 0], field[..., 1]), np.float32)
    envelope *= np.float32(1 / (look.looks * 1.25))
    if look.smooth:
        soft = cv2.bilateralFilter(np.log(envelope + np.float32(1e-4)), 5, 0.7, 1.6)
        envelope = np.exp(soft * look.smooth) * envelope ** np.float32(1 - look.smooth)
    shown = np.float32(20) * np.log10(envelope + np.float32(1e-4))
    slope = smooth_noise(rng, (rows, 1), (4, 1)) * np.float32(1.6)
    shown += slope + np.float32(look.gain_db)
    edge = 1.2 * smooth_noise(rng, (1, columns), (1, 6))
    share = np.float32(look.base) + (shown + edge) / np.float32(look.dynamic_range_db)
    grey = np.clip(share, 0, 1) ** np.float32(look.gamma)
    return np.asarray(np.minimum(grey, 1) * 255, np.float32)


def sample(grid: HeatArray, view: View, *, nearest: bool = False) -> HeatArray:
    """Scan-convert values of the beam grid to the view's pixels."""
    rows, columns = grid.shape[:2]
    return np.asarray(
        cv2.remap(
            grid,
            view.columns * np.float32(columns - 1),
            view.rows * np.float32(rows - 1),
            cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def tinted(grey: HeatArray, tint: tuple[int, int, int]) -> PixelArray:
    """Colour a grey picture with a chroma map that keeps black and white apart."""
    levels = np.arange(256, dtype=np.float64) / 255
    table = np.empty((256, 3), np.uint8)
    for channel, top in enumerate(tint):
        # The tint is strongest in the middle greys, as chroma maps are.
        power = np.log(0.5 * (top / 255) ** 0.6) / np.log(0.5)
        table[:, channel] = np.round(255 * levels**power)
    return table[np.clip(np.round(grey), 0, 255).astype(np.uint8)]
