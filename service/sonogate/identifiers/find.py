"""Search for text: our own finder of lines over the whole screen, at more than one scale.

Outside the scan area nothing is shown that was not read, so what is missed there is lost, not
leaked; inside, whatever is missed is seen. The finder was trained on text over scans: small,
faint, blurred, upright, inverted. What it takes for giant letters is anatomy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers import boxes
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray, RectifiedScreen, TextRun

# Share of a box's shorter side that the detector's margin takes on either side.
CORE_TRIM = 0.2
# Canvas pixels a pixel of the display from which a canvas counts as enlarged.
MIN_ENLARGED = 1.2
# Share of it by which boxes grow, so that what is kept is whole and what is masked is covered.
BOX_MARGIN = 0.08


class TextReader(Protocol):
    """Finds and reads text; an implementation serves one worker at a time."""

    def lines(
        self, pixels: PixelArray, core_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return upright boxes of lines (n, 4, 2), clockwise from the top left, and scores."""
        ...

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        """The same by another network, for the check; boxes may be oblique."""
        ...

    def skim(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        """Return each crop's text and its confidence, 0–1, quickly."""
        ...

    def recognise(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        """Return each crop's text and its confidence, 0–1, with care."""
        ...


def canvas_scale(screen: RectifiedScreen, policy: IdentifiersPolicy) -> float:
    """Return canvas pixels per rectified pixel for the search at scale 1."""
    scale = policy.canvas_px_per_export_px / screen.rectified_px_per_export_px
    return min(scale, policy.canvas_max_side_px / max(screen.size_wh))


def resize(pixels: PixelArray, scale: float) -> PixelArray:
    """Return ``pixels`` scaled by ``scale``."""
    height, width = pixels.shape[:2]
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size_wh == (width, height):
        return pixels
    method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=method), dtype=np.uint8)


def find(
    canvas: PixelArray, scale: float, reader: TextReader, policy: IdentifiersPolicy
) -> list[TextRun]:
    """Return the union of what all searches find, unread.

    Args:
        canvas: The whole screen at search size.
        scale: Canvas pixels per rectified pixel, for the way back.
        reader: Finds text.
        policy: The searches and their thresholds.
    """
    height, width = canvas.shape[:2]
    taken = np.zeros((height, width), dtype=np.uint8)
    tallest_px = policy.max_text_height_fraction * height
    found: list[TextRun] = []
    for factor in policy.passes:
        picture = resize(canvas, factor)
        polygons, scores = reader.lines(picture, policy.core_threshold, policy.line_threshold)
        ratio_xy = np.array([picture.shape[1] / width, picture.shape[0] / height])
        fresh = []
        for polygon_xy, score in zip(polygons, scores, strict=True):
            on_canvas_xy = (polygon_xy + 0.5) / ratio_xy - 0.5
            if short_side(on_canvas_xy) > tallest_px:
                continue
            if covered(taken, scaled(on_canvas_xy, -CORE_TRIM)) < policy.merge_cover:
                fresh.append(np.round(on_canvas_xy).astype(np.int32))
                grown_xy = (scaled(on_canvas_xy, BOX_MARGIN) + 0.5) / scale - 0.5
                found.append(TextRun(grown_xy, (), float(score)))
        for corners in fresh:
            cv2.fillPoly(taken, [corners], 1)
    return found


def seen_coarsely(
    canvas: PixelArray,
    scale: float,
    scan_area_xy: FloatArray,
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> NDArray[np.uint8] | None:
    """Return where a search at one pixel a pixel of the display finds text in the scan area.

    That is the scale of what the finder was trained on. Enlarged, it finds the smallest text,
    and takes speckle for larger one.

    Args:
        canvas: The whole screen at search size.
        scale: Canvas pixels per rectified pixel.
        scan_area_xy: Outline of the scan, rectified pixels.
        reader: Finds text.
        policy: The search's scale and thresholds.

    Returns:
        (height, width) uint8 on the canvas, 1 where there is text; None where the canvas is no
        finer than that.
    """
    if policy.canvas_px_per_export_px < MIN_ENLARGED:
        return None
    seen = np.zeros(canvas.shape[:2], dtype=np.uint8)
    outline = (scan_area_xy + 0.5) * scale - 0.5
    x0, y0, x1, y1 = boxes.pixels(boxes.bounds(outline), seen.shape)
    part = canvas[y0:y1, x0:x1]
    if part.size == 0:
        return seen
    small = resize(part, 1.0 / policy.canvas_px_per_export_px)
    polygons, _ = reader.lines(small, policy.core_threshold, policy.line_threshold)
    ratio_xy = np.array([small.shape[1] / part.shape[1], small.shape[0] / part.shape[0]])
    for polygon_xy in polygons:
        corners = (polygon_xy + 0.5) / ratio_xy - 0.5 + (x0, y0)
        cv2.fillPoly(seen, [np.round(corners).astype(np.int32)], 1)
    return seen


def short_side(polygon_xy: FloatArray) -> float:
    """Return the shorter side of a rectangle."""
    return float(np.linalg.norm(np.diff(polygon_xy[:3], axis=0), axis=1).min())


def scaled(polygon_xy: FloatArray, share: float) -> FloatArray:
    """Return a rectangle grown on every side by a share of its shorter side."""
    centre = polygon_xy.mean(axis=0)
    edges = np.diff(polygon_xy[:3], axis=0)
    sides = np.maximum(np.linalg.norm(edges, axis=1), 1e-6)
    growth = np.maximum(1.0 + 2.0 * share * sides.min() / sides, 0.1)
    axes = edges / sides[:, None]
    return np.asarray(centre + ((polygon_xy - centre) @ axes.T * growth) @ axes, dtype=np.float64)


def covered(taken: NDArray[np.uint8], polygon_xy: FloatArray) -> float:
    """Return the share of a polygon's pixels that are set in ``taken``."""
    x0, y0, x1, y1 = boxes.pixels(boxes.bounds(polygon_xy), taken.shape)
    inside = np.zeros((y1 - y0, x1 - x0), dtype=np.uint8)
    if inside.size == 0:
        return 1.0
    cv2.fillPoly(inside, [np.round(polygon_xy - (x0, y0)).astype(np.int32)], 1)
    return float((inside & taken[y0:y1, x0:x1]).sum() / max(int(inside.sum()), 1))
