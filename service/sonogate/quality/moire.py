"""Moiré: the display's pixel grid, aliased by the camera's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, Planes
from sonogate.types import FloatArray, Measure, Photo

UNIT = "delta E rms"
TILE_PX = 64
GRID_ROWS, GRID_COLUMNS = 6, 7
HARMONICS = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 0), (0, 2), (2, 1), (2, -1))
LATTICES = (1.0, 0.5)  # cycles per photo pixel: all pixels, and the red or blue ones
REACH_BINS = 1
LOWEST_BIN = 2.5  # slower than this is shading
PROMINENCE = 8.0  # of the spectrum's median power
MIN_CODE = 24  # darker tiles show no colour


def measure_moire(planes: Planes, photo: Photo, curve: ScoreCurve) -> Measure:
    """Return the colour difference (CIE 1976 a*b*) of the bands that the grid's alias makes.

    The homography puts the harmonic (i, j) of the display's grid at J⁻ᵀ(i, j) cycles per
    photo pixel; the sensor's lattices fold it to a low frequency. There, or at the
    strongest isolated peak of a tile's chroma spectrum, the power above the surrounding
    spectrum is the moiré's. Content has no such peaks: speckle is grey and its spectrum broad.
    """
    centres, tiles, cells = _tiles(planes, photo)
    if len(tiles) == 0:
        return Measure("moire", None, UNIT, None, "no bright tile of the scan area", reason="moire")
    spectra = _chroma_power(tiles)
    inverse_t = np.linalg.inv(planes.to_photo.jacobians(centres)).transpose(0, 2, 1)
    predicted = _near_aliases(inverse_t)
    background = np.median(spectra.reshape(len(spectra), -1), axis=1)[:, None, None]
    isolated = spectra > PROMINENCE * np.maximum(background, 1e-9)
    peak = spectra.reshape(len(spectra), -1).max(1)[:, None, None]
    band = isolated & (predicted | (spectra >= 0.25 * peak))
    power = np.where(band & _fast(), spectra - background, 0.0).sum((1, 2))
    local = np.sqrt(power)
    raw = float(np.sqrt(np.mean(np.sort(power)[: max(1, int(0.9 * len(power)))])))
    grid = np.zeros((GRID_ROWS, GRID_COLUMNS), np.float32)
    grid.ravel()[cells] = np.clip(local / 10.0, 0.0, 1.0)
    heat = cv2.resize(grid, (HEAT_COLUMNS, HEAT_ROWS), interpolation=cv2.INTER_LINEAR)
    return Measure(
        "moire", raw, UNIT, curve.score(raw), reason="moire", heat=np.asarray(heat, np.float32)
    )


def _tiles(
    planes: Planes, photo: Photo
) -> tuple[FloatArray, NDArray[np.float32], NDArray[np.int_]]:
    height, width = planes.luma.shape
    xs = (np.arange(GRID_COLUMNS) + 0.5) * width / GRID_COLUMNS
    ys = (np.arange(GRID_ROWS) + 0.5) * height / GRID_ROWS
    centres = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    corner = np.rint(planes.to_photo.points(centres)).astype(int) - TILE_PX // 2
    good = ((corner >= 0) & (corner + TILE_PX <= np.array(photo.size_wh))).all(1)
    good &= planes.scan[centres[:, 1].astype(int), centres[:, 0].astype(int)]
    kept, tiles = [], []
    for index in np.flatnonzero(good):
        x, y = corner[index]
        tile = photo.pixels[y : y + TILE_PX, x : x + TILE_PX]
        if tile[::4, ::4].mean() >= MIN_CODE:
            kept.append(index)
            tiles.append(cv2.cvtColor(tile.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB))
    if not kept:
        return centres[:0], np.zeros((0, TILE_PX, TILE_PX, 3), np.float32), np.zeros(0, int)
    return centres[kept], np.stack(tiles), np.array(kept)


def _chroma_power(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (N, 64, 33): share of the variance of a* and b* at each frequency."""
    hann = np.outer(np.hanning(TILE_PX), np.hanning(TILE_PX)).astype(np.float32)
    ab = tiles[..., 1:] - tiles[..., 1:].mean((1, 2), keepdims=True)
    spectrum = scipy.fft.rfft2(ab * hann[None, :, :, None], axes=(1, 2))
    power = (spectrum.real**2 + spectrum.imag**2).sum(-1)
    power[:, :, 1:-1] *= 2.0  # the half that a real transform leaves out
    return np.asarray(power / (TILE_PX**2 * (hann**2).sum()), np.float32)


def _fast() -> NDArray[np.bool_]:
    fy = np.fft.fftfreq(TILE_PX)[:, None] * TILE_PX
    fx = np.arange(TILE_PX // 2 + 1)[None, :]
    return np.asarray(np.hypot(fx, fy) >= LOWEST_BIN)


def _near_aliases(inverse_transposed: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark, for each of (N, 2, 2) matrices, the bins within reach of a predicted alias."""
    count = len(inverse_transposed)
    frequency = np.array(HARMONICS, np.float64) @ inverse_transposed.transpose(0, 2, 1)
    lattice = np.array(LATTICES)[:, None, None, None]
    alias = (frequency + lattice / 2.0) % lattice - lattice / 2.0
    alias = np.concatenate([alias, -alias])  # a real signal's spectrum is symmetric
    reach = np.arange(-REACH_BINS, REACH_BINS + 1)
    around = np.stack(np.meshgrid(reach, reach), -1).reshape(-1, 2)
    bins = np.rint(alias * TILE_PX).astype(int)[..., None, :] + around
    near = np.zeros((count, TILE_PX, TILE_PX // 2 + 1), np.bool_)
    tile = np.broadcast_to(np.arange(count)[None, :, None, None], bins.shape[:-1])
    x, y = bins[..., 0], bins[..., 1] % TILE_PX
    good = (x >= 0) & (x <= TILE_PX // 2)
    near[tile[good], y[good], x[good]] = True
    return near
