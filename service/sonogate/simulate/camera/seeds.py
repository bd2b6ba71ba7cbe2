"""One random stream a stage, so that changing a stage leaves the others as they were."""

from __future__ import annotations

import zlib

import numpy as np


def stage_rng(seed: int, stage: str) -> np.random.Generator:
    """Return the random stream of ``stage`` for a photo's ``seed`` (any non-negative integer)."""
    return np.random.default_rng([seed, zlib.crc32(stage.encode())])


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw between ``low`` and ``high`` (both positive), uniform in the logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
