"""Which pixels of an export may be shown beside a photo of it.

What cannot be read in the photo, under a reflection or a blur, can be read in the export:
so the export's own text is masked as well, and shown is only what both let be seen.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.evaluate.alignment import Alignment
from sonogate.pipeline import Gate
from sonogate.reference.planes import Mask
from sonogate.screen import geometry
from sonogate.types import (
    Assessment,
    FloatArray,
    MaskedScreen,
    PixelArray,
    RectifiedScreen,
    ScreenQuad,
)


def hide_export(export: PixelArray, scan_area_xy: FloatArray, gate: Gate) -> MaskedScreen:
    """Mask an export as the gate masks a screen; wholly, where that cannot be trusted.

    Args:
        export: (height, width, 3) uint8 RGB.
        scan_area_xy: (N, 2) its scan area, export pixels.
        gate: Holds the reader and the policy.
    """
    size_wh = (export.shape[1], export.shape[0])
    quad = ScreenQuad(geometry.screen_corners(size_wh), 100.0, 1.0)
    screen = RectifiedScreen(
        export, quad, np.eye(3), size_wh, 0.0, size_wh, True, scan_area_xy=scan_area_xy
    )
    return gate.mask(screen, gate.identify(screen))[1]


def hidden_in_photo(alignment: Alignment, assessment: Assessment) -> Mask:
    """Return the export pixels that the gate masked in the photo, (height, width) bool.

    What lies out of the gate's own rectified picture, and a pixel's breadth around what it
    masked, counts as masked.
    """
    width, height = alignment.registration.export_size_wh
    if assessment.screen is None or assessment.masked is None:
        return np.ones((height, width), bool)
    filled = assessment.masked.mask
    points = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)
    ideal = alignment.to_photo(points.reshape(-1, 2).astype(np.float64))
    back = np.asarray(np.linalg.inv(assessment.screen.homography), np.float64)
    place = geometry.project(back, ideal).reshape(height, width, 2).astype(np.float32)
    seen = cv2.remap(
        filled.astype(np.uint8),
        np.ascontiguousarray(place[..., 0]),
        np.ascontiguousarray(place[..., 1]),
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=1,
    )
    return np.asarray(cv2.dilate(seen, np.ones((3, 3), np.uint8)), bool)
