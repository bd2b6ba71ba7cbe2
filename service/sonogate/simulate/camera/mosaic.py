"""The colour filter mosaic: sites, crosstalk, noise, and back to full colour."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import Light, enlarge, gaussian
from sonogate.simulate.camera.setup import SensorSetup
from sonogate.types import FloatArray

SCALE, OFFSET = 60000.0, 2048.0
_LEVELS = 1023.0
_ONE_COLOUR = ("red", "green", "blue")


def mosaic_period(sensor: SensorSetup) -> int:
    """Return after how many pixels the mosaic repeats: 2 (Bayer) or 4 (quad-Bayer)."""
    return 4 if sensor.cfa == "quad" else 2


def colour_of(sensor: SensorSetup, x: int, y: int) -> int:
    """Return the channel (0 red, 1 green, 2 blue) of a mosaic site."""
    if sensor.cfa in _ONE_COLOUR:
        return _ONE_COLOUR.index(sensor.cfa)
    if sensor.cfa == "quad":
        x, y = x // 2, y // 2
    return (x % 2) + (y % 2)


def crosstalk_matrix(sensor: SensorSetup) -> FloatArray:
    """Return linear sRGB → the sensor's balanced colours; rows sum to 1, so grey stays grey."""
    share = sensor.crosstalk
    return np.array(
        [
            [1 - share, share * 0.8, share * 0.2],
            [share * 0.5, 1 - share, share * 0.5],
            [share * 0.1, share * 0.9, 1 - share],
        ]
    )


def add_noise(
    plane: Light,
    sensor: SensorSetup,
    frames: int,
    rng: np.random.Generator,
    more: Light | None = None,
) -> None:
    """Add shot and read noise, merge frames, quantise and saturate, in place.

    Args:
        plane: (h, w) light, 1 at saturation.
        sensor: The sensor.
        frames: Frames averaged.
        rng: Where the noise comes from.
        more: (h, w) factor of the variance where fewer frames were averaged, or None.
    """
    spread = np.clip(plane, 0, 1)
    spread *= np.float32(sensor.shot / frames)
    spread += np.float32(sensor.read / frames)
    if more is not None:
        spread *= more
    np.sqrt(spread, out=spread)
    plane += spread * rng.standard_normal(plane.shape, dtype=np.float32)
    np.rint(plane * np.float32(_LEVELS), out=plane)
    plane *= np.float32(1 / _LEVELS)
    np.minimum(plane, 1, out=plane)


def demosaic(raw_mosaic: Light, sensor: SensorSetup, gain: Light | None) -> NDArray[np.uint16]:
    """Return balanced (h, w, 3) colours, offset 2048, 60000 for the level of saturation.

    Args:
        raw_mosaic: The sensor's picture, 1 at saturation.
        sensor: The sensor.
        gain: Coarse gain of local tone mapping, or None.
    """
    mosaic = raw_mosaic.copy()
    sites = mosaic_period(sensor)
    for y in range(sites):
        for x in range(sites):
            factor = (sensor.wb_red, 1.0, sensor.wb_blue)[colour_of(sensor, x, y)]
            mosaic[y::sites, x::sites] *= np.float32(factor)
    np.minimum(mosaic, 1, out=mosaic)
    if gain is not None:
        mosaic *= enlarge(gain, (mosaic.shape[1], mosaic.shape[0]))
    if sensor.cfa == "quad":
        mosaic = _remosaic(mosaic)
    codes = np.clip(mosaic * np.float32(SCALE) + np.float32(OFFSET), 0, 65535).astype(np.uint16)
    return np.asarray(cv2.demosaicing(codes, cv2.COLOR_BayerRGGB2RGB_EA), np.uint16)


def _remosaic(mosaic: Light) -> Light:
    """Turn a quad-Bayer mosaic into a Bayer one, each colour interpolated where it lacks."""
    out = mosaic.copy()
    for colour in range(3):
        mask = np.zeros((4, 4), np.float32)
        for y in range(4):
            for x in range(4):
                mask[y, x] = float((x // 2) % 2 + (y // 2) % 2 == colour)
        tiles = (mosaic.shape[0] // 4, mosaic.shape[1] // 4)
        own = np.tile(mask, tiles)
        value = gaussian(mosaic * own, 1.1) / np.maximum(gaussian(own, 1.1), 1e-4)
        for y in range(2):
            for x in range(2):
                if x + y == colour:
                    place = (slice(y, None, 2), slice(x, None, 2))
                    out[place] = np.where(own[place] > 0, mosaic[place], value[place])
    return out
