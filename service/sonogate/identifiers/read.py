"""Find all text on the screen, and read what could be kept.

Text is searched for at several scales and after a contrast stretch, because a detector
that misses blurred text at full size finds it at half (the receptive field sees whole
letters), and one that misses faint text finds it stretched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers import boxes
from sonogate.identifiers.vocabulary import grade
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray, RectifiedScreen, TextRun, TextRuns

# Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994).
CLAHE_CLIP = 4.0
CLAHE_TILES_WH = (8, 8)
# The second reading sees the line this much coarser and stretched to full contrast.
SECOND_LINE_HEIGHT_PX = 32
STRETCH_PERCENTILES = (2.0, 98.0)
# Share of a box's shorter side that the detector's margin takes on either side.
CORE_TRIM = 0.2
# Share of it by which boxes grow, so that what is kept is whole and what is masked is covered.
BOX_MARGIN = 0.08
# A run taller than this many times its width is vertical text or a bar: never read.
MAX_TALL_RATIO = 2.5
# An off-level run is never read: consoles write level text.
MAX_OFF_LEVEL_PX = 1.0
# Blur from a step of contrast c and steepest slope g: c / (g * sqrt(2 pi)) for an edge,
# 0.61 c / g for a thin line; halfway between.
BLUR_FACTOR = 0.5


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


def read(screen: RectifiedScreen, reader: TextReader, policy: IdentifiersPolicy) -> TextRuns:
    """Find all text on ``screen`` and read it.

    Args:
        screen: The rectified screen.
        reader: Finds and reads text. Whatever it raises ends in a failure.
        policy: Scales, thresholds and limits.

    Returns:
        The runs in rectified pixels. A run that could be clinical has two readings, any
        other one, and one that cannot be read none. ``failure`` is set when the reader
        fails, when no text at all is found, or when the text is blurred beyond the limit
        up to which all of it is found.
    """
    try:
        scale = canvas_scale(screen, policy)
        found = find(screen.pixels, scale, reader, policy, policy.passes)
        runs = _read_runs(screen.pixels, found, 1.0 / scale, reader, policy)
    except Exception as error:
        # The type alone: a message could quote what was read.
        return TextRuns((), f"the text reader failed ({type(error).__name__})")
    if not runs:
        return TextRuns((), "no text was found on the screen")
    blur_px = text_blur_px(screen, runs, policy)
    if blur_px > policy.max_text_blur_px:
        return TextRuns(runs, "the text is too blurred to be found reliably")
    return TextRuns(runs)


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
    reader: TextReader,
    policy: IdentifiersPolicy,
    passes: Sequence[str],
) -> list[TextRun]:
    """Return the union of what is found in several passes, unread.

    Args:
        pixels: The picture.
        scale: Canvas pixels per pixel of the picture.
        reader: Finds text.
        policy: Thresholds.
        passes: ``"1.0"`` searches at that scale of the canvas, ``"0.7+"`` after a
            contrast stretch too.
    """
    canvas = resize(pixels, scale)
    taken: NDArray[np.uint8] = np.zeros(canvas.shape[:2], dtype=np.uint8)
    found: list[TextRun] = []
    for search in passes:
        factor = float(search.rstrip("+"))
        picture = resize(canvas, factor)
        if search.endswith("+"):
            picture = stretch_contrast(picture)
        polygons, scores = reader.detect(picture, policy.map_threshold, policy.box_threshold)
        ratio_xy = np.array(
            [picture.shape[1] / canvas.shape[1], picture.shape[0] / canvas.shape[0]]
        )
        fresh = []
        for polygon_xy, score in zip(polygons, scores, strict=True):
            on_canvas_xy = (polygon_xy + 0.5) / ratio_xy - 0.5
            if short_side(on_canvas_xy) > policy.max_text_height_fraction * canvas.shape[0]:
                # A whole sector on black looks like one giant letter; no line is that tall.
                continue
            if _covered(taken, _scaled(on_canvas_xy, -CORE_TRIM)) < policy.merge_cover:
                fresh.append(on_canvas_xy)
                grown_xy = _scaled(on_canvas_xy, BOX_MARGIN)
                found.append(TextRun((grown_xy + 0.5) / scale - 0.5, (), float(score)))
        for on_canvas_xy in fresh:
            cv2.fillPoly(taken, [np.round(on_canvas_xy).astype(np.int32)], 1)
    return found


def stretch_contrast(pixels: PixelArray) -> PixelArray:
    """Return ``pixels`` with local contrast raised, equally in all channels."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    equalise = cv2.createCLAHE(clipLimit=CLAHE_CLIP, tileGridSize=CLAHE_TILES_WH)
    lab[:, :, 0] = equalise.apply(np.ascontiguousarray(lab[:, :, 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.uint8)


def text_blur_px(
    screen: RectifiedScreen, runs: Sequence[TextRun], policy: IdentifiersPolicy
) -> float:
    """Return the blur of the sharper half of the text, sigma in export pixels.

    Only confident runs count: speckle taken for text has no edges to speak of.
    """
    scale = canvas_scale(screen, policy)
    canvas = cv2.cvtColor(resize(screen.pixels, scale), cv2.COLOR_RGB2GRAY).astype(np.float32)
    blurs = []
    for run in runs:
        if run.confidence < policy.min_blur_confidence:
            continue
        x0, y0, x1, y1 = boxes.pixels(
            boxes.bounds((run.polygon_xy + 0.5) * scale - 0.5), canvas.shape
        )
        patch = canvas[y0:y1, x0:x1]
        if min(patch.shape) < 3:
            continue
        contrast = float(np.percentile(patch, 98.0) - np.percentile(patch, 2.0))
        steepest = max(
            float(np.percentile(np.abs(np.diff(patch, axis=axis)), 99.0)) for axis in (0, 1)
        )
        if contrast >= policy.min_blur_contrast:
            blurs.append(BLUR_FACTOR * contrast / max(steepest, 1e-3))
    if not blurs:
        return float("inf")
    on_canvas_px = float(np.median(blurs))
    return on_canvas_px / (scale * screen.rectified_px_per_export_px)


def short_side(polygon_xy: FloatArray) -> float:
    """Return the shorter side of a rectangle."""
    return float(np.linalg.norm(np.diff(polygon_xy[:3], axis=0), axis=1).min())


def _scaled(polygon_xy: FloatArray, share: float) -> FloatArray:
    """Return a rectangle grown on every side by a share of its shorter side."""
    centre = polygon_xy.mean(axis=0)
    sides = np.linalg.norm(np.diff(polygon_xy[:3], axis=0), axis=1)
    along, across = (polygon_xy[1] - polygon_xy[0]), (polygon_xy[2] - polygon_xy[1])
    margin = share * float(sides.min())
    scale_along, scale_across = np.maximum(1.0 + 2.0 * margin / np.maximum(sides, 1e-6), 0.1)
    from_centre = polygon_xy - centre
    unit_along = along / max(float(sides[0]), 1e-6)
    unit_across = across / max(float(sides[1]), 1e-6)
    return np.asarray(
        centre
        + np.outer(from_centre @ unit_along * scale_along, unit_along)
        + np.outer(from_centre @ unit_across * scale_across, unit_across),
        dtype=np.float64,
    )


def _covered(taken: NDArray[np.uint8], polygon_xy: FloatArray) -> float:
    x0, y0, x1, y1 = boxes.pixels(boxes.bounds(polygon_xy), taken.shape)
    patch = taken[y0:y1, x0:x1]
    if patch.size == 0:
        return 1.0
    inside = np.zeros(patch.shape, dtype=np.uint8)
    corners = np.round(polygon_xy - (x0, y0)).astype(np.int32)
    cv2.fillPoly(inside, [corners], 1)
    return float((patch & inside).sum() / max(int(inside.sum()), 1))


def _readable(run: TextRun, scale_px: float, policy: IdentifiersPolicy) -> bool:
    """Say whether a run is worth reading: level, not tall, and large enough."""
    polygon_xy = run.polygon_xy
    box = boxes.bounds(polygon_xy)
    width, height = box[2] - box[0], box[3] - box[1]
    level = abs(polygon_xy[1, 1] - polygon_xy[0, 1]) <= MAX_OFF_LEVEL_PX * max(1.0, scale_px)
    return bool(
        level
        and height <= MAX_TALL_RATIO * width
        and height >= policy.min_text_height_px * scale_px
        and run.confidence >= policy.min_read_confidence
    )


def _read_runs(
    pixels: PixelArray,
    found: Sequence[TextRun],
    scale_px: float,
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> tuple[TextRun, ...]:
    runs = list(found)
    readable, crops = [], []
    for index, run in enumerate(runs):
        x0, y0, x1, y1 = boxes.pixels(boxes.bounds(run.polygon_xy), pixels.shape)
        if x1 - x0 >= 3 and y1 - y0 >= 3 and _readable(run, scale_px, policy):
            readable.append(index)
            crops.append(np.ascontiguousarray(pixels[y0:y1, x0:x1]))
    again, second = [], []
    for index, crop, (text, confidence) in zip(
        readable, crops, reader.recognise(crops), strict=True
    ):
        if text:
            runs[index] = replace(runs[index], readings=(text,), confidence=confidence)
        if text and grade(text, keep_vendors=policy.keep_vendors) is not None:
            again.append(index)
            second.append(_second_look(crop))
    for index, (text, confidence) in zip(again, reader.recognise(second), strict=True):
        first = runs[index]
        runs[index] = replace(
            first,
            readings=(*first.readings, text),
            confidence=min(first.confidence, confidence),
        )
    return tuple(runs)


def _second_look(crop: PixelArray) -> PixelArray:
    """Return the line coarser, grey and at full contrast."""
    scale = min(1.0, SECOND_LINE_HEIGHT_PX / crop.shape[0])
    grey = cv2.cvtColor(resize(crop, scale), cv2.COLOR_RGB2GRAY).astype(np.float32)
    low, high = np.percentile(grey, STRETCH_PERCENTILES)
    stretched = np.clip((grey - low) * (255.0 / max(float(high - low), 1.0)), 0, 255)
    return np.repeat(stretched.astype(np.uint8)[:, :, None], 3, axis=2)
