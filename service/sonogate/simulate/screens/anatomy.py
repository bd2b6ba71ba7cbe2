"""Building blocks of invented anatomy: skin, walls of vessels, branches."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.screens.tissue import Tissue
from sonogate.types import HeatArray

Rng = np.random.Generator


def vary(rng: Rng, value: float, share: float = 0.2) -> float:
    """Return ``value`` varied by up to a share of itself."""
    return float(value * rng.uniform(1 - share, 1 + share))


def everywhere(tissue: Tissue) -> HeatArray:
    """Return a distance that is inside everywhere."""
    return np.full(tissue.shape, -1, np.float32)


def skin(rng: Rng, tissue: Tissue, thick_cm: float) -> float:
    """Skin, fat with septa, muscle; return the depth below them."""
    fat, muscle = vary(rng, thick_cm * 0.55, 0.4), vary(rng, thick_cm * 0.45, 0.4)
    rind = vary(rng, 0.14)
    tissue.paint(-tissue.band(0.0), 6)
    tissue.paint(tissue.band(rind), 5)
    slope, sag = float(rng.normal(0, 0.03)), float(rng.normal(0, 0.004))
    deep = tissue.band(rind + fat, slope, sag)
    layer = np.maximum(deep, -tissue.band(rind))
    tissue.paint(layer, vary(rng, -7, 0.5), -0.1)
    tissue.fibres(float(rng.normal(0, 0.12)), 2.4, 0.16, 3.4, layer)
    tissue.wall(deep, 0.04, 9, mirror=10)
    deeper = tissue.band(rind + fat + muscle, slope * 1.4, sag)
    layer = np.maximum(deeper, -deep)
    tissue.paint(layer, vary(rng, -4, 0.5))
    tissue.fibres(float(rng.normal(0, 0.08)), 3.0, 0.11, 4.2, layer)
    tissue.wall(deeper, 0.045, 10, mirror=14)
    return rind + fat + muscle


def vessel(tissue: Tissue, distance: HeatArray, flow: float, wall_db: float = 5.0) -> None:
    """Paint a fluid-filled part with a wall, and flow where there is some."""
    tissue.wall(distance, 0.05, wall_db, mirror=4)
    tissue.paint(distance, -34, -0.35, flow=flow)


def branches(rng: Rng, tissue: Tissue, x: float, z: float, size: float, count: int) -> None:
    """Dark tubes of varied direction, some cut across, some along."""
    for _ in range(count):
        turn, width = float(rng.uniform(-0.9, 0.9)), float(size * rng.uniform(0.09, 0.26))
        length = float(rng.choice([1.0, 1.5, rng.uniform(4, 12)]))
        at = tissue.ellipse(
            x + float(rng.uniform(-2.2, 2.2) * size),
            z + float(rng.uniform(-1.4, 1.4) * size),
            width * length,
            width,
            turn,
            0.03,
        )
        wall_db = float(rng.choice([-6.0, 3.0, 8.0]))
        vessel(tissue, at, float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.8)), wall_db)
