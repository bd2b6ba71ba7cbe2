"""The phone's processing of a demosaicked picture: colour, tone, denoising, sharpening."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import Light, enlarge, gaussian, mix_channels
from sonogate.simulate.camera.mosaic import OFFSET, SCALE, crosstalk_matrix, demosaic
from sonogate.simulate.camera.phone import auto_lift, colour_matrix, local_gain, tone_table
from sonogate.simulate.camera.raw import RawPicture
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.types import PixelArray

_WIENER_PX = 5
# The balanced colours' differences are noisier than luma; averaging takes some of it away.
_CHROMA_NOISE = 3.0
_CODES = 1 << 16


def develop_raw(raw: RawPicture, setup: CameraSetup) -> PixelArray:
    """Turn the sensor's picture into sRGB codes of the photo's size."""
    phone = setup.phone
    gain: Light | None = None
    if phone.local_tone > 0:
        gain = local_gain(raw.scene * np.float32(raw.exposure), phone.local_tone)
    lift = auto_lift(raw.scene * np.float32(raw.exposure), phone)
    return develop_colours(demosaic(raw.mosaic, setup.sensor, gain), setup, lift)


def develop_colours(
    colours: NDArray[np.uint16], setup: CameraSetup, lift: float = 0.0
) -> PixelArray:
    """Turn balanced colours, as ``demosaic`` gives them, into sRGB codes of the photo's size.

    Args:
        colours: (h, w, 3).
        setup: All that the photo is made with.
        lift: How far dark tones are lifted, from ``auto_lift``.
    """
    phone = setup.phone
    matrix = colour_matrix(phone) @ np.linalg.inv(crosstalk_matrix(setup.sensor))
    shift = OFFSET - matrix.sum(axis=1, keepdims=True) * OFFSET
    balanced = cv2.transform(colours, np.hstack([matrix, shift]))
    table = tone_table(phone, lift)
    pixels = clean(np.asarray(_tone_codes(table)[balanced], np.uint8), setup, table)
    width, height = setup.geometry.photo_size_wh
    if phone.zoom != 1.0:
        # Not a plain resize: the raw picture is a few pixels larger than the photo.
        shift = 0.5 / phone.zoom - 0.5
        matrix = np.array([[1 / phone.zoom, 0, shift], [0, 1 / phone.zoom, shift]])
        way = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        zoomed = cv2.warpAffine(
            pixels, matrix, (width, height), flags=way, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(zoomed, np.uint8)
    return np.ascontiguousarray(pixels[:height, :width])


def _tone_codes(table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the code of each 16-bit level."""
    linear = np.clip((np.arange(_CODES) - OFFSET) / SCALE, 0, 1)
    return np.asarray(table[np.rint(linear * (len(table) - 1)).astype(np.intp)], np.uint8)


def noise_code(setup: CameraSetup, table: NDArray[np.uint8]) -> float:
    """Return the expected noise of luma in the middle tones, codes."""
    sensor, phone = setup.sensor, setup.phone
    level = 0.15
    spread = np.sqrt((sensor.shot * level + sensor.read) / phone.frames)
    at = int(level * (len(table) - 1))
    slope = (int(table[at + 40]) - int(table[at - 40])) / 80.0 * (len(table) - 1)
    return float(0.8 * spread * slope)


def clean(pixels: PixelArray, setup: CameraSetup, table: NDArray[np.uint8]) -> PixelArray:
    """Denoise luma (local Wiener filter) and chroma (at a lower resolution), then sharpen."""
    phone = setup.phone
    luma, *chroma = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb))
    level = np.asarray(luma, np.float32)
    power = (phone.denoise * noise_code(setup, table)) ** 2
    if power > 0.05:
        _wiener(level, power, 0.9 * phone.denoise)
    if phone.sharpen > 0.05:
        soft = np.asarray(cv2.GaussianBlur(level, (0, 0), phone.sharpen_px), np.float32)
        level += np.float32(phone.sharpen) * (level - soft)
    planes = [np.asarray(np.clip(level, 0, 255) + 0.5, np.uint8)]
    height, width = luma.shape
    factor = 2 if phone.denoise < 0.4 else 4
    rest = _CHROMA_NOISE * power / factor
    for plane in chroma:
        coarse = cv2.resize(
            plane, (width // factor, height // factor), interpolation=cv2.INTER_AREA
        )
        flat = gaussian(np.asarray(coarse, np.float32), 0.4 + 0.6 * phone.denoise)
        if rest > 0.02:
            _wiener(flat, rest, 0.97)
        planes.append(np.asarray(cv2.convertScaleAbs(enlarge(flat, (width, height))), np.uint8))
    return np.asarray(cv2.cvtColor(cv2.merge(planes), cv2.COLOR_YCrCb2RGB), np.uint8)


def _wiener(level: Light, power: float, most: float) -> None:
    """Flatten what varies no more than noise of a known power, in place.

    Args:
        level: (h, w) codes.
        power: Variance of the noise.
        most: Largest share that is taken away, 0–1.
    """
    size = (_WIENER_PX, _WIENER_PX)
    mean = np.asarray(cv2.blur(level, size), np.float32)
    variance = np.asarray(cv2.sqrBoxFilter(level, -1, size), np.float32)
    variance -= mean * mean
    np.maximum(variance, 1e-3, out=variance)
    keep = np.clip(1 - np.float32(power) / variance, np.float32(1 - most), 1)
    level -= mean
    level *= keep
    level += mean


def white_code(setup: CameraSetup, exposure: float) -> NDArray[np.float64]:
    """Return the balanced linear colour of screen white, (3,), 1 at saturation."""
    white = np.asarray(setup.panel.white_rgb, np.float32)[None, None] * np.float32(exposure)
    return np.asarray(mix_channels(white, colour_matrix(setup.phone))[0, 0], np.float64)
