"""The one thing to do better: the first fault, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sonogate.guidance.measures import Seen
from sonogate.guidance.rules import GuidanceRules
from sonogate.onnx.glance import Glance
from sonogate.prompts import Place
from sonogate.types import FloatArray
from sonogate.verdict.places import GRID, far_side, place_of

HintCode = Literal[
    "no_screen",
    "no_scan_area",
    "too_far",
    "cut_off",
    "off_angle",
    "glare",
    "blur_focus",
    "too_dark",
    "too_bright",
]


@dataclass(frozen=True, slots=True)
class Hint:
    """The one thing to do.

    Attributes:
        code: Why.
        place: Where it lies or which way to move; None when that cannot be told.
    """

    code: HintCode
    place: Place | None = None


def choose_hint(
    glance: Glance,
    seen: Seen,
    size_wh: tuple[int, int],
    rules: GuidanceRules,
) -> Hint | None:
    """Return the first fault; a new position changes all else, so geometry comes first.

    Args:
        glance: What the locator saw.
        seen: What was measured there.
        size_wh: Size of the frame.
        rules: The limits.

    Returns:
        The hint; None when the frame is good.
    """
    corners, measures = glance.corners_xy, seen.measures
    side = _edge_side(corners, size_wh, rules.edge_margin)
    if measures.visible_pct < rules.min_visible_pct or side != "none":
        return Hint("cut_off", None if side == "none" else side)
    if measures.tilt_deg > rules.max_tilt_deg:
        return Hint("off_angle", far_side(corners, rules.side_ratio))
    if measures.sampling < rules.min_sampling:
        return Hint("too_far")
    if glance.ultrasound < rules.min_ultrasound:
        return Hint("no_scan_area")
    if measures.white < rules.min_white:
        return Hint("too_dark")
    if measures.saturated_pct > rules.flooded_pct:
        return Hint("too_bright")
    if measures.reflected_pct > rules.max_reflected_pct:
        return Hint("glare", place_of(seen.reflected, rules.place_share))
    if measures.blur > rules.max_blur:
        return Hint("blur_focus")
    return None


def _edge_side(
    corners_xy: FloatArray, size_wh: tuple[int, int], edge_margin: float
) -> Place | Literal["none"] | None:
    """Return which way to move so that the display's corners come off the frame's edge.

    Returns:
        ``"none"`` when no corner is on an edge, None when opposite edges have one.
    """
    (x0, y0), (x1, y1) = corners_xy.min(0), corners_xy.max(0)
    width, height = size_wh
    left, right = x0 <= edge_margin * width - 0.5, x1 >= (1.0 - edge_margin) * width - 0.5
    top, bottom = y0 <= edge_margin * height - 0.5, y1 >= (1.0 - edge_margin) * height - 0.5
    if not (left or right or top or bottom):
        return "none"
    if (left and right) or (top and bottom):
        return None
    return GRID[1 + int(bottom) - int(top)][1 + int(right) - int(left)]
