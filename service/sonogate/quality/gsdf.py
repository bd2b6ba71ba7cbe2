"""Just-noticeable differences of grey on a display (DICOM PS3.14, GSDF)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

WHITE_CD_M2 = 250.0
CONTRAST = 1000.0

# PS3.14, 7.1: coefficients of j(L) in powers of log10(L)
_INVERSE = (
    71.498068, 94.593053, 41.912053, 9.8247004, 0.28175407,
    -1.1878455, -0.18014349, 0.14710899, -0.017046845,
)  # fmt: skip


def jnd_index(luminance_cd_m2: NDArray[Any] | float) -> NDArray[np.float64]:
    """Return the JND index of a luminance between 0.05 and 4000 cd/m²."""
    log = np.log10(np.clip(luminance_cd_m2, 0.05, 4000.0))
    return np.asarray(np.polynomial.polynomial.polyval(log, np.array(_INVERSE)), np.float64)


def jnd_retention(
    low: NDArray[Any], high: NDArray[Any], added: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the share of grey steps between ``low`` and ``high`` left under added light.

    All three are fractions of the display's white; the display is taken to have 250 cd/m²
    and a contrast of 1000:1.
    """
    black = WHITE_CD_M2 / CONTRAST
    bottom, top = black + WHITE_CD_M2 * low, black + WHITE_CD_M2 * high
    light = WHITE_CD_M2 * added
    before = jnd_index(top) - jnd_index(bottom)
    after = jnd_index(top + light) - jnd_index(bottom + light)
    return np.asarray(after / np.maximum(before, 1e-9), np.float64)
