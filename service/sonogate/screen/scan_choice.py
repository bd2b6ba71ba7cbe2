"""The scan area that was outlined finely, or the one that the locator saw coarsely.

The outline follows speckle to a pixel, but may stop where the picture is dark or coloured;
the locator's network knows the whole picture's shape to a few hundredths of the display.
Where the two disagree the network is the better guide.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.policy import ScreenPolicy
from sonogate.types import FloatArray, ScreenQuad

_GRID_WH = (384, 288)
_FRACTION_BITS = 4


def choose_scan_area(
    outlined_xy: FloatArray | None, quad: ScreenQuad, size_wh: tuple[int, int], policy: ScreenPolicy
) -> FloatArray | None:
    """Choose between the outlined scan area and the coarse one.

    Args:
        outlined_xy: (N, 2) rectified pixels, or None where nothing was outlined.
        quad: With the coarse area and the belief that an ultrasound picture is shown.
        size_wh: Size of the rectified picture.
        policy: How far both must agree for the outline to be kept, the belief that a coarse
            area alone needs, and the margins in which machines write and never draw.

    Returns:
        (N, 2) rectified pixels, or None.
    """
    coarse = quad.coarse_scan_area
    belief = quad.shows_ultrasound
    if coarse is None or belief is None or belief < policy.min_coarse_belief:
        return outlined_xy
    low, high = policy.scan_top, 1.0 - policy.scan_bottom
    kept = np.column_stack([np.clip(coarse[:, 0], 0.0, 1.0), np.clip(coarse[:, 1], low, high)])
    if outlined_xy is not None:
        outlined = (outlined_xy + 0.5) / np.array(size_wh)
        if _overlap(_filled(outlined), _filled(kept)) >= policy.min_scan_agreement:
            return outlined_xy
    return np.asarray(kept * np.array(size_wh) - 0.5, np.float64)


def _filled(shares: FloatArray) -> NDArray[np.bool_]:
    inside = np.zeros(_GRID_WH[::-1], np.uint8)
    places = (shares * np.array(_GRID_WH) - 0.5) * (1 << _FRACTION_BITS)
    cv2.fillPoly(inside, [np.rint(places).astype(np.int32)], 1, shift=_FRACTION_BITS)
    return inside > 0


def _overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    union = int((a | b).sum())
    return float((a & b).sum()) / union if union else 0.0
