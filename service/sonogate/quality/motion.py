"""Blur that one direction has beyond the others: the camera moved."""

from __future__ import annotations

import math

from sonogate.policy import ScoreCurve
from sonogate.quality.blur import Blur
from sonogate.types import Measure

UNIT = "export px"


def measure_motion(blur: Blur | None, curve: ScoreCurve) -> Measure:
    """Return the length of the smear and its direction.

    A uniform smear of length L adds the variance L²/12 along its direction; the excess of
    the larger eigenvalue of the blur's covariance over the smaller gives L.
    """
    if blur is None:
        return Measure("motion", None, UNIT, None, "no edges to measure by", reason="blur_motion")
    if not blur.two_directions:
        failure = "edges run in one direction only"
        return Measure("motion", None, UNIT, None, failure, reason="blur_motion")
    raw = math.sqrt(max(12.0 * (blur.major_px**2 - blur.minor_px**2), 0.0))
    return Measure(
        "motion", raw, UNIT, curve.score(raw), reason="blur_motion", angle_deg=blur.angle_deg
    )
