"""What the phone makes of linear light: white balance, tone, colour, sharpening."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import enlarge, gaussian, mix_channels, shrink
from sonogate.simulate.camera.setup import PhoneSetup
from sonogate.types import PixelArray

_LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_TABLE_SIZE = 4096
_METER_TARGET = 0.15
_LIFT_TARGET = 0.28
_MOST_LIFT = 5.0


def meter(light: NDArray[np.float32]) -> float:
    """Return the exposure that an automatic, centre-weighted meter would choose.

    Args:
        light: (h, w, 3) float32 scene.

    Returns:
        Raw level of the screen's white over saturation.
    """
    mean = _centre_mean(light)
    return float(np.clip(_METER_TARGET / max(mean, 1e-4), 0.4, 3.0))


def _centre_mean(light: NDArray[np.float32]) -> float:
    small = shrink(light, (32, 32))
    luma = np.minimum((small @ _LUMA[0]), 3.0)
    grid = np.linspace(-1, 1, 32)
    weight = np.exp(-2.0 * (grid[:, None] ** 2 + grid[None, :] ** 2))
    return float((luma * weight).sum() / weight.sum())


def auto_lift(light: NDArray[np.float32], phone: PhoneSetup) -> float:
    """Return how far the phone lifts the dark tones of an exposed scene, 0 for not at all.

    The exposure keeps highlights; this is what makes up for it, as bracketed merging does.
    """
    mean = max(_centre_mean(np.minimum(light, 1.0)), 1e-3)
    wanted = (_LIFT_TARGET - mean) / (mean * (1.0 - _LIFT_TARGET))
    return float(phone.auto_tone * np.clip(wanted, 0.0, _MOST_LIFT))


def tone_table(phone: PhoneSetup, lift: float = 0.0) -> NDArray[np.uint8]:
    """Return the codes of linear light 0–1 in 4096 steps: sRGB's curve and an S on it.

    Args:
        phone: The phone's processing.
        lift: Slope of the darkest tones less one, from ``auto_lift``; white stays white.
    """
    linear = np.arange(_TABLE_SIZE) / (_TABLE_SIZE - 1)
    linear = (1.0 + lift) * linear / (1.0 + lift * linear)
    code = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    bent = code * code * (3.0 - 2.0 * code)
    curve = (1 - phone.contrast) * code + phone.contrast * bent
    return np.asarray(np.rint(255.0 * np.clip(curve, 0, 1)), np.uint8)


def colour_matrix(phone: PhoneSetup) -> NDArray[np.float32]:
    """Return white balance and saturation as one 3×3 matrix."""
    grey = np.repeat(_LUMA, 3, axis=0)
    saturation = phone.saturation * np.eye(3) + (1 - phone.saturation) * grey
    return np.asarray(saturation @ np.diag(1.0 / np.asarray(phone.white_rgb)), np.float32)


def local_gain(light: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """Return the gain of local tone mapping: dark neighbourhoods are lifted.

    Args:
        light: (h, w, 3) exposed picture.
        strength: 0–1.

    Returns:
        (rows, columns) float32 at a low resolution.
    """
    factor = 64.0 / max(light.shape[:2])
    size = (max(round(light.shape[1] * factor), 4), max(round(light.shape[0] * factor), 4))
    luma = np.clip(mix_channels(shrink(light, size), _LUMA), 0.003, 1)
    around = gaussian(np.asarray(luma, np.float32), 5.0)
    return np.asarray(np.clip((around / 0.18) ** (-0.5 * strength), 0.6, 2.5), np.float32)


def render(light: NDArray[np.float32], phone: PhoneSetup) -> PixelArray:
    """Turn an exposed linear picture into sRGB codes, without denoising or sharpening."""
    lift = auto_lift(light, phone)
    if phone.local_tone > 0:
        gain = local_gain(light, phone.local_tone)
        light = light * enlarge(gain, (light.shape[1], light.shape[0]))[..., None]
    balanced = mix_channels(light, colour_matrix(phone))
    index = np.clip(balanced * np.float32(_TABLE_SIZE - 1), 0, _TABLE_SIZE - 1).astype(np.uint16)
    return np.asarray(tone_table(phone, lift)[index], np.uint8)


def sharpen(pixels: PixelArray, amount: float, radius_px: float) -> PixelArray:
    """Sharpen by unsharp masking."""
    if amount < 0.05:
        return pixels
    soft = cv2.GaussianBlur(pixels, (0, 0), radius_px)
    return np.asarray(cv2.addWeighted(pixels, 1 + amount, soft, -amount, 0), np.uint8)
