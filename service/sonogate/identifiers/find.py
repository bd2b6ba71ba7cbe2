"""Search for text at several scales and contrasts.

A detector that misses blurred text at full size finds it at half (its receptive field
then sees whole letters). Within the scan area it takes a sector, a vessel or a cyst for
one giant letter and loses the text that stands in it; with large structures subtracted
and detail stretched it finds that text, faint text too. Outside the scan area nothing is
shown that was not read, so one search does there; inside, whatever is missed is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers import boxes
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray, RectifiedScreen, TextRun

# Structures larger than this (box mean, canvas pixels) are subtracted from detail.
DETAIL_WINDOW_PX = 21
DETAIL_GAIN = 1.0
DETAIL_GREY = 64.0
# Share of a box's shorter side that the detector's margin takes on either side.
CORE_TRIM = 0.2
# Share of it by which boxes grow, so that what is kept is whole and what is masked is covered.
BOX_MARGIN = 0.08
# What is taken for one giant letter is searched again in parts too small to show it.
TILE_PX = 192
TILE_STEP_PX = 128
# Canvas pixels around the scan area that are searched with it.
WINDOW_MARGIN_PX = 24


class TextReader(Protocol):
    """Finds and reads text; an implementation serves one worker at a time."""

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return boxes (n, 4, 2), pixels, clockwise from the top left, and scores (n,)."""
        ...

    def recognise(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        """Return each crop's text and its confidence, 0–1."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Canvas:
    """A picture at search size, what has been found on it, and how to get back."""

    pixels: PixelArray
    scale: float
    taken: NDArray[np.uint8]


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
    pixels: PixelArray,
    scale: float,
    scan_area_xy: FloatArray | None,
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> list[TextRun]:
    """Return the union of what all searches find, unread.

    Args:
        pixels: The picture.
        scale: Canvas pixels per pixel of the picture.
        scan_area_xy: The scan area, pixels of the picture: searched more often.
        reader: Finds text.
        policy: The searches and their thresholds.
    """
    shown = resize(pixels, scale)
    canvas = _Canvas(shown, scale, np.zeros(shown.shape[:2], dtype=np.uint8))
    whole = (0, 0, shown.shape[1], shown.shape[0])
    found: list[TextRun] = []
    for search in policy.passes:
        found += _search(canvas, whole, search, reader, policy)
    if scan_area_xy is not None:
        around = boxes.bounds((scan_area_xy + 0.5) * scale - 0.5)
        around += np.array([-1, -1, 1, 1]) * WINDOW_MARGIN_PX
        window = boxes.pixels(around, shown.shape)
        for search in policy.scan_passes:
            giants: list[FloatArray] = []
            found += _search(canvas, window, search, reader, policy, giants)
            for tile in (
                _tiles(giants, window) if search.endswith("+") and "r" not in search else ()
            ):
                found += _search(canvas, tile, search, reader, policy)
    return found


def _tiles(
    giants: Sequence[FloatArray], window: tuple[int, int, int, int]
) -> list[tuple[int, int, int, int]]:
    """Return overlapping tiles of the window that cover all giant boxes."""
    x0, y0, x1, y1 = window
    lefts = range(x0, max(x1 - TILE_PX + TILE_STEP_PX, x0 + 1), TILE_STEP_PX)
    tops = range(y0, max(y1 - TILE_PX + TILE_STEP_PX, y0 + 1), TILE_STEP_PX)
    tiles = [
        (left, top, min(left + TILE_PX, x1), min(top + TILE_PX, y1))
        for top in tops
        for left in lefts
    ]
    return [
        tile
        for tile in tiles
        if any(boxes.share_inside(np.array(tile), boxes.bounds(giant)) > 0 for giant in giants)
    ]


def _search(
    canvas: _Canvas,
    window: tuple[int, int, int, int],
    search: str,
    reader: TextReader,
    policy: IdentifiersPolicy,
    giants: list[FloatArray] | None = None,
) -> list[TextRun]:
    """Search a window once: ``"0.7"`` at that scale, ``"1.4+"`` with its detail alone.

    ``"1.4r"`` turns it by a right angle and takes what is taller than wide: text that is
    set upright along a side, of which the detector knows little.
    Boxes taller than any line of text are left out, and added to ``giants``.
    """
    x0, y0, x1, y1 = window
    if x1 - x0 < 2 or y1 - y0 < 2:
        return []
    factor, turned = float(search.rstrip("+r")), "r" in search
    picture = resize(np.ascontiguousarray(canvas.pixels[y0:y1, x0:x1]), factor)
    if search.endswith("+"):
        picture = detail(picture, factor)
    if turned:
        picture = np.ascontiguousarray(np.rot90(picture, -1))
    polygons, scores = reader.detect(picture, policy.map_threshold, policy.box_threshold)
    if turned:
        columns, rows = picture.shape[0], picture.shape[1]
        polygons = _turned_back(polygons, rows)
        upright = np.ptp(polygons[..., 1], axis=1) > np.ptp(polygons[..., 0], axis=1)
        polygons, scores = polygons[upright], scores[upright]
    else:
        rows, columns = picture.shape[:2]
    ratio_xy = np.array([columns / (x1 - x0), rows / (y1 - y0)])
    tallest_px = policy.max_text_height_fraction * canvas.pixels.shape[0]
    fresh, found = [], []
    for polygon_xy, score in zip(polygons, scores, strict=True):
        on_canvas_xy = (polygon_xy + 0.5) / ratio_xy - 0.5 + (x0, y0)
        if short_side(on_canvas_xy) > tallest_px:
            if giants is not None:
                giants.append(on_canvas_xy)
            continue
        if covered(canvas.taken, scaled(on_canvas_xy, -CORE_TRIM)) < policy.merge_cover:
            fresh.append(np.round(on_canvas_xy).astype(np.int32))
            grown_xy = (scaled(on_canvas_xy, BOX_MARGIN) + 0.5) / canvas.scale - 0.5
            found.append(TextRun(grown_xy, (), float(score)))
    for corners in fresh:
        cv2.fillPoly(canvas.taken, [corners], 1)
    return found


def _turned_back(polygons: FloatArray, rows: int) -> FloatArray:
    """Return boxes found on a picture that was turned clockwise, on the picture as it was."""
    back = np.stack((polygons[..., 1], rows - 1 - polygons[..., 0]), axis=-1)
    return np.roll(back, -1, axis=1)


def detail(pixels: PixelArray, factor: float) -> PixelArray:
    """Return what ``pixels`` have beyond their local mean, stretched, on dark grey.

    Args:
        pixels: A part of the canvas, scaled by ``factor``.
        factor: Pixels per canvas pixel.
    """
    window_px = 2 * round(DETAIL_WINDOW_PX * factor / 2.0) + 1
    mean = cv2.blur(pixels, (window_px, window_px))
    stretched = cv2.addWeighted(pixels, DETAIL_GAIN, mean, -DETAIL_GAIN, DETAIL_GREY)
    return np.asarray(stretched, dtype=np.uint8)


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
