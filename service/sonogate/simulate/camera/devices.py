"""Draws of displays: panels and the housings around them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sonogate.simulate.camera.seeds import log_uniform, stage_rng
from sonogate.simulate.camera.setup import HousingSetup, PanelSetup

_INCH_MM = 25.4


def draw_panel(seed: int, export_size_wh: tuple[int, int]) -> PanelSetup:
    """Draw a panel for an export's grid: monitor, console or handheld by its shape."""
    rng = stage_rng(seed, "panel")
    width, height = export_size_wh
    handheld = height > width
    inches = rng.uniform(5.5, 12.9) if handheld else rng.uniform(10.0, 24.0)
    matte = bool(rng.random() < 0.55) and not handheld
    oled = handheld and rng.random() < 0.5
    subpixels: Literal["rgb", "bgr", "pentile"] = (
        "pentile" if oled else ("bgr" if rng.random() < 0.1 else "rgb")
    )
    pulsed = rng.random() < 0.2
    # A protective film adds two surfaces of its own, and often a dull one.
    own = stage_rng(seed, "film")
    film = own.random() < 0.12
    film_reflectance = float(own.uniform(0.02, 0.06)) if film else 0.0
    film_haze = log_uniform(own, 0.003, 0.03) if film else 0.0
    reflectance = float(rng.uniform(0.015, 0.045) if matte else rng.uniform(0.03, 0.055))
    return PanelSetup(
        pitch_mm=float(inches * _INCH_MM / np.hypot(width, height)),
        gamma=float(np.clip(rng.normal(2.2, 0.12), 1.9, 2.5)),
        contrast=log_uniform(rng, 5e3, 1e5) if oled else log_uniform(rng, 350.0, 1800.0),
        white_rgb=(float(rng.normal(1.0, 0.05)), 1.0, float(rng.normal(1.02, 0.08))),
        off_axis=float(rng.uniform(0.5, 3.0)),
        off_axis_gamma=float(rng.uniform(0.0, 0.6)),
        backlight=1.0 - rng.uniform(0.0, 0.22) * rng.random((3, 4)),
        subpixels=subpixels,
        aperture_wh=(float(rng.uniform(0.62, 0.9)), float(rng.uniform(0.7, 0.95))),
        pwm_depth=float(rng.uniform(0.03, 0.3)) if pulsed else 0.0,
        pwm_period=log_uniform(rng, 0.08, 0.9),
        pwm_phase=float(rng.uniform(0, 2 * np.pi)),
        matte=matte,
        reflectance=reflectance + film_reflectance,
        roughness_deg=log_uniform(rng, 2.0, 9.0) if matte else 0.0,
        haze=film_haze
        + (log_uniform(rng, 0.008, 0.05) if matte else log_uniform(rng, 0.001, 0.01)),
        smudge=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.35 else 0.0,
        dust=int(rng.integers(20, 200)) if rng.random() < 0.3 else 0,
    )


def draw_housing(seed: int, handheld: bool) -> HousingSetup:
    """Draw a bezel: black monitors, pale medical plastics, thin modern frames."""
    rng = stage_rng(seed, "housing")
    tone = rng.random()
    if tone < 0.55:
        grey = log_uniform(rng, 0.008, 0.06)
    elif tone < 0.7:
        grey = float(rng.uniform(0.1, 0.3))
    else:
        grey = float(rng.uniform(0.4, 0.8))
    tint = rng.normal(0.0, 0.03, 3) + (
        np.array([-0.12, 0.0, 0.15]) if rng.random() < 0.12 else np.array([0.02, 0.0, -0.03])
    )
    red, green, blue = (float(max(grey * (1.0 + shift), 0.004)) for shift in tint)
    side = log_uniform(rng, 2.0, 7.0) if handheld else log_uniform(rng, 4.0, 38.0)
    chin = side * float(rng.uniform(1.0, 1.3) if rng.random() < 0.45 else rng.uniform(1.4, 3.5))
    top = side * float(rng.uniform(0.85, 1.3))
    extras: list[Literal["logo", "led", "buttons", "stand", "console", "laptop"]] = []
    if rng.random() < 0.6 and chin > 8:
        extras.append("logo")
    if rng.random() < 0.4:
        extras.append("led")
    if rng.random() < 0.35 and chin > 10:
        extras.append("buttons")
    below = rng.random()
    if not handheld and below < 0.35:
        extras.append("stand")
    elif not handheld and below < 0.75:
        extras.append("console")
    thin_glass = grey < 0.06 and rng.random() < 0.4
    if not handheld and stage_rng(seed, "laptop").random() < 0.12:
        extras = ["laptop"]
    return HousingSetup(
        sides_mm=(side, top, side, chin),
        border_mm=log_uniform(rng, 0.8, 8.0) if thin_glass else float(rng.uniform(0.3, 2.0)),
        radius_mm=log_uniform(rng, 1.5, 16.0),
        albedo=(red, green, blue),
        border_albedo=float(rng.uniform(0.004, 0.03)),
        glossy=1.0 if thin_glass else float(rng.uniform(0.0, 0.4)),
        extras=tuple(extras),
    )
