"""What tells a reflection from what is displayed, for each cell of a grid over the screen."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, Planes
from sonogate.types import HeatArray

CELL_PX = 10
WORK_WH = (HEAT_COLUMNS * CELL_PX, HEAT_ROWS * CELL_PX)
NEIGHBOURHOODS = (3, 7, 15)
CLIPPED_CODE = 250
DARKEST = -3  # place in the last axis of the darkest tenth's level


def glare_features(planes: Planes) -> HeatArray:
    """Return (24, 32, 34) float32 features.

    A reflection is smooth, wide, not bounded by what is displayed, has the lamp's colour,
    lifts the darkest parts as much as the brightest, and may saturate. So: each cell's
    floor, mean and top in lightness, its texture, chroma and saturated share; the same
    against neighbourhoods of three sizes; and the screen's own black.
    """
    rgb = cv2.resize(planes.rgb, WORK_WH, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    # lightness against the screen's white: the camera's exposure must not matter
    light = grey * np.float32(1.0 / max(255.0 * planes.white ** (1 / 2.2), 1.0))
    smooth = cv2.blur(light, (3, 3))
    gx = cv2.Sobel(light, cv2.CV_32F, 1, 0, scale=1 / 8)
    gy = cv2.Sobel(light, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = cv2.magnitude(gx, gy)
    high, low = rgb.max(2), rgb.min(2)
    chroma = (high - low).astype(np.float32) / 255.0
    floor, top = _extreme(smooth, False), _extreme(smooth, True)
    mean = _mean(light)
    fine = _mean(np.abs(light - smooth))
    texture, steepest = _mean(steep), _extreme(steep, True)
    colour = _mean(chroma)
    clipped = _mean((low >= CLIPPED_CODE).astype(np.float32))
    scan = planes.cells(planes.scan.astype(np.float32))
    tint = _mean(rgb[..., 0].astype(np.float32) - rgb[..., 2].astype(np.float32)) / 255.0
    layers: list[NDArray[Any]] = [
        floor,
        mean,
        top,
        fine * 10,
        texture * 10,
        steepest,
        colour,
        clipped,
    ]
    layers += [scan, tint]
    for size in NEIGHBOURHOODS:
        kernel = np.ones((size, size), np.uint8)
        around = cv2.blur(floor, (size, size))
        layers += [around, floor - around, cv2.erode(floor, kernel), cv2.dilate(floor, kernel)]
        layers += [
            cv2.blur(texture, (size, size)) * 10,
            cv2.blur(colour, (size, size)),
            cv2.blur(clipped, (size, size)),
        ]
    for quantile in (0.1, 0.3, 0.6):
        layers.append(np.full(floor.shape, np.quantile(floor, quantile), np.float32))
    return np.asarray(np.stack(layers, -1), np.float32)


def _cells(plane: NDArray[Any]) -> NDArray[Any]:
    return plane.reshape(HEAT_ROWS, CELL_PX, HEAT_COLUMNS, CELL_PX)


def _mean(plane: NDArray[Any]) -> HeatArray:
    return np.asarray(_cells(plane).mean((1, 3)), np.float32)


def _extreme(plane: NDArray[Any], highest: bool) -> HeatArray:
    cells = _cells(plane)
    return np.asarray(cells.max((1, 3)) if highest else cells.min((1, 3)), np.float32)
