"""Where the display is in a photo."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from sonogate.policy import ScreenPolicy
from sonogate.screen import geometry, hypotheses
from sonogate.screen.hypotheses import Evidence
from sonogate.screen.lines import find_lines, level_map
from sonogate.screen.reduce import reduced
from sonogate.types import FloatArray, Photo, ScreenQuad

WORK_SIDE_PX = 640


def prepare(photo: Photo) -> tuple[Evidence, tuple[int, int]]:
    """Return a photo's lines and levels at working size, and that size."""
    width, height = photo.size_wh
    scale = min(WORK_SIDE_PX / max(width, height), 1.0)
    size = (max(round(width * scale), 16), max(round(height * scale), 16))
    small = reduced(photo.pixels, size)
    level = level_map(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8))
    horizontal, vertical = find_lines(level)
    return Evidence(horizontal, vertical, level), size


class ScreenLocator(Protocol):
    """Finds the display in a photo, whatever it shows."""

    def __call__(self, photo: Photo) -> ScreenQuad | None:
        """Return the display's quad, or None where there is no display."""
        ...


class ClassicalLocator:
    """Finds a display by its four straight sides, without a trained network.

    Quads are formed from long straight edges of a reduced picture and ranked by what a
    lit panel in a frame looks like: see ``hypotheses``.
    """

    def __init__(self, policy: ScreenPolicy) -> None:
        self._policy = policy

    def __call__(self, photo: Photo) -> ScreenQuad | None:
        """Return the display's quad in photo pixels, or None below the policy's confidence."""
        evidence, size = prepare(photo)
        quads = hypotheses.build(evidence.horizontal, evidence.vertical, size)
        if len(quads.corners_xy) == 0:
            return None
        best, belief = hypotheses.choose(quads, evidence, size)
        confidence = 100.0 * belief
        if confidence < self._policy.min_confidence:
            return None
        factor = np.array(photo.size_wh) / np.array(size)
        corners_xy: FloatArray = (quads.corners_xy[best] + 0.5) * factor - 0.5
        corners_xy = geometry.order_corners(corners_xy)
        return ScreenQuad(
            corners_xy=corners_xy,
            confidence=confidence,
            visible_fraction=geometry.visible_fraction(corners_xy, photo.size_wh),
        )
