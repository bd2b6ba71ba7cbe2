"""What to do better before the shutter goes, from one frame of a live camera.

Quick measures at a frame's resolution, with the reason codes, limits and sentences of the
verdict. The capture page measures the same on the phone (``web/src/capture/guidance``), step
by step; a test holds both to agree. A frame has far fewer pixels than the photo: of blur it
shows the gross kind, of moiré and noise nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sonogate.guidance.hint import Hint, HintCode, choose_hint
from sonogate.guidance.measures import FrameMeasures, measure
from sonogate.guidance.rules import GuidanceRules, rules_of
from sonogate.onnx.glance import Glance
from sonogate.types import PixelArray

__all__ = ["FrameMeasures", "Guidance", "GuidanceRules", "Hint", "HintCode", "guide", "rules_of"]


@dataclass(frozen=True, slots=True)
class Guidance:
    """A frame, looked at.

    Attributes:
        glance: The display; None when there is none.
        measures: What was measured on it; None when there is none.
        hint: The one thing to do; None when the frame is good.
    """

    glance: Glance | None
    measures: FrameMeasures | None
    hint: Hint | None


def guide(
    pixels: PixelArray, glance: Glance | None, still_scale: float, rules: GuidanceRules
) -> Guidance:
    """Measure a frame and choose the hint.

    Args:
        pixels: (height, width, 3) uint8 RGB, the frame.
        glance: What the locator saw in it.
        still_scale: Pixels of the photo to come per pixel of the frame.
        rules: The limits.
    """
    if glance is None or glance.presence < rules.least_presence:
        return Guidance(None, None, Hint("no_screen"))
    try:
        seen = measure(pixels, glance.corners_xy, still_scale, rules)
    except ValueError:
        return Guidance(None, None, Hint("no_screen"))
    size_wh = (pixels.shape[1], pixels.shape[0])
    return Guidance(glance, seen.measures, choose_hint(glance, seen, size_wh, rules))
