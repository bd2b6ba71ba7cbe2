"""The learned locator at a glance: two looks at a frame of a live camera.

Which way up a display is read, and how sure its quad is, need more looks than a frame a few
times a second has time for; the capture page shows an outline and a hint, nothing more. The
page's own locator (``web/src/capture/locator``) does the same, step by step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonogate.onnx.locator import NAME, LearnedLocator
from sonogate.onnx.rules import LocatorRules
from sonogate.onnx.views import close_view, reduced, whole_view
from sonogate.types import FloatArray, PixelArray

# When the closer look is believed: it is the better one nearly always.
CLOSER_LOGIT, CLOSER_AGREEMENT = -1.0, 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """A display in a frame.

    Attributes:
        corners_xy: (4, 2) float64, frame pixels, TL, TR, BR, BL as far as two looks tell.
        presence: Belief (0–1) that there is a display at all.
        ultrasound: Belief (0–1) that it shows an ultrasound picture.
    """

    corners_xy: FloatArray
    presence: float
    ultrasound: float


class GlancingLocator:
    """Finds the display in a frame. Not thread-safe: one a worker."""

    def __init__(self, rules: LocatorRules, locator: LearnedLocator | None = None) -> None:
        """Glance with a network.

        Args:
            rules: How its maps are read.
            locator: Whose network; None to load the one that ships, on one thread.

        Raises:
            ModelError: The file is missing or is not the one of the manifest.
        """
        self._rules = rules
        self._locator = LearnedLocator(rules) if locator is None else locator

    @property
    def sha256(self) -> str:
        """SHA-256 of the network's file."""
        return self._locator.versions[NAME]

    def __call__(self, pixels: PixelArray) -> Glance | None:
        """Return where the display is in a frame, or None where nothing looks like one.

        Args:
            pixels: (height, width, 3) uint8 RGB.

        Raises:
            ModelError: The model failed to run.
        """
        work, scale_xy = reduced(pixels)
        first = self._locator.look(work, whole_view((work.shape[1], work.shape[0])))
        if first.present < self._rules.hopeless_logit or first.corners_xy is None:
            return None
        second = self._locator.look(work, close_view(first.corners_xy))
        corners = first.corners_xy
        if second.present > CLOSER_LOGIT and second.corners_xy is not None:
            closer = _in_order_of(corners, second.corners_xy)
            if _agreement(corners, closer) > CLOSER_AGREEMENT:
                corners = closer
        return Glance(
            corners_xy=(corners + 0.5) * scale_xy - 0.5,
            presence=_sigmoid(0.5 * (first.present + second.present)),
            ultrasound=0.5 * (_sigmoid(first.ultrasound) + _sigmoid(second.ultrasound)),
        )


def _sigmoid(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(logit, -60.0), 60.0)))


def _in_order_of(ordered_xy: FloatArray, corners_xy: FloatArray) -> FloatArray:
    """Return corners rolled so that each lies nearest to its like."""
    rolled = [np.roll(corners_xy, turn, axis=0) for turn in range(4)]
    return min(rolled, key=lambda quad: float(np.sum((quad - ordered_xy) ** 2)))


def _agreement(a_xy: FloatArray, b_xy: FloatArray) -> float:
    """Return one minus the mean distance of the corners in half diagonals."""
    half = 0.25 * float(np.linalg.norm(a_xy[2] - a_xy[0]) + np.linalg.norm(a_xy[3] - a_xy[1]))
    return 1.0 - float(np.linalg.norm(a_xy - b_xy, axis=1).mean()) / max(half, 1e-6)
