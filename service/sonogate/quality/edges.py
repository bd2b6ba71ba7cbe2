"""Blur of the edges that a screen offers, read from the photo's own pixels.

An edge of the user interface is a step between display pixels, a stroke of text a pair of
them; both are known shapes, so what is left of them is the camera's blur. Pixels of the
photo are placed at their distance from the edge, in export pixels, without resampling
(the oversampled edge-spread function of ISO 12233), and a Gaussian-blurred step or stroke
is fitted to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sonogate.quality.planes import SRGB_TO_LINEAR, Planes
from sonogate.types import FloatArray, Photo

TILE_ROWS, TILE_COLUMNS = 5, 6
PER_GROUP = 5  # candidates of a tile and a direction
ACROSS, ALONG = 34, 4  # samples of a window; the nearest pixel of the photo stands for each
HALF_TANGENT = 1.25  # export px along the edge that are averaged
WINDOWS = (3.5, 7.0)  # half lengths across the edge, export px: sharp photos, blurred ones
WIDEST_SHARE = 0.45  # of a window's half length: the blur beyond which it is too short
STROKE_WIDTH = (1.5, 0.6)  # export px, mean and spread of text strokes
FIRST_ITERATIONS, LAST_ITERATIONS = 3, 5
MAX_RESIDUAL = 0.08  # of the step
SECTORS = 4  # directions of edges, modulo 180 degrees
BEST_SHARE, FEWEST = 0.15, 16  # of the candidates: those that the known shapes explain best
GRID_SEEN_FROM, MOST_TAPS = 1.7, 5  # camera px per export px; samples a display pixel's side
LEAST_SIGMA = 0.08  # export px
TOO_SHARP = 0.3  # export px: blur below which edges are told no longer apart by it
MIN_STEP = 0.02  # of the screen's white
SQRT_2PI = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges that a blurred step or stroke explains.

    Attributes:
        centre_xy: (N, 2) export pixels.
        normal_xy: (N, 2) unit vectors across the edge.
        sigma_px: (N,) Gaussian blur across the edge, export pixels.
        residual: (N,) RMS of what the shape does not explain, over the step.
        tile: (N,) index of the tile that holds the edge.
    """

    centre_xy: FloatArray
    normal_xy: FloatArray
    sigma_px: FloatArray
    residual: FloatArray
    tile: NDArray[np.int_]


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    """Pixels around N candidates: distances across and along in export px, linear luma."""

    across: FloatArray
    along: FloatArray
    value: FloatArray
    weight: FloatArray
    extra: FloatArray  # (N,) variance across that reading the pixels added, export px squared
    half: float

    def __getitem__(self, chosen: NDArray[Any]) -> _Windows:
        return _Windows(
            self.across[chosen],
            self.along[chosen],
            self.value[chosen],
            self.weight[chosen],
            self.extra[chosen],
            self.half,
        )


def find_edges(planes: Planes, photo: Photo) -> Edges:
    """Fit the strongest edges of every tile of the screen and keep those that fit best.

    Content makes edges softer than the display's own steps, or more crowded than the two
    shapes allow; either shows in the residual. Edges outside the scan area come first:
    within it, tissue has soft edges of its own.
    """
    kept: Edges | None = None
    for half in WINDOWS:
        centre, normal = _candidates(planes, half)
        edges = _fit(planes, photo, centre, normal, half)
        if kept is None or len(edges.sigma_px) >= FEWEST // 2:
            kept = edges
        if len(kept.sigma_px) and np.quantile(kept.sigma_px, 0.4) < half * WIDEST_SHARE:
            break
    assert kept is not None
    return kept


def _candidates(planes: Planes, half: float) -> tuple[FloatArray, FloatArray]:
    smooth = cv2.GaussianBlur(planes.luma, (0, 0), 1.0 if half < 5 else 2.5)
    gx = cv2.Scharr(smooth, cv2.CV_32F, 1, 0, scale=1 / 32)
    gy = cv2.Scharr(smooth, cv2.CV_32F, 0, 1, scale=1 / 32)
    strength = cv2.magnitude(gx, gy)
    peak = cv2.dilate(strength, np.ones((3, 3), np.uint8)) <= strength
    peak &= strength > MIN_STEP * planes.white / (2.0 * half)
    height, width = strength.shape
    border = int(np.ceil(half)) + 2
    peak[:border] = peak[-border:] = False
    peak[:, :border] = peak[:, -border:] = False
    rows, columns = np.nonzero(peak)
    if not planes.whole:
        inside = cv2.dilate(planes.scan.astype(np.uint8), np.ones((7, 7), np.uint8))
        outside = inside[rows, columns] == 0
        if outside.sum() >= 40:
            rows, columns = rows[outside], columns[outside]
    tile = (rows * TILE_ROWS // height) * TILE_COLUMNS + columns * TILE_COLUMNS // width
    # both directions get their share: text has more strokes of one than of the other
    upright = np.abs(gx[rows, columns]) > np.abs(gy[rows, columns])
    group = 2 * tile + upright
    order = np.lexsort((-strength[rows, columns], group))
    group = group[order]
    rank = np.arange(len(group)) - np.searchsorted(group, group)
    kept = order[rank < PER_GROUP]
    rows, columns = rows[kept], columns[kept]
    normal = np.c_[gx[rows, columns], gy[rows, columns]].astype(np.float64)
    normal /= np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-12)[:, None]
    return np.c_[columns, rows].astype(np.float64), normal


def _fit(
    planes: Planes, photo: Photo, centre: FloatArray, normal: FloatArray, half: float
) -> Edges:
    height, width = planes.luma.shape
    windows = _gather(planes, photo, centre, normal, half)
    sigma = np.full(len(centre), np.nan)
    cost = np.full(len(centre), np.inf)
    for stroke in (False, True):
        parameters = _start(windows, stroke)
        parameters, rough = _improve(windows, parameters, FIRST_ITERATIONS)
        # most candidates are told to be no such edge after a few steps
        chosen = np.argsort(rough)[: max(len(rough) // 2, FEWEST)]
        parameters, fine = _improve(windows[chosen], parameters[chosen], LAST_ITERATIONS)
        blur_px = np.exp(parameters[:, 2])
        fine[~(blur_px < half * (0.5 if stroke else 0.8))] = np.inf
        better = fine < cost[chosen]
        own = np.maximum(blur_px**2 - windows.extra[chosen], LEAST_SIGMA**2)
        sigma[chosen[better]] = np.sqrt(own)[better]
        cost[chosen[better]] = fine[better]
    best = _best_of_each_direction(normal, cost, sigma)
    rows = (centre[best, 1] * TILE_ROWS / height).astype(int)
    tile = rows * TILE_COLUMNS + (centre[best, 0] * TILE_COLUMNS / width).astype(int)
    return Edges(centre[best], normal[best], sigma[best], cost[best], tile)


def _best_of_each_direction(
    normal: FloatArray, cost: FloatArray, sigma: FloatArray
) -> NDArray[np.int_]:
    """Choose within each direction, so that a smear does not lose its own edges.

    Smooth shading fits a broad step better than any real step fits a sharp one, so the
    residual alone would prefer it; times the blur it is a fair rank.
    """
    sector = np.rint(np.arctan2(normal[:, 1], normal[:, 0]) / (np.pi / SECTORS)) % SECTORS
    rank = cost * np.maximum(sigma, TOO_SHARP)
    chosen = []
    for index in range(SECTORS):
        members = np.flatnonzero((sector == index) & (cost < MAX_RESIDUAL))
        count = max(FEWEST // 2, int(BEST_SHARE * (sector == index).sum()))
        chosen.append(members[np.argsort(rank[members])][:count])
    return np.concatenate(chosen)


def _gather(
    planes: Planes, photo: Photo, centre: FloatArray, normal: FloatArray, half: float
) -> _Windows:
    """Read the photo's pixels around each candidate, with their true distances.

    Where the camera resolves the display's own grid, the grid's ripple would hide every
    edge. A mean over one display pixel removes all its harmonics and nothing else that is
    not known: the variance it adds is subtracted later.
    """
    tangent = np.c_[-normal[:, 1], normal[:, 0]]
    u, t = np.meshgrid(
        np.linspace(-half, half, ACROSS), np.linspace(-HALF_TANGENT, HALF_TANGENT, ALONG)
    )
    wanted = u.reshape(1, -1, 1) * normal[:, None] + t.reshape(1, -1, 1) * tangent[:, None]
    jacobian = planes.to_photo.jacobians(centre)
    seen = planes.to_photo.points(centre)[:, None]
    taps = _taps(jacobian)
    pixel = seen + wanted @ jacobian.transpose(0, 2, 1)
    width, height = photo.size_wh
    if taps == 1:
        pixel = np.rint(pixel)
        delta = (pixel - seen) @ np.linalg.inv(jacobian).transpose(0, 2, 1)
        across = (delta @ normal[:, :, None])[..., 0]
        along = (delta @ tangent[:, :, None])[..., 0]
    else:
        across = np.broadcast_to(u.reshape(1, -1), pixel.shape[:2])
        along = np.broadcast_to(t.reshape(1, -1), pixel.shape[:2])
    weight = ((pixel >= 0) & (pixel <= np.array([width, height]) - 1)).all(2).astype(np.float64)
    step = (np.arange(taps) + 0.5) / taps - 0.5
    offsets = np.stack(np.meshgrid(step, step), -1).reshape(1, -1, 2) @ jacobian.transpose(0, 2, 1)
    places = (pixel[:, :, None] + offsets[:, None]).astype(np.float32).reshape(len(centre), -1, 2)
    method = cv2.INTER_NEAREST if taps == 1 else cv2.INTER_LINEAR
    x, y = (np.ascontiguousarray(places[..., axis]) for axis in (0, 1))
    rgb = cv2.remap(photo.pixels, x, y, method, borderMode=cv2.BORDER_REPLICATE)
    value = cv2.transform(SRGB_TO_LINEAR[rgb], np.array([[0.2126, 0.7152, 0.0722]], np.float32))
    value = value.reshape(len(centre), pixel.shape[1], -1).mean(2).astype(np.float64)
    extra = np.zeros(len(centre))
    if taps > 1:
        spread = np.linalg.inv(jacobian).transpose(0, 2, 1) @ normal[:, :, None]
        extra = (1.0 - taps**-2) / 12.0 + (spread[..., 0] ** 2).sum(1) / 6.0
    return _Windows(across, along, value, weight, extra, half)


def _taps(jacobian: FloatArray) -> int:
    """Return how many samples along each side of a display pixel see its grid averaged."""
    if len(jacobian) == 0:
        return 1
    sampling = float(np.median(np.sqrt(np.abs(np.linalg.det(jacobian)))))
    return 1 if sampling < GRID_SEEN_FROM else min(int(np.ceil(sampling)), MOST_TAPS)


def _start(windows: _Windows, stroke: bool) -> FloatArray:
    """Return first guesses: place, slant, log sigma, and log width of a stroke."""
    guess = np.zeros((len(windows.value), 4 if stroke else 3))
    guess[:, 2] = np.log(windows.half / 5.0)
    if stroke:
        guess[:, 0] = 0.9 * _stroke_side(windows)
        guess[:, 3] = np.log(STROKE_WIDTH[0])
    return guess


def _improve(windows: _Windows, p: FloatArray, iterations: int) -> tuple[FloatArray, FloatArray]:
    """Run Gauss-Newton on every window; level and step are solved for, not searched.

    Returns the parameters and the RMS residual over the step.
    """
    p = p.copy()
    cost = np.full(len(p), np.inf)
    mean = np.array([0.0, 0.0, 0.0, np.log(STROKE_WIDTH[0])])[: p.shape[1]]
    # weak priors on slant and stroke width hold what a short, noisy edge cannot tell
    precision = np.array([0.0, 0.15**-2, 0.0, (STROKE_WIDTH[1] / STROKE_WIDTH[0]) ** -2])
    prior = np.diag(precision[: p.shape[1]])
    for _ in range(iterations):
        shape, slopes = _model(windows, p)
        level, step = _levels(shape, windows.value, windows.weight)
        error = (windows.value - level[:, None] - step[:, None] * shape) * windows.weight
        total = np.maximum(windows.weight.sum(1), 1.0)
        residual = np.sqrt((error**2).sum(1) / total)
        cost = residual / np.maximum(np.abs(step), 1e-9)
        flat = [windows.weight, shape * windows.weight]
        design = np.stack([c * step[:, None] * windows.weight for c in slopes] + flat, 1)
        # project level and step out, so that the search sees what they cannot explain
        normal = design @ design.transpose(0, 2, 1)
        right = (design @ error[:, :, None])[..., 0]
        k = p.shape[1]
        scale = np.maximum(residual, 1e-4) ** 2
        normal[:, :k, :k] += scale[:, None, None] * prior
        right[:, :k] -= scale[:, None] * ((p - mean) @ prior)
        damping = 1e-6 * np.trace(normal, axis1=1, axis2=2) + 1e-12
        normal += damping[:, None, None] * np.eye(normal.shape[1])
        move = np.linalg.solve(normal, right[..., None])[:, :k, 0]
        p += np.clip(move, -0.7, 0.7)
        p[:, 0] = np.clip(p[:, 0], -windows.half / 2.0, windows.half / 2.0)
        p[:, 2] = np.clip(p[:, 2], np.log(LEAST_SIGMA), np.log(windows.half))
    return p, cost


def _model(windows: _Windows, p: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
    """Return the blurred shape of unit step and its derivatives by the parameters."""
    sigma = np.exp(p[:, 2:3])
    x = windows.across - p[:, 0:1] - windows.along * p[:, 1:2]
    if p.shape[1] == 3:
        u = x / sigma
        slope = np.exp(-0.5 * u * u) / (SQRT_2PI * sigma)
        return ndtr(u), [-slope, -slope * windows.along, -slope * x]
    width = np.exp(p[:, 3:4])
    upper, lower = (x + width / 2.0) / sigma, (x - width / 2.0) / sigma
    rise = np.exp(-0.5 * upper * upper) / (SQRT_2PI * sigma)
    fall = np.exp(-0.5 * lower * lower) / (SQRT_2PI * sigma)
    slope = rise - fall
    by_sigma = -(rise * upper - fall * lower) * sigma
    by_width = 0.5 * width * (rise + fall)
    return ndtr(upper) - ndtr(lower), [-slope, -slope * windows.along, by_sigma, by_width]


def _levels(
    shape: FloatArray, value: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Solve the two linear unknowns, level and step, for a given shape."""
    total = np.maximum(weight.sum(1), 1e-9)
    mean_s, mean_v = (shape * weight).sum(1) / total, (value * weight).sum(1) / total
    centred = (shape - mean_s[:, None]) * weight
    step = (centred * value).sum(1) / np.maximum((centred * shape).sum(1), 1e-9)
    return mean_v - step * mean_s, step


def _stroke_side(windows: _Windows) -> FloatArray:
    """Tell on which side of the gradient's peak a stroke lies: +1 or -1."""
    distance = np.abs(windows.across)
    near = windows.weight * np.exp(-0.5 * ((distance - 1.0) / 0.5) ** 2)
    far = windows.weight * np.exp(-0.5 * ((distance - 2.8) / 0.5) ** 2)
    changes = []
    for side in (windows.across > 0, windows.across <= 0):
        means = [
            (ring * side * windows.value).sum(1) / np.maximum((ring * side).sum(1), 1e-9)
            for ring in (near, far)
        ]
        changes.append(np.abs(means[0] - means[1]))
    return np.where(changes[0] >= changes[1], 1.0, -1.0)
