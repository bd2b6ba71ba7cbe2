"""The display's own pixel grid, from the fine pattern that it leaves in a sharp photo.

A display of W × H pixels repeats W times across and H times down. The homography tells at
which spatial frequency of the photo that lies for every format that displays have, folded
by the sensor's lattice where it is beyond its limit. Where a photo shows a peak at both
frequencies of one format, and at no other's, the format is measured.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sonogate.policy import ScreenPolicy
from sonogate.screen import geometry
from sonogate.types import FloatArray, Photo

TILE_PX, TILES = 128, 24
ROWS, COLUMNS = 9, 12  # places over the display that the brightest tiles are chosen from
LEAST_SAMPLING = 1.3  # camera px per display pixel: coarser photos show nothing of the grid
SLOWEST_BIN = 4.0  # slower aliases drown in what is displayed
SURROUND_BINS = 5
GREEN = 1  # of a colour filter array's colours the most finely sampled one
STEP = 1e-4  # of the display's side

_SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
_WINDOW = np.outer(np.hanning(TILE_PX), np.hanning(TILE_PX)).astype(np.float32)


def measure_grid(
    photo: Photo, corners_xy: FloatArray, k1: float, aspect: float, policy: ScreenPolicy
) -> tuple[int, int] | None:
    """Return the display's width and height in pixels, or None where no grid shows.

    Args:
        photo: The photo, upright.
        corners_xy: (4, 2) undistorted corners of the display, photo pixels.
        k1: Radial distortion as in ``ScreenQuad``.
        aspect: Measured width over height.
        policy: The formats, and how far a grid must stand out.
    """
    side_px = math.sqrt(abs(geometry.signed_area(corners_xy)))
    formats = [
        size_wh
        for size_wh in policy.formats_wh
        if abs(math.log(aspect * size_wh[1] / size_wh[0])) <= policy.format_tolerance
        and side_px >= LEAST_SAMPLING * math.sqrt(size_wh[0] * size_wh[1])
    ]
    if not formats:
        return None
    matrix = geometry.homography(_SQUARE, corners_xy)
    places, corner = _brightest(photo, matrix, k1)
    if len(places) == 0:
        return None
    spectra = _whitened(photo, corner)
    sides = _seen(matrix, k1, photo.size_wh, places)
    scores = np.array([_prominence(spectra, sides, size_wh) for size_wh in formats])
    order = np.argsort(-scores, kind="stable")
    best = float(scores[order[0]])
    second = float(scores[order[1]]) if len(order) > 1 else 0.0
    stands_out = best >= policy.grid_prominence and best - second >= policy.grid_margin
    return formats[int(order[0])] if stands_out else None


def _brightest(photo: Photo, matrix: FloatArray, k1: float) -> tuple[FloatArray, NDArray[np.int_]]:
    """Return the places, shares of the display's sides, and corners of the brightest tiles."""
    x, y = (np.arange(COLUMNS) + 0.5) / COLUMNS, (np.arange(ROWS) + 0.5) / ROWS
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    seen = geometry.distort(geometry.project(matrix, places), k1, photo.size_wh)
    corner = np.rint(seen).astype(int) - TILE_PX // 2
    inside = ((corner >= 0) & (corner + TILE_PX <= np.array(photo.size_wh))).all(axis=1)
    places, corner = places[inside], corner[inside]
    step = 8
    level = [photo.pixels[y : y + TILE_PX : step, x : x + TILE_PX : step].mean() for x, y in corner]
    order = np.argsort(-np.array(level), kind="stable")[:TILES]
    return places[order], corner[order]


def _whitened(photo: Photo, corner: NDArray[np.int_]) -> NDArray[np.float32]:
    """Return (N, 128, 65): logarithm of each tile's power over that of the bins around."""
    tiles = np.stack(
        [photo.pixels[y : y + TILE_PX, x : x + TILE_PX, GREEN] for x, y in corner]
    ).astype(np.float32)
    spectrum = scipy.fft.rfft2((tiles - tiles.mean(axis=(1, 2), keepdims=True)) * _WINDOW)
    level = np.log(spectrum.real**2 + spectrum.imag**2 + np.float32(1e-3))
    return np.stack([plane - cv2.medianBlur(plane, SURROUND_BINS) for plane in level])


def _seen(
    matrix: FloatArray, k1: float, photo_size_wh: tuple[int, int], places: FloatArray
) -> FloatArray:
    """Return (N, 2, 2): photo pixels per side of the display, at shares of its sides."""

    def at(offset: tuple[float, float]) -> FloatArray:
        ideal = geometry.project(matrix, places + np.array(offset))
        return geometry.distort(ideal, k1, photo_size_wh)

    across = at((STEP, 0.0)) - at((-STEP, 0.0))
    down = at((0.0, STEP)) - at((0.0, -STEP))
    return np.asarray(np.stack([across, down], axis=2) / (2.0 * STEP), np.float64)


def _prominence(spectra: NDArray[np.float32], sides: FloatArray, size_wh: tuple[int, int]) -> float:
    """Return how far a format's two peaks stand out, natural logarithms of power, summed."""
    to_frequency = np.linalg.inv(sides).transpose(0, 2, 1)
    reach = np.arange(-1, 2)
    total = 0.0
    for axis in (0, 1):
        frequency = to_frequency[:, :, axis] * size_wh[axis]
        alias = (frequency + 0.5) % 1.0 - 0.5
        alias[alias[:, 0] < 0.0] *= -1.0  # the half plane that a real transform keeps
        fast = np.hypot(alias[:, 0], alias[:, 1]) * TILE_PX >= SLOWEST_BIN
        if not fast.any():
            return 0.0
        column, row = np.rint(alias[fast] * TILE_PX).astype(int).T
        columns = np.clip(column[:, None, None] + reach[None, None, :], 0, TILE_PX // 2)
        rows = (row[:, None, None] + reach[None, :, None]) % TILE_PX
        tile = np.flatnonzero(fast)[:, None, None]
        total += float(spectra[tile, rows, columns].max(axis=(1, 2)).mean())
    return total
