"""The blur's covariance, from the widths of edges that run in many directions."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from sonogate.quality.edges import TILE_COLUMNS, TILE_ROWS, Edges
from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS
from sonogate.types import FloatArray, HeatArray

MIN_EDGES = 5
ROUNDS = 12
BROADER_WEIGHT = 0.6  # of an edge that is broader than the fit: content adds blur of its own
RIDGE = 0.03  # on the anisotropy: settles what few directions leave open
MIN_SPREAD = 0.4  # of the doubled angle's unit vectors: edges that run in two directions
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
    mean, cosine, sine = _robust_fit(rows, edges.sigma_px**2)
    excess = min(float(np.hypot(cosine, sine)), float(mean) * 0.999)
    minor, major = np.sqrt(max(mean - excess, 1e-6)), np.sqrt(max(mean + excess, 1e-6))
    angle_deg = float(np.rad2deg(0.5 * np.arctan2(sine, cosine))) % 180.0
    two = bool(np.hypot(*rows[:, 1:].std(0)) > MIN_SPREAD)
    return Blur(float(minor), float(major), angle_deg, two, _heat(edges))


def _robust_fit(rows: FloatArray, variance: FloatArray) -> FloatArray:
    """Fit by reweighting, relative to the fit; broader edges count less than sharper ones."""
    solution = np.array([np.quantile(variance, 0.35), 0.0, 0.0])
    for _ in range(ROUNDS):
        fitted = np.maximum(rows @ solution, 0.2 * solution[0])
        relative = (variance - fitted) / fitted
        weight = 1.0 / (np.abs(relative) + 0.05)
        weight *= np.where(relative > 0, BROADER_WEIGHT, 1.0)
        root = np.sqrt(weight) / fitted
        ridge = np.diag([0.0, 1.0, 1.0]) * np.sqrt(RIDGE * weight.sum()) / solution[0]
        design = np.vstack([rows * root[:, None], ridge])
        target = np.concatenate([variance * root, np.zeros(3)])
        solution = np.linalg.lstsq(design, target, rcond=None)[0]
        solution[0] = max(float(solution[0]), 1e-4)
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
