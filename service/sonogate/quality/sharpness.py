"""Resolution that survived: MTF50 in cycles per export pixel."""

from __future__ import annotations

import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.blur import Blur
from sonogate.types import Measure

UNIT = "cycles per export px"
FREQUENCIES = np.linspace(0.0, 1.0, 501)
FREQUENCIES.flags.writeable = False


def measure_sharpness(blur: Blur | None, curve: ScoreCurve) -> Measure:
    """Return the MTF50 of display pixel and camera, by the blur that all directions share.

    It is the spatial frequency at which the modulation transfer function has fallen to one
    half (ISO 12233). What one direction has beyond the others is motion's.
    """
    if blur is None:
        return Measure("sharpness", None, UNIT, None, "too little detail", reason="blur_focus")
    raw = mtf50(blur.sigma_px)
    return Measure("sharpness", raw, UNIT, curve.score(raw), reason="blur_focus", heat=blur.heat)


def mtf50(sigma_px: float) -> float:
    """Return the MTF50 of a square display pixel under a Gaussian blur, cycles per export px."""
    transfer = np.exp(-2.0 * (np.pi * sigma_px * FREQUENCIES) ** 2) * np.sinc(FREQUENCIES)
    return float(np.interp(0.5, transfer[::-1], FREQUENCIES[::-1]))
