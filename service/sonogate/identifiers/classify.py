"""Decide what may be kept: default-deny, with the layout as a witness.

A run stays only when two agreeing, confident readings fully match the clinical grammar
and nothing around it suggests that it is part of an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from sonogate.identifiers import boxes
from sonogate.identifiers.vocabulary import (
    Grade,
    agree,
    fold,
    grade,
    is_date_or_long_number,
    plain,
)
from sonogate.policy import IdentifiersPolicy
from sonogate.types import (
    FloatArray,
    IdentifierReport,
    RectifiedScreen,
    Region,
    RegionKind,
    TextRun,
    TextRuns,
)

_INSTITUTION = re.compile(
    r"hosp|clin|medic|ctr|cent|univ|health|inst|krank|praxis|hopital|sante|saude|salud|imaging"
)


# Length over height up to which a box holds one letter.
LONE_ELONGATION = 1.6
# A ruler has at least this many different numbers.
MIN_RULER_NUMBERS = 3
MAX_INITIALS = 3
# Mean width of a letter over the height of its box, above which more stands there than was read.
MAX_LETTER_WIDTH = 0.75
# Share of an unread box inside a known run from which it is the same run seen again.
ECHO_SHARE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A run with its box, what it could be kept as, and whether it looks like writing."""

    run: TextRun
    box: FloatArray
    grade: Grade | None
    writes: bool


def classify(
    runs: TextRuns, screen: RectifiedScreen, policy: IdentifiersPolicy
) -> IdentifierReport:
    """Decide which runs are kept and which are masked.

    Args:
        runs: What was found and read.
        screen: The rectified screen they were found on.
        policy: Confidence and layout limits, and what the site keeps.

    Returns:
        The surround, which is masked as a whole, and one region a run, without its text.
        ``complete`` is False whenever the search failed.
    """
    judged = _without_echoes([_judge(run, policy) for run in runs.runs])
    width, height = screen.size_wh
    frame_xy = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    regions = [Region(frame_xy, "surround", "masked", 1.0)]
    header_bottom = policy.header_fraction * height
    footer_top = height - policy.footer_fraction * height
    tallest_px = policy.max_lone_height_fraction * height
    for one in judged:
        if _within(one.box, screen.scan_area_xy) and _is_structure(one, tallest_px):
            continue
        in_margin = not header_bottom <= boxes.centre_y(one.box) <= footer_top
        kept = one.grade is not None and _fits(one, judged, in_margin, policy)
        kind: RegionKind = "clinical" if kept else _kind(one.run)
        if not kept and one.writes and _within(one.box, screen.scan_area_xy):
            # A line's ends may have been missed, and the scan area drawn too high: in a
            # header no part of the line is left.
            width_px = one.box[2] - one.box[0]
            upright = boxes.height(one.box) > width_px
            in_header = boxes.centre_y(one.box) < header_bottom and not upright
            reach = policy.scan_line_margin * min(boxes.height(one.box), width_px)
            reach = width if in_header else reach
            ends = [0.0, -reach, 0.0, reach] if upright else [-reach, 0.0, reach, 0.0]
            line = one.box + np.array(ends)
            line[[0, 2]] = np.clip(line[[0, 2]], -0.5, width - 0.5)
            regions.append(Region(boxes.polygon(line), "surround", "masked", one.run.confidence))
        regions.append(
            Region(one.run.polygon_xy, kind, "kept" if kept else "masked", one.run.confidence)
        )
    return IdentifierReport(tuple(regions), runs.failure is None, runs.failure)


def _is_structure(one: _Judged, tallest_px: float) -> bool:
    """Say whether a box in the scan area is anatomy that looks like one large letter.

    It is taller than annotations are, about as wide as tall, and reads as one sign at most.
    """
    letters = sum(map(str.isalnum, one.run.readings[0])) if one.run.readings else 0
    sides = np.linalg.norm(np.diff(one.run.polygon_xy[:3], axis=0), axis=1)
    lone = sides.max() <= LONE_ELONGATION * sides.min()
    return bool(letters < 2 and lone and sides.min() > tallest_px)


def _within(box: FloatArray, polygon_xy: FloatArray | None) -> bool:
    """Say whether a box's centre lies within a polygon."""
    if polygon_xy is None:
        return False
    centre = 0.5 * (box[:2] + box[2:])
    outline = polygon_xy.astype(np.float32)
    return bool(cv2.pointPolygonTest(outline, (float(centre[0]), float(centre[1])), False) >= 0)


def _judge(run: TextRun, policy: IdentifiersPolicy) -> _Judged:
    known: Grade | None = None
    if (
        len(run.readings) >= 2
        and run.confidence >= policy.min_keep_confidence
        and all(agree(run.readings[0], other) for other in run.readings[1:])
    ):
        known = grade(run.readings[0], keep_vendors=policy.keep_vendors)
    letters = sum(map(str.isalnum, run.readings[0])) if run.readings else 0
    writes = letters >= 2 and run.confidence >= policy.min_write_confidence
    return _Judged(run, boxes.bounds(run.polygon_xy), known, writes)


def _fits(
    one: _Judged, judged: Sequence[_Judged], in_margin: bool, policy: IdentifiersPolicy
) -> bool:
    """Say whether the layout lets a run be kept that the grammar knows."""
    if any(_contradicts(other, one) for other in judged if other is not one):
        return False
    if _too_wide(one):
        return False
    if one.grade in ("measured", "label"):
        return True
    if one.grade == "number":
        return _on_ruler(one, judged)
    text = plain(one.run.readings[0])
    # Two or three letters in a header or footer may be an operator's initials.
    initials = text.isalpha() and len(text) <= MAX_INITIALS
    if in_margin and (one.grade == "nameable" or initials):
        return False
    line_height = boxes.height(one.box)
    for other in judged:
        if other is one or other.grade is not None or not other.writes:
            continue
        beside = boxes.same_line(one.box, other.box)
        if in_margin and beside:
            return False
        if one.grade == "words" and not initials:
            continue
        near = policy.context_lines * line_height
        if beside and boxes.gap_x(one.box, other.box) < near:
            return False
        if boxes.gap_x(one.box, other.box) < 0 and boxes.gap_y(one.box, other.box) < near:
            return False
    return True


def _too_wide(one: _Judged) -> bool:
    """Say whether a run is wider than its letters: some of it may not have been read.

    A recogniser passes over scripts that it does not know, such as a name after its label.
    """
    width, text = one.box[2] - one.box[0], one.run.readings[0]
    return bool(width > MAX_LETTER_WIDTH * boxes.height(one.box) * (len(text) + 1))


def _without_echoes(judged: list[_Judged]) -> list[_Judged]:
    """Drop unread boxes that lie within a run that was read and known in full."""
    known = [one for one in judged if one.grade is not None]
    return [
        one
        for one in judged
        if one.run.readings
        or not any(boxes.share_inside(one.box, other.box) > ECHO_SHARE for other in known)
    ]


def _contradicts(other: _Judged, one: _Judged) -> bool:
    """Say whether another search read something else at the same place."""
    if not other.writes or boxes.share_inside(one.box, other.box) < 0.5:
        return False
    return plain(one.run.readings[0]) not in plain(other.run.readings[0])


def _on_ruler(one: _Judged, judged: Sequence[_Judged]) -> bool:
    """Say whether a bare number stands in a column or row of others, as on a ruler.

    A number by itself may be an age, a day or a bed.
    """
    size = boxes.height(one.box)
    centre = 0.5 * (one.box[:2] + one.box[2:])
    values = {plain(one.run.readings[0])}
    for other in judged:
        if other.grade != "number" or boxes.share_inside(other.box, one.box) > 0.2:
            continue
        apart = np.abs(0.5 * (other.box[:2] + other.box[2:]) - centre)
        in_line = min(apart) < 0.5 * size and max(apart) > 1.5 * size
        if in_line and boxes.height(other.box) < 1.5 * size:
            values.add(plain(other.run.readings[0]))
    return len(values) >= MIN_RULER_NUMBERS


def _kind(run: TextRun) -> RegionKind:
    """Guess what a masked run tells, for the report; nothing rests on it."""
    if not run.readings:
        return "text"
    text = fold(run.readings[0])
    digits = sum(map(str.isdigit, text))
    letters = sum(map(str.isalpha, text))
    if is_date_or_long_number(text) and re.search(r"\d\s*[:/.-]\s*\d|[a-z]{3}", text):
        return "date"
    if digits >= 4 and digits >= letters:
        return "number"
    if _INSTITUTION.search(text):
        return "institution"
    if letters >= 3 and digits == 0:
        return "name"
    return "text"
