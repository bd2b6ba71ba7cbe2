"""How far the camera looked from the side."""

from __future__ import annotations

import math

from sonogate.policy import ScoreCurve
from sonogate.types import Measure, RectifiedScreen


def measure_perspective(screen: RectifiedScreen, curve: ScoreCurve) -> Measure:
    """Return the angle between the camera's axis and the screen's normal, degrees."""
    raw = abs(screen.tilt_deg)
    if not math.isfinite(raw):
        return Measure(
            "perspective", None, "degrees", None, "the pose is unknown", reason="off_angle"
        )
    return Measure("perspective", raw, "degrees", curve.score(raw), reason="off_angle")
