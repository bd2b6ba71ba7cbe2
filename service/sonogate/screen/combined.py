"""Two locators that check each other."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from sonogate.policy import ScreenPolicy
from sonogate.screen import geometry
from sonogate.screen.confidence import combined
from sonogate.screen.locate import ScreenLocator
from sonogate.types import FloatArray, Photo, ScreenQuad


class CombinedLocator:
    """Takes what is displayed from one locator and, where both agree, the edges of another.

    A trained locator knows a display from a sheet of paper and the panel from a picture on
    it; one that follows straight edges places them more finely where it follows the right
    ones, which nearly the same quad is a sign of, and better where the first is in doubt.
    """

    def __init__(
        self,
        knowing: ScreenLocator,
        edges: ScreenLocator,
        policy: ScreenPolicy,
        suspecting: ScreenLocator | None = None,
    ) -> None:
        """Combine locators.

        Args:
            knowing: Decides whether there is a display, about where, and how it is turned.
            edges: Places its sides.
            policy: How far both must agree.
            suspecting: Asked where the first finds none; believed only where the edges
                agree with it.
        """
        self._knowing = knowing
        self._edges = edges
        self._policy = policy
        self._suspecting = suspecting

    def __call__(self, photo: Photo) -> ScreenQuad | None:
        """Return the display's quad, or None where there is none."""
        known = self._knowing(photo)
        doubted = known is None
        if known is None and self._suspecting is not None:
            known = self._suspecting(photo)
        if known is None:
            return None
        edged = self._edges(photo)
        common = 0.0 if edged is None else overlap(known.corners_xy, edged.corners_xy)
        policy = self._policy
        if doubted and common < policy.confirming_overlap:
            return None
        # Edges in sight are not the display's where it runs out of the frame.
        whole = known.visible_fraction >= policy.whole_fraction
        doubted |= whole and known.confidence < policy.doubtful_confidence
        needed = policy.confirming_overlap if doubted else policy.same_display_overlap
        confidence = combined(known.confidence, common, policy.confidence)
        if edged is None or common < needed:
            return replace(known, confidence=confidence)
        corners_xy = _in_order_of(known.corners_xy, edged.corners_xy)
        return replace(
            known,
            corners_xy=corners_xy,
            confidence=confidence,
            visible_fraction=geometry.visible_fraction(corners_xy, photo.size_wh),
        )


def overlap(a_xy: FloatArray, b_xy: FloatArray) -> float:
    """Return the intersection over union of two convex quads."""
    a, b = a_xy.astype(np.float32), b_xy.astype(np.float32)
    common = float(cv2.intersectConvexConvex(a, b)[0])
    union = float(cv2.contourArea(a) + cv2.contourArea(b)) - common
    return common / union if union > 0 else 0.0


def _in_order_of(ordered_xy: FloatArray, corners_xy: FloatArray) -> FloatArray:
    """Return ``corners_xy`` turned so that each lies nearest to its like in ``ordered_xy``."""
    ring = corners_xy
    if geometry.signed_area(ordered_xy) * geometry.signed_area(corners_xy) < 0:
        ring = corners_xy[::-1]
    turned = [np.roll(ring, k, axis=0) for k in range(4)]
    return min(turned, key=lambda quad: float(np.sum((quad - ordered_xy) ** 2)))
