"""Where on the rectified display the ultrasound picture is."""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.types import FloatArray, PixelArray

WORK_SIDE_PX = 512
MIN_AREA_SHARE = 0.04


def find_scan_area(pixels: PixelArray) -> FloatArray | None:
    """Find the ultrasound picture: a textured region on a plain dark surround.

    Args:
        pixels: (height, width, 3) uint8 RGB, rectified.

    Returns:
        (N, 2) polygon in pixels of ``pixels``, or None when there is no such region.
    """
    height, width = pixels.shape[:2]
    scale = min(WORK_SIDE_PX / max(height, width), 1.0)
    size = (max(round(width * scale), 8), max(round(height * scale), 8))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    level = np.sqrt(luma)
    detail = np.abs(level - cv2.GaussianBlur(level, (0, 0), 3.0))
    active = (detail > max(0.15, 0.5 * float(np.median(detail)))).astype(np.float32)
    dense = (cv2.boxFilter(active, -1, (15, 15)) > 0.45).astype(np.uint8)
    opened = cv2.morphologyEx(dense, cv2.MORPH_OPEN, np.ones((25, 25), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return None
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    if stats[best, cv2.CC_STAT_AREA] < MIN_AREA_SHARE * size[0] * size[1]:
        return None
    contours, _ = cv2.findContours(
        (labels == best).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    polygon = cv2.approxPolyDP(hull, 2.0, True).reshape(-1, 2).astype(np.float64)
    if len(polygon) < 3:
        return None
    scaled = (polygon + 0.5) * np.array([width / size[0], height / size[1]]) - 0.5
    return np.asarray(scaled)
