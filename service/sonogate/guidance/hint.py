"""The one thing to do better: the first fault, and where it lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sonogate.guidance.measures import Seen
from sonogate.guidance.rules import GuidanceRules
from sonogate.onnx.glance import Glance
from sonogate.prompts import Place
from sonogate.types import FloatArray

_GRID: tuple[tuple[Place, Place, Place], ...] = (
    ("upper left", "top", "upper right"),
    ("left", "centre", "right"),
    ("lower left", "bottom", "lower right"),
)
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
        return Hint("off_angle", _far_side(corners, rules.side_ratio))
    if measures.sampling < rules.min_sampling:
        return Hint("too_far")
    if glance.ultrasound < rules.min_ultrasound:
        return Hint("no_scan_area")
    if measures.white < rules.min_white:
        return Hint("too_dark")
    if measures.saturated_pct > rules.flooded_pct:
        return Hint("too_bright")
    if measures.reflected_pct > rules.max_reflected_pct:
        return Hint("glare", _place_of(seen.reflected, rules.place_share))
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
    return _GRID[1 + int(bottom) - int(top)][1 + int(right) - int(left)]


def _far_side(corners_xy: FloatArray, side_ratio: float) -> Place | None:
    """Return the side of the display farther from the camera; None when none stands out."""
    top, right, bottom, left = (
        float(np.linalg.norm(corners_xy[(k + 1) % 4] - corners_xy[k])) for k in range(4)
    )
    if min(top, right, bottom, left) <= 0.0:
        return None
    across, down = math.log(left / right), math.log(top / bottom)
    strongest = max(abs(across), abs(down))
    if strongest < side_ratio:
        return None
    least = max(side_ratio, 0.5 * strongest)
    column = 0 if abs(across) < least else 1 if across > 0 else -1
    row = 0 if abs(down) < least else 1 if down > 0 else -1
    return _GRID[1 + row][1 + column]


def _place_of(cells: FloatArray, everywhere_share: float) -> Place | None:
    """Return where on the display cells are highest; None when they are so everywhere."""
    if cells.max() <= 0.0 or np.mean(cells >= 0.5 * cells.max()) > everywhere_share:
        return None
    third = len(cells) // 3
    sums = cells.reshape(3, third, 3, third).sum(axis=(1, 3))
    row, column = divmod(int(sums.argmax()), 3)
    return _GRID[row][column]
