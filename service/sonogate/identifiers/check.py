"""Search the finished picture again: text that is not on the kept list sends it back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers import boxes
from sonogate.identifiers.evidence import looks_written, turned_crops
from sonogate.identifiers.find import CORE_TRIM, TextReader, covered, find, scaled
from sonogate.policy import IdentifiersPolicy
from sonogate.types import IdentifierReport, MaskedScreen


def check(
    masked: MaskedScreen,
    report: IdentifierReport,
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> IdentifierReport:
    """Search the masked picture at scales that the first search did not use.

    Args:
        masked: The finished picture.
        report: What was kept and masked on it.
        reader: Finds text. Whatever it raises ends in an incomplete report.
        policy: Scales and thresholds of the check.

    Returns:
        ``report``, incomplete with a failure when text is left that was not kept.
    """
    if not report.complete:
        return report
    accounted: NDArray[np.uint8] = masked.mask.astype(np.uint8)
    for region in report.regions:
        if region.action == "kept":
            corners = np.round(region.polygon_xy).astype(np.int32)
            cv2.fillPoly(accounted, [corners], 1)
    # Only what is visible and was not read is worth a search.
    left, top, width, height = cv2.boundingRect(1 - accounted)
    if width < 2 or height < 2:
        return report
    window_xy = boxes.polygon(np.array([left, top, left + width, top + height], dtype=np.float64))
    searches = replace(
        policy,
        passes=(),
        scan_passes=policy.check_passes,
        map_threshold=policy.check_map_threshold,
        box_threshold=policy.check_box_threshold,
    )
    scale = min(1.0, policy.check_side_px / max(masked.mask.shape))
    try:
        found = find(masked.pixels, scale, window_xy, reader, searches)
        unknown = 1.0 - policy.max_unaccounted
        left_over = [
            run
            for run in found
            # The detector's margin grows with the coarseness of the search: without it.
            if covered(accounted, scaled(run.polygon_xy, -CORE_TRIM)) < unknown
        ]
        crops = [crop for run in left_over for crop in turned_crops(masked.pixels, run.polygon_xy)]
        readings = reader.recognise(crops)
    except Exception as error:
        return replace(report, complete=False, failure=f"the check failed ({type(error).__name__})")
    # A lone mark (a tick, a caliper) tells nothing, and speckle reads as nothing.
    if any(
        looks_written(
            run.polygon_xy, run.confidence, tuple(readings[2 * order : 2 * order + 2]), policy
        )
        for order, run in enumerate(left_over)
    ):
        return replace(report, complete=False, failure="text is left after masking")
    return report
