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
from scipy.fft import fftfreq, rfft2, rfftfreq

from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, Planes
from sonogate.types import FloatArray, HeatArray, Photo

TILE_PX = 64  # of the photo, or of the photo reduced by a whole factor
FEWEST_TILES, MOST_DETAILED, MOST_FLAT = 20, 64, 24
DETAILED_SHARE, FLAT_SHARE = 1 / 3, 1 / 6
FINEST_SAMPLING = 2.4  # pixels of the tiles per export pixel
FACTORS = (1, 2, 3, 4, 6, 8)
LOWEST, HIGHEST = 0.04, 0.35  # cycles per pixel of the tiles that are compared
HIGHEST_ON_SCREEN = 0.42  # cycles per export px: beyond, the display's grid repeats them
ABOVE_NOISE = 4.0
RING, WEDGES = 0.03, 8  # cycles per px and part of a half turn that power is averaged over
FEWEST_CELLS = 8
# Power law of interfaces as phones show them, fitted to simulated photos of known blur:
# natural logarithm of the level, and exponent, along rows, on either side of the diagonal,
# and along columns.
WEDGE_BOUNDS_DEG = (15.0, 45.0, 75.0)
LEVEL = np.array([0.0, -1.75, -2.31, -1.02])
EXPONENT = np.array([-2.0, -2.15, -2.33, -2.72])
LEAST_VARIANCE = 0.30  # photo px squared: a pixel's box and the best of lenses
DOUBT = 0.45  # photo px squared: anisotropy that the text itself may have
POINTS, FEWEST_POINTS = 400, 4  # of the screen; of its scan area
CELL_ROWS, CELL_COLUMNS = 2, 3  # parts of the screen for the heat map
WORST_SIGMA_PX = 2.0  # export px; heat 1

_X, _Y = np.meshgrid(rfftfreq(TILE_PX), fftfreq(TILE_PX))
_FREQUENCY = np.c_[_X.ravel(), _Y.ravel()]
_RADIUS = np.hypot(_FREQUENCY[:, 0], _FREQUENCY[:, 1])
_COMPARED = (_RADIUS > LOWEST) & (_RADIUS < HIGHEST)
_COARSE = _COMPARED & (_RADIUS < 0.12)
_WEDGE = np.rint(np.arctan2(_FREQUENCY[:, 1], _FREQUENCY[:, 0]) / np.pi * WEDGES) % WEDGES
_CELL = (_WEDGE + WEDGES * np.floor(_RADIUS / RING)).astype(int)
_WINDOW = np.outer(np.hanning(TILE_PX), np.hanning(TILE_PX)).astype(np.float32)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Tiles:
    """Power spectra of N detailed tiles of the photo.

    Attributes:
        power: (N, F) of squared codes, the half plane of frequencies.
        noise: (F,) power of the flattest tiles.
        jacobian: (N, 2, 2) pixels of the tiles per export pixel.
        cell: (N,) index of the part of the screen that a tile lies in.
        factor: Photo pixels that were averaged along each side of a tile's pixel.
    """

    power: NDArray[np.float32]
    noise: FloatArray
    jacobian: FloatArray
    cell: NDArray[np.int_]
    factor: int


def find_blur(planes: Planes, photo: Photo) -> Blur | None:
    """Fit the blur to the most detailed tiles of the interface.

    Args:
        planes: The screen on its own grid; tiles outside its scan area are used where there
            are enough of them, since tissue has a spectrum of its own.
        photo: The photo that it was taken from.

    Returns:
        The blur, or None where too little stands out of the noise to tell.
    """
    middle = np.array([[planes.luma.shape[1] / 2.0, planes.luma.shape[0] / 2.0]])
    sampling = math.sqrt(abs(float(np.linalg.det(planes.to_photo.jacobians(middle)[0]))))
    for factor in FACTORS:
        if sampling / factor > FINEST_SAMPLING:
            continue
        tiles = _cut(planes, photo, factor)
        if tiles is None:
            return None
        fitted = _fit(tiles, np.ones(len(tiles.cell), np.bool_))
        if fitted is not None:
            return _on_screen(fitted, tiles, planes)
    return None


def _cut(planes: Planes, photo: Photo, factor: int) -> _Tiles | None:
    """Take the spectra of the most detailed and of the flattest tiles."""
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
    power = _power(photo, corner[np.r_[detailed, flat]], factor)
    # the power of noise is exponentially distributed; its median resists a stray stroke
    noise = np.median(power[len(detailed) :], axis=0) / math.log(2.0)
    cell = row[detailed] * CELL_ROWS // HEAT_ROWS * CELL_COLUMNS
    cell = cell + column[detailed] * CELL_COLUMNS // HEAT_COLUMNS
    jacobian = planes.to_photo.jacobians(centre[detailed]) / factor
    return _Tiles(power[: len(detailed)], noise.astype(np.float64), jacobian, cell, factor)


def _power(photo: Photo, corner: NDArray[np.int_], factor: int) -> NDArray[np.float32]:
    """Return (N, F) power spectra of the tiles at (N, 2) corners."""
    side = TILE_PX * factor
    tiles = np.empty((len(corner), TILE_PX, TILE_PX), np.float32)
    for tile, (x, y) in zip(tiles, corner, strict=True):
        grey = cv2.cvtColor(photo.pixels[y : y + side, x : x + side], cv2.COLOR_RGB2GRAY)
        if factor > 1:
            grey = cv2.resize(grey, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)
        tile[:] = grey
    tiles = (tiles - tiles.mean(axis=(1, 2), keepdims=True)) * _WINDOW
    spectrum = rfft2(tiles).reshape(len(tiles), -1)
    return np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)


def _fit(tiles: _Tiles, chosen: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray] | None:
    """Return the blur's covariance (2, 2), photo px squared, and the tiles' mean Jacobian.

    None where the power stands out of the noise at too few frequencies.
    """
    power = tiles.power[chosen].mean(0)
    weight = tiles.power[chosen][:, _COARSE].mean(1)
    jacobian = np.average(tiles.jacobian[chosen], axis=0, weights=weight + 1e-9)
    on_screen = _FREQUENCY @ jacobian
    used = _COMPARED & (np.hypot(on_screen[:, 0], on_screen[:, 1]) < HIGHEST_ON_SCREEN)
    label = np.unique(_CELL[used], return_inverse=True)[1]
    count = np.bincount(label)

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(label, values) / count, np.float64)

    noise = mean(tiles.noise[used])
    signal = mean(power[used].astype(np.float64)) - noise
    expected = mean(_interface_power(on_screen[used]))
    x, y = _FREQUENCY[used].T
    terms = -4.0 * np.pi**2 * np.c_[mean(x * x), 2.0 * mean(x * y), mean(y * y)]
    clear = signal > (ABOVE_NOISE - 1.0) * noise
    if clear.sum() < FEWEST_CELLS:
        return None
    design = np.c_[np.ones(len(terms)), terms][clear]
    fall = np.log(signal[clear] / expected[clear])
    root = np.sqrt(count[clear])
    solution = np.linalg.lstsq(design * root[:, None], fall * root, rcond=None)[0]
    covariance = np.array([[solution[1], solution[2]], [solution[2], solution[3]]])
    box = (tiles.factor**2 - 1.0) / 12.0  # of averaging photo pixels
    return covariance * tiles.factor**2 - box * np.eye(2), jacobian * tiles.factor


def _interface_power(frequency: FloatArray) -> FloatArray:
    """Return the power, up to a factor, of an interface at (N, 2) cycles per export px."""
    angle = np.degrees(np.arctan2(np.abs(frequency[:, 1]), np.abs(frequency[:, 0])))
    wedge = np.digitize(angle, WEDGE_BOUNDS_DEG)
    radius = np.hypot(frequency[:, 0], frequency[:, 1])
    return np.asarray(np.exp(LEVEL[wedge]) * radius ** EXPONENT[wedge], np.float64)


def _on_screen(fitted: tuple[FloatArray, FloatArray], tiles: _Tiles, planes: Planes) -> Blur:
    """Split the covariance into what all directions share and a smear, and map both."""
    covariance, jacobian = fitted
    eigenvalues, axes = np.linalg.eigh(covariance)
    anisotropy = float(eigenvalues[1] - eigenvalues[0])
    excess = math.sqrt(max(anisotropy**2 - DOUBT**2, 0.0))
    shared = max(0.5 * (float(eigenvalues.sum()) - excess), LEAST_VARIANCE)
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


def _heat(tiles: _Tiles, shared: float, scale: float) -> HeatArray:
    variance = np.full(CELL_ROWS * CELL_COLUMNS, shared)
    for cell in np.unique(tiles.cell):
        fitted = _fit(tiles, tiles.cell == cell)
        if fitted is not None:
            variance[cell] = max(0.5 * float(np.trace(fitted[0])), LEAST_VARIANCE)
    sigma_px = scale * np.sqrt(variance).reshape(CELL_ROWS, CELL_COLUMNS).astype(np.float32)
    grid = np.clip(sigma_px / WORST_SIGMA_PX, 0.0, 1.0)
    large = cv2.resize(grid, (HEAT_COLUMNS, HEAT_ROWS), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)
