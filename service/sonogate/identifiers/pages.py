"""Worklists, patients' pages and reports: screens that are text, whose lines are counted.

Consoles write some fifty lines around a scan at most, lists and reports twice as many; a
patient's page has fewer, but no scan.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from sonogate.identifiers.find import TextReader, canvas_scale, find, resize
from sonogate.policy import IdentifiersPolicy
from sonogate.types import RectifiedScreen, TextRun


def is_page(screen: RectifiedScreen, reader: TextReader, policy: IdentifiersPolicy) -> bool:
    """Say whether a screen without a scan area is a page of text; nothing is read.

    Args:
        screen: The rectified screen.
        reader: Finds text. Whatever it raises leaves the question open: no.
        policy: The search, and how many lines make a page.
    """
    try:
        scale = canvas_scale(screen, policy)
        lines = find(resize(screen.pixels, scale), scale, reader, policy)
    except Exception:
        # Nothing of such a screen is shown: there is nothing to fail closed.
        return False
    sure = sum(line.confidence >= policy.page_line_confidence for line in lines)
    return sure >= policy.page_lines


def is_page_with_picture(
    screen: RectifiedScreen, runs: Sequence[TextRun], policy: IdentifiersPolicy
) -> bool:
    """Say whether a screen with a scan area is a page of text with a picture on it.

    Args:
        screen: The rectified screen.
        runs: The text on it.
        policy: How many lines beside the scan area make a page.
    """
    if screen.scan_area_xy is None:
        raise ValueError("is_page_with_picture: the screen has no scan area")
    outline = screen.scan_area_xy.astype(np.float32)
    beside = 0
    for run in runs:
        x, y = run.polygon_xy.mean(axis=0)
        beside += cv2.pointPolygonTest(outline, (float(x), float(y)), False) < 0
    return beside >= policy.page_lines_beside
