"""Set lines of text apart where their boxes overlap, and part them where a gap is wide.

A box that holds the feet of the line above is misread, and a name and a setting that share a
line are one reading that no grammar knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers import boxes
from sonogate.types import FloatArray, PixelArray, TextRun

# Of the lower box's height, the overlap up to which two boxes are neighbouring lines.
MAX_OVERLAP = 0.75
# Heights that lines of one list may have, over each other.
MAX_HEIGHT_RATIO = 2.0
# Width of a gap over its line's height, from which what it parts may be two texts.
MIN_GAP = 0.7
# Of the line's strongest edges, what a column must have to hold ink.
INK_SHARE = 0.2
# Of a line's height, what a part keeps free on either side.
PART_MARGIN = 0.15
MIN_PART_PX = 4


def edges(canvas: PixelArray) -> NDArray[np.float32]:
    """Return the strength of the edges across a picture, as text has them."""
    grey = cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY)
    return np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3))


def set_apart(strength: NDArray[np.float32], lines: Sequence[FloatArray]) -> list[FloatArray]:
    """Cut boxes of neighbouring lines where the least ink stands between them.

    Args:
        strength: (height, width) float32, edges of the picture.
        lines: (4,) float64 each: x0, y0, x1, y1 of a line in pixels of ``strength``.

    Returns:
        The boxes in the same order; those that overlap no neighbour as they were.
    """
    apart = [line.copy() for line in lines]
    order = sorted(range(len(lines)), key=lambda index: boxes.centre_y(lines[index]))
    for place, above in enumerate(order):
        for below in order[place + 1 :]:
            upper, lower = lines[above], lines[below]
            overlap = float(upper[3] - lower[1])
            if overlap <= 0 or boxes.gap_x(upper, lower) >= 0:
                continue
            low, high = sorted((boxes.height(upper), boxes.height(lower)))
            if high > MAX_HEIGHT_RATIO * low or overlap > MAX_OVERLAP * low:
                continue
            cut = _emptiest_row(strength, upper, lower)
            apart[above][3] = min(apart[above][3], cut)
            apart[below][1] = max(apart[below][1], cut)
    return apart


def _emptiest_row(strength: NDArray[np.float32], upper: FloatArray, lower: FloatArray) -> float:
    """Return the row between two lines' middles that has the weakest edges."""
    shared = np.array([max(upper[0], lower[0]), lower[1], min(upper[2], lower[2]), upper[3]])
    x0, y0, x1, y1 = boxes.pixels(shared, strength.shape)
    middle = 0.5 * float(lower[1] + upper[3])
    if x1 <= x0 or y1 <= y0:
        return middle
    ink = strength[y0:y1, x0:x1].mean(axis=1)
    rows = np.arange(y0, y1)
    # Of equally empty rows the one nearest the middle.
    return float(rows[np.lexsort((np.abs(rows - middle), np.round(ink, 1)))[0]])


def parted(strength: NDArray[np.float32], line: FloatArray) -> list[FloatArray]:
    """Return the parts of a line that wide gaps part, the line itself when there are none.

    Args:
        strength: (height, width) float32, edges of the picture.
        line: (4,) float64: x0, y0, x1, y1 in pixels of ``strength``.
    """
    x0, y0, x1, y1 = boxes.pixels(line, strength.shape)
    height = boxes.height(line)
    if x1 - x0 < 3.0 * height or y1 - y0 < 3:
        return [line]
    columns = strength[y0:y1, x0:x1].max(axis=0)
    inked = np.flatnonzero(columns > INK_SHARE * np.percentile(columns, 95.0))
    breaks = np.flatnonzero(np.diff(inked) > MIN_GAP * height)
    if not len(breaks):
        return [line]
    starts = inked[np.concatenate(([0], breaks + 1))]
    ends = inked[np.concatenate((breaks, [len(inked) - 1]))]
    reach = PART_MARGIN * height
    return [
        np.array(
            [max(line[0], x0 + start - reach), line[1], min(line[2], x0 + end + reach), line[3]]
        )
        for start, end in zip(starts, ends, strict=True)
        if end - start >= MIN_PART_PX
    ] or [line]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, unread.

    Attributes:
        cover: Its outline as found, which covers all of it.
        read: The same without what belongs to its neighbours; ``cover`` too where nothing
            is shown that was not read.
        parts: What wide gaps part it into, where nothing is shown that was not read.
    """

    cover: TextRun
    read: TextRun
    parts: tuple[TextRun, ...]


def tidy(
    found: Sequence[TextRun], canvas: PixelArray, scale: float, scan_area_xy: FloatArray | None
) -> list[Line]:
    """Set lines apart, and say where they could be parted.

    Args:
        found: What the search found, in rectified pixels.
        canvas: The screen at search size.
        scale: Canvas pixels per rectified pixel.
        scan_area_xy: Outline of the scan, where all shows that is not masked.

    Returns:
        The lines in the order of ``found``.
    """
    strength = edges(canvas)
    scan = np.zeros(strength.shape, dtype=np.uint8)
    if scan_area_xy is not None:
        cv2.fillPoly(scan, [np.round((scan_area_xy + 0.5) * scale - 0.5).astype(np.int32)], 1)
    before = [(boxes.bounds(run.polygon_xy) + 0.5) * scale - 0.5 for run in found]
    lines: list[Line] = []
    for run, whole, cut in zip(found, before, set_apart(strength, before), strict=True):
        x0, y0, x1, y1 = boxes.pixels(whole, scan.shape)
        free = not scan[y0:y1, x0:x1].any()
        tight = run if np.array_equal(cut, whole) else _outlined(run, cut, scale)
        parts = tuple(_outlined(run, part, scale) for part in parted(strength, cut) if free)
        lines.append(Line(tight if free else run, tight, parts if len(parts) > 1 else ()))
    return lines


def _outlined(run: TextRun, box: FloatArray, scale: float) -> TextRun:
    return replace(run, polygon_xy=boxes.polygon((box + 0.5) / scale - 0.5))
