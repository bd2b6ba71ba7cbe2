"""The limits that a frame is held to, in the native values of its measures."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sonogate.policy import Policy, ScoreCurve


@dataclass(frozen=True, slots=True)
class GuidanceRules:
    """The limits that a frame is held to, in the native values of its measures.

    Attributes:
        policy_version: The policy that they were taken from.
        least_presence: Belief (0–1) in a display from which there is one.
        min_ultrasound: Belief (0–1) in an ultrasound picture from which there is one.
        min_sampling: Photo pixels per pixel of the display's own grid.
        max_tilt_deg: Angle between the camera's axis and the display's normal.
        min_visible_pct: Share of the display inside the frame.
        edge_margin: Share of the frame's side that still counts as its edge.
        side_ratio: Relative difference of opposite sides from which one is the farther.
        place_share: Share of cells from which a reflection is everywhere.
        glare_luma: Luma that a reflecting part is nowhere darker than.
        glare_rise: By how much that is brighter than the darkest of most parts.
        max_reflected_pct: Share of the parts.
        flooded_pct: Share of the display without grey levels: too bright altogether.
        min_white: Luma of the brightest hundredth of the display.
        max_blur: Blur, 0–1.
        max_motion: Share of the display's diagonal a second.
        steady_s: Time that all must be good before the shutter goes.
        dwell_s: Least time that a hint stays.
        help_s: Time after which more help is offered.
        queue_s: Life of a photo in the waiting queue.
        retry_cap: Attempt from which on a poor but safe picture passes.
        formats_wh: Grids that displays have.
        format_tolerance: Relative error of a shape within which a grid is taken.
        hopeless_logit: Logit of a display below which no closer look is taken.
        least_peak: Probability of a cell from which more than four peaks are considered.
        mirrored_log_odds: Log odds of a mirrored display.
        doubtful_overlap: Overlap of quad and mask below which the mask's outline is tried.
        better_overlap: By how much that must overlap better.
    """

    policy_version: str
    least_presence: float
    min_ultrasound: float
    min_sampling: float
    max_tilt_deg: float
    min_visible_pct: float
    edge_margin: float
    side_ratio: float
    place_share: float
    glare_luma: float
    glare_rise: float
    max_reflected_pct: float
    flooded_pct: float
    min_white: float
    max_blur: float
    max_motion: float
    steady_s: float
    dwell_s: float
    help_s: float
    queue_s: float
    retry_cap: int
    formats_wh: tuple[tuple[int, int], ...]
    format_tolerance: float
    hopeless_logit: float
    least_peak: float
    mirrored_log_odds: float
    doubtful_overlap: float
    better_overlap: float


def rules_of(policy: Policy) -> GuidanceRules:
    """Return the limits of a policy in native values: a score below its limit fails there too."""
    own, measures, least = policy.guidance, policy.measures, policy.verdict.retake_below
    locator = policy.screen.locator
    return GuidanceRules(
        policy_version=policy.version,
        least_presence=own.least_presence,
        min_ultrasound=policy.screen.min_ultrasound,
        min_sampling=_native(measures.sampling, least),
        max_tilt_deg=_native(measures.perspective, least),
        min_visible_pct=_native(measures.completeness, least),
        edge_margin=policy.verdict.edge_margin,
        side_ratio=policy.verdict.side_ratio,
        place_share=policy.verdict.place_share,
        glare_luma=own.glare_luma,
        glare_rise=own.glare_rise,
        max_reflected_pct=own.max_reflected_pct,
        flooded_pct=own.flooded_pct,
        min_white=own.min_white,
        max_blur=own.max_blur,
        max_motion=own.max_motion,
        steady_s=own.steady_s,
        dwell_s=own.dwell_s,
        help_s=own.help_s,
        queue_s=own.queue_s,
        retry_cap=policy.submission.retry_cap,
        formats_wh=policy.screen.formats_wh,
        format_tolerance=policy.screen.format_tolerance,
        hopeless_logit=locator.hopeless_logit,
        least_peak=locator.least_peak,
        mirrored_log_odds=locator.mirrored_log_odds,
        doubtful_overlap=locator.doubtful_overlap,
        better_overlap=locator.better_overlap,
    )


def _native(curve: ScoreCurve, score: float) -> float:
    """Return the native value at which a curve reaches ``score``."""
    width = (curve.x90 - curve.x50) / math.log(9.0)
    return curve.x50 + width * math.log(score / (100.0 - score))
