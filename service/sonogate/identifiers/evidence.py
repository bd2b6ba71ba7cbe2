"""Tell writing in the scan area from calipers, dotted lines, vessels and speckle.

The detector is set to miss nothing, so it takes much of a scan for text. What a console
writes is level (or stands upright) and has several letters; what is neither read as such
nor found with certainty is part of the picture.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.identifiers import boxes
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray

# Sides this near to the axes belong to writing that a console set.
LEVEL_DEG = 6.0
# Length over height up to which a box holds one letter.
LONE_ELONGATION = 1.6
MIN_LETTERS = 2
MIN_OBLIQUE_LETTERS = 3


def looks_written(
    polygon_xy: FloatArray,
    found_confidence: float,
    readings: tuple[tuple[str, float], ...],
    policy: IdentifiersPolicy,
    sure: bool,
) -> bool:
    """Say whether a candidate in the scan area is writing.

    Args:
        polygon_xy: (4, 2) float64, clockwise.
        found_confidence: The detector's confidence, 0–1.
        readings: Text and confidence of each reading of it, turned either way.
        policy: The limits of certainty.
        sure: Whether the detector is so certain that a line is writing though nothing was read.
    """
    letters = [(sum(map(str.isalnum, text)), confidence) for text, confidence in readings]
    if off_axis_deg(polygon_xy) > LEVEL_DEG:
        return any(
            count >= MIN_OBLIQUE_LETTERS and confidence >= policy.scan_read_confidence
            for count, confidence in letters
        )
    if any(
        count >= MIN_LETTERS
        and (
            confidence >= policy.scan_read_confidence
            or (
                confidence >= policy.scan_letter_confidence
                and found_confidence >= policy.scan_found_confidence
            )
        )
        for count, confidence in letters
    ):
        return True
    # Scripts that the recogniser does not know read as next to nothing.
    return not is_lone(polygon_xy) and sure


def is_lone(polygon_xy: FloatArray) -> bool:
    """Say whether a rectangle has room for one letter only, as a caliper's mark has."""
    sides = np.linalg.norm(np.diff(polygon_xy[:3], axis=0), axis=1)
    return bool(sides.max() <= LONE_ELONGATION * sides.min())


def off_axis_deg(polygon_xy: FloatArray) -> float:
    """Return the angle between a rectangle's sides and the picture's axes, 0–45 degrees."""
    across, along = polygon_xy[1] - polygon_xy[0]
    return abs((float(np.degrees(np.arctan2(along, across))) + 45.0) % 90.0 - 45.0)


def turned_crops(pixels: PixelArray, polygon_xy: FloatArray) -> tuple[PixelArray, PixelArray]:
    """Return a rectangle's picture laid level along its longer side, and upside down."""
    x0, y0, x1, y1 = boxes.pixels(boxes.bounds(polygon_xy), pixels.shape)
    part = pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    corners = (polygon_xy - (x0, y0)).astype(np.float32)
    width = max(3, round(float(np.linalg.norm(corners[1] - corners[0]))))
    height = max(3, round(float(np.linalg.norm(corners[3] - corners[0]))))
    target = np.array(
        [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], dtype=np.float32
    )
    matrix = cv2.getPerspectiveTransform(corners, target)
    crop = np.asarray(
        cv2.warpPerspective(part, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )
    level = np.ascontiguousarray(crop if width >= height else np.rot90(crop))
    return level, np.ascontiguousarray(level[::-1, ::-1])
