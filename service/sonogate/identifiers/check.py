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
    left = [run for run in found if _unaccounted(run, accounted) > policy.max_unaccounted]
    lines = [run for run in left if _elongation(run.polygon_xy) >= policy.check_line_elongation]
    # A lone mark (a tick, an arrow, a caliper) tells nothing; several could spell a word.
    if lines or len(left) > policy.check_max_marks:
        return replace(report, complete=False, failure="text is left after masking")
    return report


def _elongation(polygon_xy: FloatArray) -> float:
    sides = np.linalg.norm(np.diff(polygon_xy[:3], axis=0), axis=1)
    return float(sides.max() / max(float(sides.min()), 1e-6))


def _fill(canvas: NDArray[np.uint8], polygon_xy: FloatArray) -> None:
    cv2.fillPoly(canvas, [np.round(polygon_xy).astype(np.int32)], 1)


def _unaccounted(run: TextRun, accounted: NDArray[np.uint8]) -> float:
    """Return the share of a run that is visible and not on the kept list."""
    x0, y0, x1, y1 = boxes.pixels(boxes.bounds(run.polygon_xy), accounted.shape)
    inside = np.zeros((y1 - y0, x1 - x0), dtype=np.uint8)
    _fill(inside, run.polygon_xy - (x0, y0))
    visible = int(inside.sum())
    return 1.0 - int((inside & accounted[y0:y1, x0:x1]).sum()) / visible if visible else 0.0
