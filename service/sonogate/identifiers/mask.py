"""Build the masked picture from what is known to be safe: everything else is filled."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, IdentifierReport, MaskedScreen, RectifiedScreen

# Fixed-point bits for polygon vertices.
SHIFT = 4
# Where a vertex ends that lies beyond: fixed-point numbers would wrap around.
FARTHEST_PX = float(1 << 20)


def mask(
    screen: RectifiedScreen, report: IdentifierReport, policy: IdentifiersPolicy
) -> MaskedScreen:
    """Fill everything but the scan area and the kept runs; nothing is inpainted.

    Args:
        screen: The rectified screen.
        report: What is kept and what is masked. A masked run is filled wherever it lies;
            where it meets a kept one, the mask wins.
        policy: The fill's grey level and the margin around masked runs.

    Returns:
        The picture, solid where ``mask`` is True.
    """
    width, height = screen.size_wh
    keep: NDArray[np.uint8] = np.zeros((height, width), dtype=np.uint8)
    if screen.scan_area_xy is not None:
        _fill(keep, screen.scan_area_xy, 255)
        for region in report.regions:
            if region.kind == "surround" and not _is_frame(region.polygon_xy, screen):
                _fill(keep, region.polygon_xy, 0)
    keep_px = policy.keep_margin_px * screen.rectified_px_per_export_px
    for region in report.regions:
        if region.action == "kept":
            _fill(keep, _grown(region.polygon_xy, keep_px), 255)
    margin_px = policy.mask_margin_px * screen.rectified_px_per_export_px
    for region in report.regions:
        if region.action == "masked" and region.kind != "surround":
            _fill(keep, _grown(region.polygon_xy, margin_px), 0)
    pixels: NDArray[np.uint8] = np.full((height, width, 3), policy.fill_grey, dtype=np.uint8)
    cv2.copyTo(screen.pixels, keep, pixels)
    pixels.flags.writeable = False
    filled = keep == 0
    filled.flags.writeable = False
    return MaskedScreen(pixels, filled)


def _is_frame(polygon_xy: FloatArray, screen: RectifiedScreen) -> bool:
    """Say whether a region is the whole frame, whose fill the scan area interrupts."""
    spans_wh = polygon_xy.max(axis=0) - polygon_xy.min(axis=0)
    return bool((spans_wh >= screen.size_wh).all())


def _fill(canvas: NDArray[np.uint8], polygon_xy: FloatArray, value: int) -> None:
    near_xy = np.clip(polygon_xy, -FARTHEST_PX, FARTHEST_PX)
    corners = np.round(near_xy * (1 << SHIFT)).astype(np.int32)
    cv2.fillPoly(canvas, [corners], value, lineType=cv2.LINE_8, shift=SHIFT)


def _grown(polygon_xy: FloatArray, margin_px: float) -> FloatArray:
    """Return a convex polygon with every corner moved out by ``margin_px`` on both axes."""
    from_centre = polygon_xy - polygon_xy.mean(axis=0)
    return np.asarray(polygon_xy + np.sign(from_centre) * margin_px, dtype=np.float64)
