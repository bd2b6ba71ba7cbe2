"""How many of the export's grey levels the picture still tells apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sonogate.quality.gsdf import jnd_retention
from sonogate.quality.planes import Planes
from sonogate.types import GreyLevels, Measure, MeasureName

GAMMA = 2.2
STEP_CODES = 8
PATCH_PX = 8  # export pixels on a side
DISCERNED_D = 2.0
LEAST_SAMPLING = 0.25


def count_grey_levels(planes: Planes, measures: Mapping[MeasureName, Measure]) -> GreyLevels | None:
    """Return what stray light and noise leave of the display's grey levels.

    Stray light adds to black and white alike and so takes the dark steps first; the steps
    are JNDs of DICOM PS3.14 on a display of 250 cd/m² and 1000:1. A uniform veil can be
    subtracted, but not the noise: a step of eight codes survives where a patch of 8×8 export
    pixels tells it apart with d' ≥ 2 and the camera has not clipped it.

    Args:
        planes: The screen on its own grid.
        measures: By name; None is returned where veil, noise or sampling are not known.
    """
    veil, noise, sampling = (measures[name].raw for name in ("veil", "noise", "sampling"))
    if veil is None or noise is None or sampling is None:
        return None
    black = np.zeros(1)
    kept = jnd_retention(black, black + 1.0, black + veil / 100.0)
    # d' of a step of eight codes was measured against the noise of one camera pixel
    sigma = STEP_CODES * planes.white ** (1 / GAMMA) / max(noise, 1e-3)
    pixels_on_a_side = PATCH_PX * max(sampling, LEAST_SAMPLING)
    shown = (np.arange(0, 257, STEP_CODES).clip(max=255) / 255.0) ** GAMMA
    dark = veil / 100.0 * planes.white
    linear = np.clip(dark + shown * max(planes.white - dark, 0.0), 0.0, 1.0)
    steps = np.diff(255.0 * linear ** (1 / GAMMA))
    return GreyLevels(
        round(100.0 * float(kept[0]), 1),
        round(100.0 * float((steps * pixels_on_a_side / sigma >= DISCERNED_D).mean()), 1),
    )
