"""Spatial spectra of a photo's most detailed tiles, and of its flattest for the noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import fftfreq, rfft2, rfftfreq

from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, Planes
from sonogate.types import FloatArray, Photo

TILE_PX = 64  # of the photo, or of the photo reduced by a whole factor
FEWEST_TILES, MOST_DETAILED, MOST_FLAT = 20, 64, 24
DETAILED_SHARE, FLAT_SHARE = 1 / 3, 1 / 6
WIDEST_TILES = 8  # of range, for the steepest steps
FINEST_SAMPLING = 2.4  # pixels of the tiles per export pixel
FACTORS = (1, 2, 3, 4, 6, 8)
LOWEST, HIGHEST = 0.04, 0.35  # cycles per pixel of the tiles that are compared
COARSE = 0.12  # cycles per pixel: the detail that weighs a tile
HIGHEST_ON_SCREEN = 0.42  # cycles per export px: beyond, the display's grid repeats them
ABOVE_NOISE = 4.0
RING, WEDGES = 0.03, 8  # cycles per px and part of a half turn that power is averaged over
PART_ROWS, PART_COLUMNS = 2, 3  # parts of the screen

_X, _Y = np.meshgrid(rfftfreq(TILE_PX), fftfreq(TILE_PX))
_FREQUENCY = np.c_[_X.ravel(), _Y.ravel()]
_RADIUS = np.hypot(_FREQUENCY[:, 0], _FREQUENCY[:, 1])
_COMPARED = (_RADIUS > LOWEST) & (_RADIUS < HIGHEST)
_COARSE = _COMPARED & (_RADIUS < COARSE)
_WEDGE = np.rint(np.arctan2(_FREQUENCY[:, 1], _FREQUENCY[:, 0]) / np.pi * WEDGES) % WEDGES
_CELL = (_WEDGE + WEDGES * np.floor(_RADIUS / RING)).astype(int)
_WINDOW = np.outer(np.hanning(TILE_PX), np.hanning(TILE_PX)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Power spectra of N detailed tiles of the photo.

    Attributes:
        power: (N, F) of squared codes, the half plane of frequencies.
        noise: (F,) power of the flattest tiles.
        jacobian: (N, 2, 2) pixels of the tiles per export pixel.
        step_px: Range of codes over the steepest step between neighbours, pixels of the tiles,
            the median of the tiles of the widest range; √(2π) standard deviations of a Gaussian
            blur, or less where noise makes steps of its own.
        part: (N,) index of the part of the screen that a tile lies in.
        factor: Photo pixels that were averaged along each side of a tile's pixel.
    """

    power: NDArray[np.float32]
    noise: FloatArray
    jacobian: FloatArray
    step_px: float
    part: NDArray[np.int_]
    factor: int


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Mean power of tiles over C cells of the frequency plane, where it stands out of noise.

    Attributes:
        power: (C,) without the noise's.
        count: (C,) frequencies in a cell.
        squares: (C, 3) means of fx², 2·fx·fy, fy²; cycles per pixel of the tiles, squared.
        frequency: (M, 2) every frequency of the cells, cycles per export pixel.
        cell: (M,) its cell.
        jacobian: (2, 2) pixels of the tiles per export pixel, the detailed tiles' mean.
    """

    power: FloatArray
    count: FloatArray
    squares: FloatArray
    frequency: FloatArray
    cell: NDArray[np.int_]
    jacobian: FloatArray

    def mean(self, values: FloatArray) -> FloatArray:
        """Return (C,) means of (M,) values over the cells."""
        return np.asarray(np.bincount(self.cell, values) / self.count, np.float64)


def factors(planes: Planes) -> tuple[int, ...]:
    """Return by what whole factors the photo may be reduced, the finest first."""
    middle = np.array([[planes.luma.shape[1] / 2.0, planes.luma.shape[0] / 2.0]])
    sampling = math.sqrt(abs(float(np.linalg.det(planes.to_photo.jacobians(middle)[0]))))
    return tuple(factor for factor in FACTORS if sampling / factor <= FINEST_SAMPLING)


def cut_tiles(planes: Planes, photo: Photo, factor: int) -> Tiles | None:
    """Take the spectra of the most detailed and of the flattest tiles.

    Tiles outside the scan area are preferred: tissue has a spectrum of its own.

    Args:
        planes: The screen on its own grid.
        photo: The photo that it was taken from.
        factor: Photo pixels to average along each side of a tile's pixel.

    Returns:
        The spectra, or None where too few tiles lie within the photo.
    """
    height, width = planes.luma.shape
    row, column = np.divmod(np.arange(HEAT_ROWS * HEAT_COLUMNS), HEAT_COLUMNS)
    centre = np.c_[(column + 0.5) * width / HEAT_COLUMNS, (row + 0.5) * height / HEAT_ROWS]
    side = TILE_PX * factor
    corner = np.rint(planes.to_photo.points(centre)).astype(int) - side // 2
    seen = ((corner >= 0) & (corner + side <= np.array(photo.size_wh))).all(1)
    around = cv2.dilate(planes.scan.astype(np.uint8), np.ones((9, 9), np.uint8))
    outside = seen & (around[centre[:, 1].astype(int), centre[:, 0].astype(int)] == 0)
    chosen = np.flatnonzero(outside if outside.sum() >= FEWEST_TILES else seen)
    if len(chosen) < FEWEST_TILES:
        return None
    gradient = cv2.Laplacian(planes.grey, cv2.CV_32F)
    detail = planes.cells(np.asarray(gradient * gradient, np.float32)).ravel()[chosen]
    order = chosen[np.argsort(-detail, kind="stable")]
    detailed = order[: min(max(int(len(order) * DETAILED_SHARE), 12), MOST_DETAILED)]
    flat = order[-min(max(int(len(order) * FLAT_SHARE), 4), MOST_FLAT) :]
    pixels = _pixels(photo, corner[np.r_[detailed, flat]], factor)
    power = _power(pixels)
    # the power of noise is exponentially distributed; its median resists a stray stroke
    noise = np.median(power[len(detailed) :], axis=0) / math.log(2.0)
    part = row[detailed] * PART_ROWS // HEAT_ROWS * PART_COLUMNS
    part = part + column[detailed] * PART_COLUMNS // HEAT_COLUMNS
    jacobian = planes.to_photo.jacobians(centre[detailed]) / factor
    step_px = _step_px(pixels[: len(detailed)])
    return Tiles(power[: len(detailed)], noise.astype(np.float64), jacobian, step_px, part, factor)


def _pixels(photo: Photo, corner: NDArray[np.int_], factor: int) -> NDArray[np.float32]:
    """Return the (N, 64, 64) codes of the tiles at (N, 2) corners."""
    side = TILE_PX * factor
    tiles = np.empty((len(corner), TILE_PX, TILE_PX), np.float32)
    for tile, (x, y) in zip(tiles, corner, strict=True):
        grey = cv2.cvtColor(photo.pixels[y : y + side, x : x + side], cv2.COLOR_RGB2GRAY)
        if factor > 1:
            grey = cv2.resize(grey, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)
        tile[:] = grey
    return tiles


def _power(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (N, F) power spectra of (N, 64, 64) tiles."""
    spectrum = rfft2((tiles - tiles.mean(axis=(1, 2), keepdims=True)) * _WINDOW)
    spectrum = spectrum.reshape(len(tiles), -1)
    return np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)


def _step_px(tiles: NDArray[np.float32]) -> float:
    span = np.ptp(tiles, axis=(1, 2))
    widest = np.argsort(-span)[:WIDEST_TILES]
    across = np.abs(np.diff(tiles[widest], axis=2)).max(axis=(1, 2))
    down = np.abs(np.diff(tiles[widest], axis=1)).max(axis=(1, 2))
    return float(np.median(span[widest] / np.maximum(np.maximum(across, down), 1.0)))


def average(tiles: Tiles, chosen: NDArray[np.bool_]) -> Spectrum:
    """Average the chosen (N,) tiles, and their power over cells of the frequency plane."""
    power = tiles.power[chosen].mean(0)
    weight = tiles.power[chosen][:, _COARSE].mean(1)
    jacobian = np.average(tiles.jacobian[chosen], axis=0, weights=weight + 1e-9)
    on_screen = _FREQUENCY @ jacobian
    used = _COMPARED & (np.hypot(on_screen[:, 0], on_screen[:, 1]) < HIGHEST_ON_SCREEN)
    label = np.unique(_CELL[used], return_inverse=True)[1]
    count = np.bincount(label)
    noise = np.bincount(label, tiles.noise[used]) / count
    signal = np.bincount(label, power[used].astype(np.float64)) / count - noise
    clear = signal > (ABOVE_NOISE - 1.0) * noise
    kept = clear[label]
    cell = (np.cumsum(clear) - 1)[label[kept]]
    x, y = _FREQUENCY[used][kept].T
    tally = count[clear].astype(np.float64)
    squares = [np.bincount(cell, part) / tally for part in (x * x, 2.0 * x * y, y * y)]
    return Spectrum(
        signal[clear], tally, np.stack(squares, 1), on_screen[used][kept], cell, jacobian
    )
