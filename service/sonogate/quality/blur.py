"""The blur's covariance, from how fast the interface's spatial spectrum falls.

Text and lines of user interfaces have much the same power spectrum on their own pixel
grid, whatever they say: nearly a power law of the spatial frequency, with more power along
rows and columns than between them. What a photo of them lacks beyond that law is the
camera's blur. A Gaussian of covariance C takes the logarithm of the power at frequency f
down by 4π² fᵀ C f, so C follows by linear least squares, in the photo's own pixels, where
every part of the screen shares it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, Planes
from sonogate.quality.spectrum import (
    PART_COLUMNS,
    PART_ROWS,
    Spectrum,
    Tiles,
    average,
    cut_tiles,
    factors,
)
from sonogate.types import FloatArray, HeatArray, Photo

FEWEST_CELLS = 8
MOST_RESIDUAL = 0.95  # RMS of the log power: beyond, noise or the blur's own nulls have told
# Power law of interfaces as phones show them, fitted to simulated photos of known blur (see
# models/training/interface_spectrum.py): natural logarithm of the level, and exponent, along
# rows, on either side of the diagonal, and along columns.
WEDGE_BOUNDS_DEG = (15.0, 45.0, 75.0)
LEVEL = np.array([0.0, -1.75, -2.31, -1.02])
EXPONENT = np.array([-2.0, -2.15, -2.33, -2.72])
LEAST_OF_STEEPEST = 0.4  # a blur cannot be much less than the steepest step tells
LEAST_VARIANCE = 0.30  # photo px squared: a pixel's box and the best of lenses
DOUBT = 0.45  # photo px squared: anisotropy that the text itself may have
POINTS, FEWEST_POINTS = 400, 4  # of the screen; of its scan area
WORST_SIGMA_PX = 2.0  # export px; heat 1


@dataclass(frozen=True, slots=True, eq=False)
class Blur:
    """The camera's blur in the plane of the screen.

    Attributes:
        sigma_px: Standard deviation of what all directions share, as a Gaussian, export px;
            along the screen's axis where it is larger, median over the scan area.
        motion_px: Length of a uniform smear that explains what one direction has beyond the
            others, export px; 0 where the text itself may explain it.
        angle_deg: Direction of the smear, from +x towards +y, in [0, 180).
        heat: Blur over the screen, 0–1.
    """

    sigma_px: float
    motion_px: float
    angle_deg: float
    heat: HeatArray = field(repr=False)


def find_blur(planes: Planes, photo: Photo) -> Blur | None:
    """Fit the blur to the most detailed tiles of the interface.

    Args:
        planes: The screen on its own grid.
        photo: The photo that it was taken from.

    Returns:
        The blur, or None where too little stands out of the noise to tell.
    """
    for factor in factors(planes):
        tiles = cut_tiles(planes, photo, factor)
        if tiles is None:
            return None
        spectrum = average(tiles, np.ones(len(tiles.part), np.bool_))
        covariance = _fit(spectrum, factor)
        if covariance is None:
            continue
        steepest_px = factor * tiles.step_px / math.sqrt(2.0 * math.pi)
        least = (LEAST_OF_STEEPEST * steepest_px) ** 2
        if max(0.5 * float(np.trace(covariance)), LEAST_VARIANCE) > least:
            least = max(least, LEAST_VARIANCE)
            return _on_screen(covariance, least, spectrum.jacobian * factor, tiles, planes)
    return None


def wedges(frequency: FloatArray) -> NDArray[np.int_]:
    """Return which part, 0–3, of the power law (N, 2) frequencies on the screen belong to."""
    angle = np.degrees(np.arctan2(np.abs(frequency[:, 1]), np.abs(frequency[:, 0])))
    return np.asarray(np.digitize(angle, WEDGE_BOUNDS_DEG))


def _fit(spectrum: Spectrum, factor: int) -> FloatArray | None:
    """Return the blur's covariance (2, 2), photo px squared.

    None where too little stands out of the noise, or where it is no blurred interface: a blur
    so great that the tiles hold next to nothing of it leaves noise, which looks sharp.
    """
    if len(spectrum.power) < FEWEST_CELLS:
        return None
    wedge = wedges(spectrum.frequency)
    radius = np.hypot(spectrum.frequency[:, 0], spectrum.frequency[:, 1])
    expected = spectrum.mean(np.exp(LEVEL[wedge]) * radius ** EXPONENT[wedge])
    design = np.c_[np.ones(len(expected)), -4.0 * np.pi**2 * spectrum.squares]
    fall = np.log(spectrum.power / expected)
    root = np.sqrt(spectrum.count)
    solution = np.linalg.lstsq(design * root[:, None], fall * root, rcond=None)[0]
    residual = root * (fall - design @ solution)
    if float(residual @ residual) > MOST_RESIDUAL**2 * float(spectrum.count.sum()):
        return None
    xx, xy, yy = solution[1:]
    box = (factor**2 - 1.0) / 12.0  # of averaging photo pixels
    covariance = np.array([[xx, xy], [xy, yy]]) * factor**2 - box * np.eye(2)
    return np.asarray(covariance, np.float64)


def _on_screen(
    covariance: FloatArray, least: float, jacobian: FloatArray, tiles: Tiles, planes: Planes
) -> Blur:
    """Split the covariance into what all directions share, at least ``least``, and a smear."""
    eigenvalues, axes = np.linalg.eigh(covariance)
    anisotropy = float(eigenvalues[1] - eigenvalues[0])
    excess = math.sqrt(max(anisotropy**2 - DOUBT**2, 0.0))
    shared = max(0.5 * (float(eigenvalues.sum()) - excess), least)
    points = _points(planes.scan)
    inverse = np.linalg.inv(planes.to_photo.jacobians(points))
    spread = (inverse**2).sum(2).max(1)  # of a round spot, along the worse axis of the screen
    smear = np.linalg.inv(jacobian) @ axes[:, 1] * math.sqrt(12.0 * excess)
    angle_deg = math.degrees(math.atan2(smear[1], smear[0])) % 180.0
    scale = math.sqrt(float(np.median(spread)))
    heat = _heat(tiles, shared, scale)
    return Blur(math.sqrt(shared) * scale, float(np.hypot(*smear)), angle_deg, heat)


def _points(scan: NDArray[np.bool_]) -> FloatArray:
    """Return (N, 2) places of the scan area, about a hundred of them where it is large."""
    stride = max(int(math.sqrt(scan.size / POINTS)), 1)
    rows, columns = np.nonzero(scan[::stride, ::stride])
    if len(rows) < FEWEST_POINTS:
        stride = 1
        rows, columns = np.nonzero(scan)
    return np.asarray(stride * np.stack([columns, rows], axis=1), np.float64)


def _heat(tiles: Tiles, shared: float, scale: float) -> HeatArray:
    variance = np.full(PART_ROWS * PART_COLUMNS, shared)
    for part in np.unique(tiles.part):
        covariance = _fit(average(tiles, tiles.part == part), tiles.factor)
        if covariance is not None:
            variance[part] = max(0.5 * float(np.trace(covariance)), LEAST_VARIANCE)
    sigma_px = scale * np.sqrt(variance).reshape(PART_ROWS, PART_COLUMNS).astype(np.float32)
    grid = np.clip(sigma_px / WORST_SIGMA_PX, 0.0, 1.0)
    large = cv2.resize(grid, (HEAT_COLUMNS, HEAT_ROWS), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)
