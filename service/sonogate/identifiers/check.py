"""Search the finished picture again: text that is not on the kept list sends it back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers import boxes
from sonogate.identifiers.read import TextReader, find
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, IdentifierReport, MaskedScreen, TextRun


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
    height, width = masked.mask.shape
    scale = min(1.0, policy.check_side_px / max(height, width))
    strict = replace(
        policy,
        map_threshold=policy.check_map_threshold,
        box_threshold=policy.check_box_threshold,
    )
    try:
        found = find(masked.pixels, scale, reader, strict, policy.check_passes)
    except Exception as error:
        return replace(report, complete=False, failure=f"the check failed ({type(error).__name__})")
    accounted = masked.mask.astype(np.uint8)
    for region in report.regions:
        if region.action == "kept":
            _fill(accounted, region.polygon_xy)
    if any(_unaccounted(run, accounted) > policy.max_unaccounted for run in found):
        return replace(report, complete=False, failure="text is left after masking")
    return report


def _fill(canvas: NDArray[np.uint8], polygon_xy: FloatArray) -> None:
    cv2.fillPoly(canvas, [np.round(polygon_xy).astype(np.int32)], 1)


def _unaccounted(run: TextRun, accounted: NDArray[np.uint8]) -> float:
    """Return the share of a run that is visible and not on the kept list."""
    x0, y0, x1, y1 = boxes.bounds(run.polygon_xy)
    patch = accounted[
        max(0, round(y0)) : max(0, round(y1)) + 1, max(0, round(x0)) : max(0, round(x1)) + 1
    ]
    return 1.0 - float(patch.mean()) if patch.size else 0.0
