"""What the panel emits, pixel by pixel, before any subpixel is looked at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import Light, enlarge, shrink, smooth_field
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.setup import PanelSetup
from sonogate.types import FloatArray, PixelArray

_FIELD = 24


def view_cosines(geometry: Geometry, rows: int, columns: int) -> NDArray[np.float32]:
    """Return the cosine of the viewing angle over a coarse grid of the screen."""
    width, height = geometry.export_size_wh
    x = (np.arange(columns) + 0.5) * width / columns - width / 2
    y = (np.arange(rows) + 0.5) * height / rows - height / 2
    camera = -geometry.rotation.T @ geometry.centre_mm
    dx = x[None, :] * geometry.pitch_mm - camera[0]
    dy = y[:, None] * geometry.pitch_mm - camera[1]
    return np.asarray(-camera[2] / np.sqrt(dx**2 + dy**2 + camera[2] ** 2), np.float32)


def tone_table(panel: PanelSetup, geometry: Geometry) -> NDArray[np.float32]:
    """Return the light of each code and channel, (256, 1, 3) float32, white about 1.

    Off axis the panel's gamma flattens and its black leaks, which washes dark greys out.
    """
    cosine = float(view_cosines(geometry, 1, 1)[0, 0])
    gamma = panel.gamma * (1.0 - panel.off_axis_gamma * (1.0 - cosine))
    black = 1.0 / panel.contrast + panel.off_axis_gamma * (1.0 - cosine) * 0.01
    curve = black + (1.0 - black) * (np.arange(256) / 255.0) ** gamma
    return np.asarray(curve[:, None, None] * np.asarray(panel.white_rgb), np.float32)


def gain_field(panel: PanelSetup, geometry: Geometry) -> NDArray[np.float32]:
    """Return backlight and viewing-angle gain over a coarse grid of the screen."""
    rows = max(round(_FIELD * geometry.export_size_wh[1] / geometry.export_size_wh[0]), 4)
    backlight = smooth_field(panel.backlight, (_FIELD, rows))
    return np.asarray(
        backlight * view_cosines(geometry, rows, _FIELD) ** panel.off_axis, np.float32
    )


def emit(
    pixels: PixelArray, panel: PanelSetup, geometry: Geometry, scale: float = 1.0
) -> NDArray[np.float32]:
    """Return the panel's light, linear, units of screen white.

    Args:
        pixels: The export.
        panel: The panel.
        geometry: Where it is seen from.
        scale: Below 1, the light is averaged to a coarser grid of this scale.

    Returns:
        (rows, columns, 3) float32.
    """
    light: Light = np.asarray(cv2.LUT(pixels, tone_table(panel, geometry)), np.float32)
    if scale < 1.0:
        size = (max(round(light.shape[1] * scale), 8), max(round(light.shape[0] * scale), 8))
        light = shrink(light, size)
    light *= enlarge(gain_field(panel, geometry), (light.shape[1], light.shape[0]))[..., None]
    return light


def pwm_bands(panel: PanelSetup, positions: FloatArray, photo_length: int) -> NDArray[np.float32]:
    """Return the gain of a pulsed backlight at the rolling shutter's rows."""
    turns = positions / (photo_length * panel.pwm_period)
    wave = np.tanh(3.0 * np.sin(2 * np.pi * turns + panel.pwm_phase))
    return np.asarray(1.0 + panel.pwm_depth * wave, np.float32)
