"""Noise: how well a step of eight grey levels stands out of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import Planes
from sonogate.types import HeatArray, Measure, Photo

UNIT = "d'"
STEP_CODES = 8.0
TILE_PX = 16
GRID_ROWS, GRID_COLUMNS = 24, 32
LEVELS = (2, 12, 28, 56, 96, 144, 200, 250)  # codes: bounds of the bins
FEWEST_TILES = 6
FLATTEST = 0.15  # quantile over the tiles of a level: what content does not disturb
HIGHEST = 50.0


def measure_noise(planes: Planes, photo: Photo, curve: ScoreCurve) -> Measure:
    """Return d' of a step of eight export codes against the noise of one camera pixel.

    Noise is the median absolute deviation of the second difference over tiles of the
    photo's own pixels. Texture only adds to it, so the flattest tiles stand for a level, and
    the interface's commonest level, mostly its black, stands for the screen: after the
    display's and the camera's transfer curves noise is worst there. Speckle is no noise.
    """
    tiles, outside = _tiles(planes, photo)
    if len(tiles) == 0:
        return Measure("noise", None, UNIT, None, "no tile inside the photo", reason="noise")
    level = np.median(tiles, axis=(1, 2))
    sigma = _sigma(tiles)
    by_interface = _by_level(level[outside], sigma[outside])
    anywhere = _by_level(level, sigma)
    if not anywhere:
        failure = "no flat area between black and white"
        return Measure("noise", None, UNIT, None, failure, reason="noise")
    # texture may hold every level of the scan area: there the least noisy level is the bound
    worst = by_interface[0] if by_interface else min(anywhere)
    slope = planes.white ** (1 / 2.2)  # photo codes for one export code
    raw = min(STEP_CODES * slope / max(worst, 1e-3), HIGHEST)
    return Measure("noise", raw, UNIT, curve.score(raw), reason="noise")


def _by_level(level: NDArray[Any], sigma: NDArray[Any]) -> list[float]:
    """Return the noise of each level that has tiles enough, the commonest level first."""
    found: list[tuple[int, float]] = []
    for low, high in pairwise(LEVELS):
        chosen = (level >= low) & (level < high)
        if chosen.sum() >= FEWEST_TILES:
            found.append((-int(chosen.sum()), float(np.quantile(sigma[chosen], FLATTEST))))
    return [value for _, value in sorted(found)]


def _tiles(planes: Planes, photo: Photo) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Cut (N, 16, 16) luma tiles out of the photo, and tell which lie outside the scan area."""
    height, width = planes.luma.shape
    xs = (np.arange(GRID_COLUMNS) + 0.5) * width / GRID_COLUMNS
    ys = (np.arange(GRID_ROWS) + 0.5) * height / GRID_ROWS
    centres = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    corner = np.rint(planes.to_photo.points(centres)).astype(int) - TILE_PX // 2
    size = np.array(photo.size_wh)
    good = ((corner >= 0) & (corner + TILE_PX <= size)).all(1)
    corner = corner[good]
    offset = np.arange(TILE_PX)
    rows = corner[:, 1, None, None] + offset[None, :, None]
    columns = corner[:, 0, None, None] + offset[None, None, :]
    rgb = photo.pixels[rows, columns].astype(np.float32)
    around = cv2.dilate(planes.scan.astype(np.uint8), np.ones((15, 15), np.uint8))
    outside = around[centres[:, 1].astype(int), centres[:, 0].astype(int)] == 0
    luma = np.asarray(rgb @ np.array([0.299, 0.587, 0.114]), np.float32)
    return luma, np.asarray(outside[good], np.bool_)


def _sigma(tiles: NDArray[np.float32]) -> HeatArray:
    """Estimate the noise of each tile, codes, at one and at two pixels' scale."""
    binned = 0.25 * (
        tiles[:, ::2, ::2] + tiles[:, 1::2, ::2] + tiles[:, ::2, 1::2] + tiles[:, 1::2, 1::2]
    )
    fine = _second_difference(tiles)
    coarse = 2.0 * _second_difference(binned)  # white noise halves when four are averaged
    return np.asarray(np.maximum(fine, coarse), np.float32)


def _second_difference(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    along = tiles[:, 2:] - 2.0 * tiles[:, 1:-1] + tiles[:, :-2]
    both = along[:, :, 2:] - 2.0 * along[:, :, 1:-1] + along[:, :, :-2]
    spread = np.median(np.abs(both), axis=(1, 2)) / 0.6745 / 6.0
    # where quantisation leaves a median of zero, the mean still tells
    mean = np.mean(np.abs(both), axis=(1, 2)) * np.sqrt(np.pi / 2.0) / 6.0
    return np.asarray(np.where(spread > 0, spread, mean), np.float32)
