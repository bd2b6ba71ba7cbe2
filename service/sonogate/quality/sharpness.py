"""Resolution that survived: MTF50 in cycles per export pixel."""

from __future__ import annotations

import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.blur import Blur
from sonogate.types import Measure

UNIT = "cycles per export px"
MTF50_OF_GAUSSIAN = float(np.sqrt(np.log(2.0) / 2.0) / np.pi)  # times 1/sigma
HIGHEST = 1.5


def measure_sharpness(blur: Blur | None, curve: ScoreCurve) -> Measure:
    """Return the MTF50 of the blur that all directions share.

    It is the spatial frequency at which the modulation transfer function has fallen to one
    half (ISO 12233). What one direction has beyond the others is motion's.
    """
    if blur is None:
        return Measure("sharpness", None, UNIT, None, "no edges to measure by", reason="blur_focus")
    raw = min(MTF50_OF_GAUSSIAN / max(blur.minor_px, 1e-3), HIGHEST)
    return Measure("sharpness", raw, UNIT, curve.score(raw), reason="blur_focus", heat=blur.heat)
