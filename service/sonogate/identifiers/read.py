"""Read what was found, and tell whether the picture was clear enough to find it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers import boxes
from sonogate.identifiers.evidence import is_lone, looks_written, turned_crops
from sonogate.identifiers.find import (
    TextReader,
    canvas_scale,
    covered,
    find,
    resize,
    seen_coarsely,
    short_side,
)
from sonogate.identifiers.grammar import agree, grade
from sonogate.identifiers.lines import tidy
from sonogate.identifiers.readings import read_lines
from sonogate.identifiers.site import known_as
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray, RectifiedScreen, TextRun, TextRuns

# Blur from a step of contrast c and steepest slope g: c / (g * sqrt(2 pi)) for an edge,
# 0.61 c / g for a thin line; halfway between.
BLUR_FACTOR = 0.5
SMALL_TEXT_PERCENTILE = 10.0
MIN_UPRIGHT_WORD = 2
MIN_KNOWN = 3


def read(screen: RectifiedScreen, reader: TextReader, policy: IdentifiersPolicy) -> TextRuns:
    """Find all text on ``screen`` and read it.

    Args:
        screen: The rectified screen.
        reader: Finds and reads text. Whatever it raises ends in a failure.
        policy: Scales, thresholds and limits.

    Returns:
        The runs in rectified pixels. A run that could be clinical has two readings, any
        other one, and one that cannot be read none. ``failure`` is set when the reader
        fails, when no text at all is found, when none can be read for certain (a turned or
        mirrored screen), or when the text is blurred beyond the limit
        up to which all of it is found.
    """
    try:
        scale = canvas_scale(screen, policy)
        canvas = resize(screen.pixels, scale)
        found = find(canvas, scale, reader, policy)
        lines = tidy(found, canvas, scale, screen.scan_area_xy)
        found, read_of_it = read_lines(screen.pixels, lines, 1.0 / scale, reader, policy)
        runs = tuple(read_of_it)
        if screen.scan_area_xy is not None:
            sure = _sure(screen, screen.scan_area_xy, canvas, scale, found, reader, policy)
            runs = _written(screen.pixels, screen.scan_area_xy, found, sure, runs, reader, policy)
    except Exception as error:
        # The type alone: a message could quote what was read.
        return TextRuns((), f"the text reader failed ({type(error).__name__})")
    if not runs:
        return TextRuns((), "no text was found on the screen")
    if not any(_legible(run, policy) for run in runs) and not _much_known(runs, policy):
        return TextRuns(runs, "no text on the screen can be read: it may be turned or mirrored")
    blur_px = text_blur_px(canvas, runs, scale, policy) / (
        scale * screen.rectified_px_per_export_px
    )
    if blur_px > _most_blur_px(screen, runs, policy):
        return TextRuns(runs, "the text is too blurred to be found reliably")
    return TextRuns(runs)


def _legible(run: TextRun, policy: IdentifiersPolicy) -> bool:
    """Say whether a run was read as one of an upright screen is: for certain, and as words.

    Turned or mirrored text is now and then read with certainty too, but as nothing that a
    console writes, and never at length.
    """
    if not run.readings or run.confidence < policy.min_upright_confidence:
        return False
    text = run.readings[0]
    signs, letters = sum(map(str.isalnum, text)), sum(map(str.isalpha, text))
    if letters >= policy.min_upright_unknown_letters:
        return True
    known = known_as(text, policy.keeps)
    return (
        signs >= policy.min_upright_letters
        and letters >= MIN_UPRIGHT_WORD
        and known not in {None, "number"}
    )


def _much_known(runs: Sequence[TextRun], policy: IdentifiersPolicy) -> bool:
    """Say whether several runs were read twice as what consoles write, though none for certain."""
    known = [
        run
        for run in runs
        if len(run.readings) > 1
        and run.confidence >= policy.min_keep_confidence
        and any(map(str.isalpha, run.readings[0]))
        and agree(*run.readings[:2])
        and grade(run.readings[0]) in {"measured", "words", "menu"}
    ]
    return len(known) >= MIN_KNOWN


def text_blur_px(
    canvas: PixelArray, runs: Sequence[TextRun], scale: float, policy: IdentifiersPolicy
) -> float:
    """Return the blur of the sharper half of the text, sigma in canvas pixels.

    Only confident runs count: speckle taken for text has no edges to speak of.

    Args:
        canvas: The screen at search size.
        runs: What was read.
        scale: Canvas pixels per rectified pixel.
        policy: Which runs count.
    """
    grey = cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY).astype(np.float32)
    blurs = []
    for run in runs:
        if run.confidence < policy.min_blur_confidence:
            continue
        x0, y0, x1, y1 = boxes.pixels(
            boxes.bounds((run.polygon_xy + 0.5) * scale - 0.5), grey.shape
        )
        patch = grey[y0:y1, x0:x1]
        if min(patch.shape) < 3:
            continue
        contrast = float(np.percentile(patch, 98.0) - np.percentile(patch, 2.0))
        steepest = max(
            float(np.percentile(np.abs(np.diff(patch, axis=axis)), 99.0)) for axis in (0, 1)
        )
        if contrast >= policy.min_blur_contrast:
            blurs.append(BLUR_FACTOR * contrast / max(steepest, 1e-3))
    return float(np.median(blurs)) if blurs else float("inf")


def _most_blur_px(
    screen: RectifiedScreen, runs: Sequence[TextRun], policy: IdentifiersPolicy
) -> float:
    """Return the blur up to which the screen's small text is found, sigma in export pixels.

    Small text is the first to be lost, so its height sets the limit; what is so small that
    none of it was found cannot be told, and a least height stands for it.
    """
    heights_px = [
        boxes.height(boxes.bounds(run.polygon_xy)) / screen.rectified_px_per_export_px
        for run in runs
        if run.readings and run.confidence >= policy.min_blur_confidence
    ]
    small_px = float(np.percentile(heights_px, SMALL_TEXT_PERCENTILE)) if heights_px else 0.0
    height_px = max(small_px, policy.min_plausible_height_px)
    return min(policy.max_text_blur_px, policy.max_blur_per_height * height_px)


def _sure(
    screen: RectifiedScreen,
    scan_area_xy: FloatArray,
    canvas: PixelArray,
    scale: float,
    found: Sequence[TextRun],
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> list[bool]:
    """Say which lines count as writing in the scan area without being read.

    The finder must be certain, and of a line that is not small it must be so at the scale
    that it was trained at too.
    """
    seen = seen_coarsely(canvas, scale, scan_area_xy, reader, policy)
    small_px = policy.scan_small_height_px * screen.rectified_px_per_export_px
    return [
        run.confidence >= policy.scan_sure_confidence
        and (
            seen is None
            or short_side(run.polygon_xy) <= small_px
            or covered(seen, (run.polygon_xy + 0.5) * scale - 0.5) >= policy.scan_seen_cover
        )
        for run in found
    ]


def _written(
    pixels: PixelArray,
    scan_area_xy: FloatArray,
    found: Sequence[TextRun],
    sure: Sequence[bool],
    runs: Sequence[TextRun],
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> tuple[TextRun, ...]:
    """Leave out what lies in the scan area and shows no sign of being written.

    What stands beside a line of writing stays: it may be the rest of it.
    """
    outline = scan_area_xy.astype(np.float32)
    doubtful = [
        index
        for index, run in enumerate(runs)
        if (not sure[index] or is_lone(run.polygon_xy))
        and _within(run.polygon_xy, outline)
        and not (len(run.readings) > 1 and run.confidence >= policy.min_keep_confidence)
    ]
    crops = [crop for index in doubtful for crop in turned_crops(pixels, runs[index].polygon_xy)]
    read_again = reader.skim(crops)
    unwritten = set()
    for order, index in enumerate(doubtful):
        readings = tuple(read_again[2 * order : 2 * order + 2])
        first = runs[index].readings
        if first:
            readings = (*readings, (first[0], runs[index].confidence))
        if not looks_written(
            runs[index].polygon_xy,
            found[index].confidence,
            readings,
            policy,
            sure[index],
        ):
            unwritten.add(index)
    lines = [
        boxes.bounds(run.polygon_xy) for index, run in enumerate(runs) if index not in unwritten
    ]
    return tuple(
        run
        for index, run in enumerate(runs)
        if index not in unwritten or _continues(boxes.bounds(run.polygon_xy), lines)
    )


def _within(polygon_xy: FloatArray, outline: NDArray[np.float32]) -> bool:
    x, y = polygon_xy.mean(axis=0)
    return bool(cv2.pointPolygonTest(outline, (float(x), float(y)), False) >= 0)


def _continues(box: FloatArray, lines: Sequence[FloatArray]) -> bool:
    """Say whether a box of about a line's height stands close beside it."""
    size = boxes.height(box)
    return any(
        boxes.same_line(box, line)
        and -0.5 * size < boxes.gap_x(box, line) < boxes.height(line)
        and 0.5 * boxes.height(line) <= size <= 1.5 * boxes.height(line)
        for line in lines
    )
