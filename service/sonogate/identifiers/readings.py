"""Read lines of text: once each, and what could be clinical a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from sonogate.identifiers import boxes
from sonogate.identifiers.find import TextReader, resize
from sonogate.identifiers.grammar import grade
from sonogate.identifiers.lines import Line
from sonogate.identifiers.site import known_as
from sonogate.identifiers.vocabulary import fold, vocabulary
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray, TextRun

# The second reading sees the line this much coarser and stretched to full contrast.
SECOND_LINE_HEIGHT_PX = 32
STRETCH_PERCENTILES = (2.0, 98.0)
# A run taller than this many times its width is vertical text or a bar: never read.
MAX_TALL_RATIO = 2.5
# An off-level run is never read: consoles write level text.
MAX_OFF_LEVEL_PX = 1.0
MIN_READINGS = 2
MIN_SIDE_PX = 3
# Of the line's height, the gap up to which a value belongs to the label left of it.
MAX_GAP = 1.5
MAX_HEIGHT_RATIO = 1.6
# Grades of text that has words in it.
WORDY = frozenset(("words", "menu", "nameable", "label"))


def read_lines(
    pixels: PixelArray,
    lines: Sequence[Line],
    scale_px: float,
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> tuple[list[TextRun], list[TextRun]]:
    """Read lines, in parts where the whole is nothing that a console writes.

    Args:
        pixels: The rectified screen, (height, width, 3) uint8.
        lines: What was found.
        scale_px: Rectified pixels per pixel of the search.
        reader: Reads text.
        policy: What is worth reading.

    Returns:
        What was found, unread, and in the same order what was read of it: two readings where
        it could be clinical. The outline of what cannot be covers all of the line.
    """
    once = _skim(pixels, [line.read for line in lines], scale_px, reader, policy)
    covers: list[TextRun] = []
    runs: list[TextRun] = []
    in_parts: list[TextRun] = []
    for line, run in zip(lines, once, strict=True):
        if line.parts and run.readings and grade(run.readings[0]) is None:
            in_parts += line.parts
        else:
            covers.append(line.cover)
            runs.append(run)
    covers += in_parts
    if in_parts:
        runs += _skim(pixels, in_parts, scale_px, reader, policy)
    runs = _joined(runs, pixels.shape[0], policy)
    runs = _again(pixels, runs, reader, policy)
    return covers, [
        run if len(run.readings) >= MIN_READINGS else replace(run, polygon_xy=cover.polygon_xy)
        for cover, run in zip(covers, runs, strict=True)
    ]


def _skim(
    pixels: PixelArray,
    found: Sequence[TextRun],
    scale_px: float,
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> list[TextRun]:
    runs = list(found)
    readable = [index for index, run in enumerate(runs) if _readable(run, scale_px, policy)]
    crops = [_crop(pixels, runs[index]) for index in readable]
    for index, (text, confidence) in zip(readable, reader.skim(crops), strict=True):
        if text:
            runs[index] = replace(runs[index], readings=(text,), confidence=confidence)
    return runs


def _joined(
    once: Sequence[TextRun], screen_height_px: int, policy: IdentifiersPolicy
) -> list[TextRun]:
    """Read a label together with the value right of it, where only both are known.

    Both get the outline and the reading of the whole. In headers and footers, where an age may
    stand beside a name, only the acoustic indices are.
    """
    runs = list(once)
    top = policy.header_fraction * screen_height_px
    bottom = screen_height_px * (1.0 - policy.footer_fraction)
    held = [boxes.bounds(run.polygon_xy) for run in runs]
    for left, label in enumerate(once):
        if not label.readings or not label.readings[0][:1].isalpha():
            continue
        in_margin = not top <= boxes.centre_y(held[left]) <= bottom
        if in_margin and fold(label.readings[0]).strip(" :") not in vocabulary().indices:
            continue
        for right, value in enumerate(once):
            if left == right or not value.readings or not _follows(held[left], held[right]):
                continue
            whole = f"{label.readings[0]} {value.readings[0]}"
            alone = {grade(label.readings[0]), grade(value.readings[0])}
            if grade(whole) != "measured" or not alone & {None, "number"}:
                continue
            corners = np.concatenate((label.polygon_xy, value.polygon_xy))
            both = TextRun(
                boxes.polygon(boxes.bounds(corners)),
                (whole,),
                min(label.confidence, value.confidence),
            )
            runs[left] = runs[right] = both
    return runs


def _follows(left: FloatArray, right: FloatArray) -> bool:
    """Say whether a box stands close to the right of another on its line."""
    gap = float(right[0] - left[2])
    low, high = sorted((boxes.height(left), boxes.height(right)))
    return (
        boxes.same_line(left, right)
        and high <= MAX_HEIGHT_RATIO * low
        and -MAX_GAP * low < gap < MAX_GAP * low
        and right[0] > left[0]
    )


def _again(
    pixels: PixelArray,
    once: Sequence[TextRun],
    reader: TextReader,
    policy: IdentifiersPolicy,
) -> list[TextRun]:
    """Read again what was read as clinical: words, which could be a name, by the slower reader."""
    runs = list(once)
    again: dict[bool, list[int]] = {False: [], True: []}
    for index, run in enumerate(runs):
        known = known_as(run.readings[0], policy.keeps) if run.readings else None
        if known is not None:
            again[known in WORDY].append(index)
    for wordy, read_again in ((False, reader.skim), (True, reader.recognise)):
        if not again[wordy]:
            continue
        looks = [_second_look(_crop(pixels, runs[index])) for index in again[wordy]]
        for index, (text, confidence) in zip(again[wordy], read_again(looks), strict=True):
            first = runs[index]
            runs[index] = replace(
                first,
                readings=(*first.readings, text),
                confidence=min(first.confidence, confidence),
            )
    return runs


def _readable(run: TextRun, scale_px: float, policy: IdentifiersPolicy) -> bool:
    """Say whether a run is worth reading: level, not tall, and large enough."""
    polygon_xy = run.polygon_xy
    box = boxes.bounds(polygon_xy)
    width, height = box[2] - box[0], box[3] - box[1]
    level = abs(polygon_xy[1, 1] - polygon_xy[0, 1]) <= MAX_OFF_LEVEL_PX * max(1.0, scale_px)
    return bool(
        level
        and min(width, height) >= MIN_SIDE_PX
        and height <= MAX_TALL_RATIO * width
        and height >= policy.min_text_height_px * scale_px
        and run.confidence >= policy.min_read_confidence
    )


def _crop(pixels: PixelArray, run: TextRun) -> PixelArray:
    x0, y0, x1, y1 = boxes.pixels(boxes.bounds(run.polygon_xy), pixels.shape)
    return np.ascontiguousarray(pixels[y0:y1, x0:x1])


def _second_look(crop: PixelArray) -> PixelArray:
    """Return the line coarser, grey and at full contrast."""
    scale = min(1.0, SECOND_LINE_HEIGHT_PX / crop.shape[0])
    grey = cv2.cvtColor(resize(crop, scale), cv2.COLOR_RGB2GRAY).astype(np.float32)
    low, high = np.percentile(grey, STRETCH_PERCENTILES)
    stretched = np.clip((grey - low) * (255.0 / max(float(high - low), 1.0)), 0, 255)
    return np.repeat(stretched.astype(np.uint8)[:, :, None], 3, axis=2)
