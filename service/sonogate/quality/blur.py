"""The blur's covariance, from the widths of edges that run in many directions."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from sonogate.quality.edges import TILE_COLUMNS, TILE_ROWS, Edges
from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS
from sonogate.types import FloatArray, HeatArray

MIN_EDGES = 5
START_QUANTILE = 0.4
ROUNDS = 12
BROADER_WEIGHT = 0.6  # of an edge that is broader than the fit: content adds blur of its own
TRUSTED_RESIDUAL = 0.012  # of the step
RIDGE = 0.03  # on the anisotropy: settles what few directions leave open
MIN_SPREAD = 0.4  # of the doubled angle's unit vectors: edges that run in two directions
CONTENT_VARIANCE, CONTENT_SHARE = 0.06, 0.15  # px² and of the mean: what content may add
FACING, FEWEST_FACING = 0.9, 4  # cosine; edges that a smear must be borne out by
SHARPEST = 0.2  # quantile of their variance
WORST_SIGMA_PX = 2.0  # heat 1


@dataclass(frozen=True, slots=True, eq=False)
class Blur:
    """A Gaussian blur with its principal axes, export pixels.

    Attributes:
        minor_px: Standard deviation along the direction of least blur.
        major_px: Standard deviation along the direction of most blur.
        angle_deg: Direction of most blur, from +x towards +y, in [0, 180).
        two_directions: Whether edges of clearly different directions were seen.
        heat: Blur over the screen, 0–1.
    """

    minor_px: float
    major_px: float
    angle_deg: float
    two_directions: bool
    heat: HeatArray = field(repr=False)


def fit_blur(edges: Edges) -> Blur | None:
    """Fit the variance across an edge, nᵀ Σ n, over edges of all directions n.

    Returns None where there are too few edges.
    """
    if len(edges.sigma_px) < MIN_EDGES:
        return None
    theta = 2.0 * np.arctan2(edges.normal_xy[:, 1], edges.normal_xy[:, 0])
    rows = np.c_[np.ones(len(theta)), np.cos(theta), np.sin(theta)]
    (mean, cosine, sine), error = _robust_fit(rows, edges.sigma_px**2, edges.residual)
    amplitude = float(np.hypot(cosine, sine))
    # strokes are softer across than along on some screens, and edges scatter: that is no smear
    doubt = float(np.hypot(error, CONTENT_VARIANCE + CONTENT_SHARE * mean))
    belief = min(max((amplitude / doubt - 1.0) / 1.5, 0.0), 1.0)
    excess = min(belief * amplitude, float(mean) * 0.999)
    least = max(float(mean) - excess, 1e-6)
    most = _borne_out(edges, 0.5 * float(np.arctan2(sine, cosine)), least, float(mean) + excess)
    minor, major = np.sqrt(least), np.sqrt(most)
    angle_deg = float(np.rad2deg(0.5 * np.arctan2(sine, cosine))) % 180.0
    two = bool(np.hypot(*rows[:, 1:].std(0)) > MIN_SPREAD)
    return Blur(float(minor), float(major), angle_deg, two, _heat(edges))


def _borne_out(edges: Edges, angle: float, least: float, most: float) -> float:
    """Limit the largest variance: a smear along ``angle`` leaves no edge across it sharp."""
    across = edges.normal_xy @ np.array([np.cos(angle), np.sin(angle)])
    facing = np.abs(across) > FACING
    if facing.sum() < FEWEST_FACING:
        return least
    sharpest = float(np.quantile(edges.sigma_px[facing] ** 2, SHARPEST))
    return max(min(sharpest, most), least)


def _robust_fit(
    rows: FloatArray, variance: FloatArray, residual: FloatArray
) -> tuple[FloatArray, float]:
    """Fit by reweighting, relative to the fit; broader edges count less than sharper ones.

    Returns the three coefficients and the standard error of the anisotropy.
    """
    trust = 1.0 / (1.0 + (residual / TRUSTED_RESIDUAL) ** 2)
    solution = _first_fit(rows, variance, trust)
    error = 0.0
    for _ in range(ROUNDS):
        fitted = np.maximum(rows @ solution, 0.1 * solution[0])
        relative = (variance - fitted) / fitted
        weight = trust / (np.abs(relative) + 0.05)
        weight *= np.where(relative > 0, BROADER_WEIGHT, 1.0)
        scale = weight / fitted**2
        ridge = np.diag([0.0, 1.0, 1.0]) * RIDGE * weight.sum() / solution[0] ** 2
        normal = rows.T @ (rows * scale[:, None]) + ridge
        solution = np.linalg.solve(normal, rows.T @ (scale * variance))
        solution[0] = max(float(solution[0]), 1e-4)
        spread = float((weight * np.minimum(relative**2, 1.0)).sum() / max(len(rows) - 3, 1))
        error = float(np.sqrt(max(spread * np.trace(np.linalg.inv(normal)[1:, 1:]), 0.0)))
    return np.asarray(solution, np.float64), error


def _first_fit(rows: FloatArray, variance: FloatArray, trust: FloatArray) -> FloatArray:
    """Start from each direction's own edges, so that a smear is no outlier of the rest."""
    sector = np.rint(np.arctan2(rows[:, 2], rows[:, 1]) / (np.pi / 4.0)).astype(int) % 8
    design, target = [np.diag([0.0, 0.05, 0.05])], [np.zeros(3)]
    for index in np.unique(sector):
        chosen = np.flatnonzero(sector == index)
        order = chosen[np.argsort(variance[chosen])]
        share = np.cumsum(trust[order])
        low = float(variance[order[int(np.searchsorted(share, START_QUANTILE * share[-1]))]])
        weight = np.sqrt(share[-1]) / low
        design.append(rows[chosen].mean(0, keepdims=True) * weight)
        target.append(np.array([low * weight]))
    solution = np.linalg.lstsq(np.vstack(design), np.concatenate(target), rcond=None)[0]
    if solution[0] <= np.hypot(*solution[1:]):
        return np.array([float(np.quantile(variance, START_QUANTILE)), 0.0, 0.0])
    return np.asarray(solution, np.float64)


def _heat(edges: Edges) -> HeatArray:
    sigma = np.full(TILE_ROWS * TILE_COLUMNS, np.nan)
    for tile in np.unique(edges.tile):
        sigma[tile] = np.quantile(edges.sigma_px[edges.tile == tile], 0.35)
    sigma[np.isnan(sigma)] = np.nanmedian(sigma)
    grid = np.clip(sigma / WORST_SIGMA_PX, 0.0, 1.0).reshape(TILE_ROWS, TILE_COLUMNS)
    size = (HEAT_COLUMNS, HEAT_ROWS)
    large = cv2.resize(grid.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)
