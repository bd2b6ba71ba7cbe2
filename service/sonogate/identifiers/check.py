"""Search the finished picture again: text that is not on the kept list sends it back.

Another network than that of the first search looks at what is left to be seen.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers.evidence import looks_written, turned_crops
from sonogate.identifiers.find import CORE_TRIM, TextReader, covered, resize, scaled, short_side
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, IdentifierReport, MaskedScreen


def check(
    masked: MaskedScreen,
    report: IdentifierReport,
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> IdentifierReport:
    """Search the masked picture with the network that the first search did not use.

    Args:
        masked: The finished picture.
        report: What was kept and masked on it.
        reader: Finds text. Whatever it raises ends in an incomplete report.
        policy: Scale and thresholds of the check.

    Returns:
        ``report``, incomplete with a failure when text is left that was not kept.
    """
    if not report.complete:
        return report
    scale = min(1.0, policy.check_side_px / max(masked.mask.shape))
    height, width = masked.mask.shape
    small_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    ratio_xy = np.array([small_wh[0] / width, small_wh[1] / height])
    accounted: NDArray[np.uint8] = np.asarray(
        cv2.resize(masked.mask.view(np.uint8), small_wh, interpolation=cv2.INTER_NEAREST),
        dtype=np.uint8,
    )
    for region in report.regions:
        if region.action == "kept":
            corners = np.round((region.polygon_xy + 0.5) * ratio_xy - 0.5).astype(np.int32)
            cv2.fillPoly(accounted, [corners], 1)
    # Only what is visible and was not read is worth a search.
    left, top, wide, high = cv2.boundingRect(1 - accounted)
    if wide < 2 or high < 2:
        return report
    tallest_px = policy.max_text_height_fraction * small_wh[1]
    try:
        shown = resize(masked.pixels, scale)
        window = np.ascontiguousarray(shown[top : top + high, left : left + wide])
        polygons, scores = reader.detect(
            window, policy.check_map_threshold, policy.check_box_threshold
        )
        left_over: list[tuple[FloatArray, float]] = []
        for polygon_xy, score in zip(np.add(polygons, (left, top)), scores, strict=True):
            # The detector's margin grows with the coarseness of the search: without it.
            core_xy = scaled(polygon_xy, -CORE_TRIM)
            unknown = 1.0 - covered(accounted, core_xy)
            if short_side(polygon_xy) <= tallest_px and unknown > policy.max_unaccounted:
                left_over.append(((polygon_xy + 0.5) / ratio_xy - 0.5, float(score)))
        crops = [
            crop for polygon_xy, _ in left_over for crop in turned_crops(masked.pixels, polygon_xy)
        ]
        readings = reader.recognise(crops)
    except Exception as error:
        return replace(report, complete=False, failure=f"the check failed ({type(error).__name__})")
    # A lone mark (a tick, a caliper) tells nothing, and speckle reads as nothing.
    if any(
        looks_written(
            polygon_xy,
            score,
            tuple(readings[2 * order : 2 * order + 2]),
            policy,
            score >= policy.check_unread_confidence,
        )
        for order, (polygon_xy, score) in enumerate(left_over)
    ):
        return replace(report, complete=False, failure="text is left after masking")
    return report
