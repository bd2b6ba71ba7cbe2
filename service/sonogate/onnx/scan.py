"""The ultrasound picture as the locator's network coarsely sees it on a display."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.onnx.views import project
from sonogate.types import FloatArray

GRID_WH = (96, 72)
# Of the display: less is a speck.
LEAST_SHARE = 0.03


def scan_outline(mask_logits: NDArray[np.float32], ring_xy: FloatArray) -> FloatArray | None:
    """Return the outline of the scan area in shares of the display's width and height.

    Args:
        mask_logits: (h, w) of the scan area on the canvas.
        ring_xy: (4, 2) canvas cells of the display's corners, in reading order.

    Returns:
        (N, 2), 0–1 from the display's top-left corner: the hull of what is scan area more
        likely than not; None where too little is.
    """
    width, height = GRID_WH
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(unit, ring_xy.astype(np.float32)), np.float64)
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    places = project(matrix, np.stack([x.ravel(), y.ravel()], 1)).astype(np.float32)
    seen = cv2.remap(
        mask_logits,
        places[:, 0].reshape(height, width),
        places[:, 1].reshape(height, width),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = (seen > 0).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [part for part in contours if cv2.contourArea(part) > LEAST_SHARE * width * height / 4]
    if not large or inside.mean() < LEAST_SHARE:
        return None
    hull = cv2.convexHull(np.concatenate(large)).reshape(-1, 2)
    return np.asarray((hull + 0.5) / GRID_WH, np.float64)
