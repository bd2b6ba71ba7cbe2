"""How much of the screen is inside the frame."""

from __future__ import annotations

from sonogate.policy import ScoreCurve
from sonogate.types import Measure, RectifiedScreen


def measure_completeness(screen: RectifiedScreen, curve: ScoreCurve) -> Measure:
    """Return the share of the screen's area that lies inside the photo, %."""
    raw = 100.0 * screen.quad.visible_fraction
    return Measure("completeness", raw, "% of the screen", curve.score(raw), reason="cut_off")
