"""OpenCV's filters on float32 light, with their types kept."""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Light: TypeAlias = NDArray[np.float32]

_TO_LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)


def gaussian(light: Light, sigma_px: float, sigma_y_px: float | None = None) -> Light:
    """Blur with a Gaussian of standard deviation ``sigma_px``, edges repeated."""
    down = sigma_px if sigma_y_px is None else sigma_y_px
    blurred = cv2.GaussianBlur(
        light, (0, 0), sigmaX=sigma_px, sigmaY=down, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(blurred, np.float32)


def correlate(light: Light, kernel: Light) -> Light:
    """Correlate with a kernel, edges repeated."""
    return np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def enlarge(light: Light, size_wh: tuple[int, int]) -> Light:
    """Resize bilinearly."""
    if light.shape[1::-1] == size_wh:
        return light
    return np.asarray(cv2.resize(light, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)


def smooth_field(coarse: NDArray[Any], size_wh: tuple[int, int]) -> Light:
    """Enlarge a coarse field bicubically."""
    values = np.asarray(coarse, np.float32)
    return np.asarray(cv2.resize(values, size_wh, interpolation=cv2.INTER_CUBIC), np.float32)


def shrink(light: Light, size_wh: tuple[int, int]) -> Light:
    """Resize by averaging areas."""
    return np.asarray(cv2.resize(light, size_wh, interpolation=cv2.INTER_AREA), np.float32)


def sample(light: Light, x: Light, y: Light) -> Light:
    """Look a picture up at (x, y) bilinearly, edges repeated."""
    seen = cv2.remap(light, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def mix_channels(light: Light, matrix: NDArray[Any]) -> Light:
    """Apply a matrix to the channels of each pixel."""
    return np.asarray(cv2.transform(light, np.asarray(matrix, np.float32)), np.float32)


def to_linear(pixels: NDArray[np.uint8]) -> Light:
    """Return the light of codes, exponent 2.2."""
    return np.asarray(cv2.LUT(pixels, _TO_LINEAR), np.float32)
