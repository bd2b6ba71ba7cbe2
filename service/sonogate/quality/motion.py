"""Blur that one direction has beyond the others: the camera moved."""

from __future__ import annotations

from sonogate.policy import ScoreCurve
from sonogate.quality.blur import Blur
from sonogate.types import Measure

UNIT = "export px"


def measure_motion(blur: Blur | None, curve: ScoreCurve) -> Measure:
    """Return the length of the smear and its direction.

    A uniform smear of length L adds the variance L²/12 along its direction alone, which the
    interface's spectrum shows. Less than the text's own anisotropy counts as none.
    """
    if blur is None:
        return Measure("motion", None, UNIT, None, "too little detail", reason="blur_motion")
    raw = blur.motion_px
    return Measure(
        "motion", raw, UNIT, curve.score(raw), reason="blur_motion", angle_deg=blur.angle_deg
    )
