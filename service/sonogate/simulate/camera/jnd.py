"""The grey steps that a viewer can tell apart: DICOM PS3.14, display function standard."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray

# PS3.14, 7.1: the JND index as a polynomial in log10 of the luminance.
_POLYNOMIAL = (
    71.498068,
    94.593053,
    41.912053,
    9.8247004,
    0.28175407,
    -1.1878455,
    -0.18014349,
    0.14710899,
    -0.017046845,
)
_LOWEST, _HIGHEST = 0.05, 4000.0


def jnd_index(luminance: NDArray[Any]) -> FloatArray:
    """Return the JND index of a luminance, cd/m², valid from 0.05 to 4000."""
    level = np.log10(np.clip(luminance, _LOWEST, _HIGHEST))
    return np.asarray(np.polynomial.polynomial.polyval(level, _POLYNOMIAL), np.float64)


def retained_steps(low: NDArray[Any], high: NDArray[Any], added: NDArray[Any]) -> FloatArray:
    """Return the share of the steps between two luminances that added light leaves, 0–1."""
    had = jnd_index(high) - jnd_index(low)
    left = jnd_index(high + added) - jnd_index(low + added)
    return np.asarray(np.where(had > 1e-6, left / np.maximum(had, 1e-6), 1.0), np.float64)
