"""Decide what may be kept: default-deny, with the layout as a witness.

A run stays only when two agreeing, confident readings fully match the clinical grammar
and nothing around it suggests that it is part of an identifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from sonogate.identifiers import boxes
from sonogate.identifiers.ends import prolonged
from sonogate.identifiers.grammar import Grade, agree
from sonogate.identifiers.kinds import guess_kind
from sonogate.identifiers.misreadings import ruler_number
from sonogate.identifiers.patient import PatientContext, names_patient
from sonogate.identifiers.ruler import RulerMark, is_short, on_rulers
from sonogate.identifiers.site import known_as
from sonogate.identifiers.vocabulary import plain
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

# Length over height up to which a box holds one letter.
LONE_ELONGATION = 1.6
MAX_INITIALS = 3
MIN_READINGS = 2
# Of a line's height, the overlap up to which two boxes are neighbours and not the same.
MAX_OVERLAP = 0.5
# Mean width of a letter over the height of its box, above which more stands there than was read.
MAX_LETTER_WIDTH = 0.75
# Signs from here on are twice as wide as letters.
FIRST_WIDE_LETTER = 0x2E80
# Share of an unread box inside a known run from which it is the same run seen again.
ECHO_SHARE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A run with its box, what it could be kept as, and whether it looks like writing."""

    run: TextRun
    box: FloatArray
    grade: Grade | None
    writes: bool
    on_ruler: bool = False


def classify(
    runs: TextRuns,
    screen: RectifiedScreen,
    policy: IdentifiersPolicy,
    patient: PatientContext | None = None,
) -> IdentifierReport:
    """Decide which runs are kept and which are masked.

    Args:
        runs: What was found and read.
        screen: The rectified screen they were found on.
        policy: Confidence and layout limits, and what the site keeps.
        patient: Whom the picture is of, where the client knows: what may name them is masked,
            clinical or not.

    Returns:
        The surround, which is masked as a whole, and one region a run, without its text.
        ``complete`` is False whenever the search failed.
    """
    judged = _with_rulers(_without_echoes([_judge(run, policy) for run in runs.runs]))
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
        kept = one.on_ruler or (one.grade is not None and _fits(one, judged, in_margin, policy))
        if patient is not None and any(names_patient(text, patient) for text in one.run.readings):
            kept = False
        kind: RegionKind = "clinical" if kept else guess_kind(one.run)
        if not kept and not _is_lone(one) and _within(one.box, screen.scan_area_xy):
            line = prolonged(one.box, screen, policy)
            regions.append(Region(boxes.polygon(line), "surround", "masked", one.run.confidence))
        regions.append(
            Region(one.run.polygon_xy, kind, "kept" if kept else "masked", one.run.confidence)
        )
    regions = _set_apart(regions, screen.scan_area_xy)
    return IdentifierReport(tuple(regions), runs.failure is None, runs.failure)


def _set_apart(regions: list[Region], scan_area_xy: FloatArray | None) -> list[Region]:
    """Part kept lines and masked neighbours in the middle of their margins' overlap.

    In the scan area, where a masked line must be filled whole, only the kept one gives way.
    Where they overlap by more than their margins, nothing is kept.
    """
    held = [boxes.bounds(region.polygon_xy) for region in regions]
    doubted: set[int] = set()
    for first, region in enumerate(regions):
        if region.action != "kept":
            continue
        for second, other in enumerate(regions):
            if other.action == "kept" or other.kind == "surround":
                continue
            kept, masked = held[first], held[second]
            wide, high = -boxes.gap_x(kept, masked), -boxes.gap_y(kept, masked)
            if min(wide, high) <= 0:
                continue
            axis = 1 if high * (masked[2] - masked[0]) <= wide * boxes.height(masked) else 0
            overlap = high if axis else wide
            if overlap > MAX_OVERLAP * min(boxes.height(kept), boxes.height(masked)):
                # More stands in the kept box than was read of it, a line below perhaps.
                doubted.add(first)
                continue
            upper, lower = (kept, masked) if kept[axis] < masked[axis] else (masked, kept)
            middle = 0.5 * (upper[axis + 2] + lower[axis])
            free = not _within(masked, scan_area_xy)
            if upper is kept or free:
                upper[axis + 2] = middle
            if lower is kept or free:
                lower[axis] = middle
    return [
        region
        if region.kind == "surround"
        else replace(
            region,
            polygon_xy=boxes.polygon(box),
            action="masked" if index in doubted else region.action,
            kind="text" if index in doubted else region.kind,
        )
        for index, (region, box) in enumerate(zip(regions, held, strict=True))
    ]


def _with_rulers(judged: list[_Judged]) -> list[_Judged]:
    """Mark what stands on a ruler."""
    short: list[int] = []
    marks: list[RulerMark] = []
    for index, one in enumerate(judged):
        texts = map(ruler_number, one.run.readings)
        value = next((text for text in texts if text is not None), None)
        if is_short(one.box) and (value is not None or not one.writes):
            short.append(index)
            marks.append(RulerMark(one.box, None if value is None else float(value)))
    members = {short[order] for order in on_rulers(marks)}
    return [
        replace(one, on_ruler=True) if index in members else one for index, one in enumerate(judged)
    ]


def _is_structure(one: _Judged, tallest_px: float) -> bool:
    """Say whether a box in the scan area is anatomy that looks like one large letter.

    It is taller than annotations are, about as wide as tall, and reads as one sign at most.
    """
    sides = np.linalg.norm(np.diff(one.run.polygon_xy[:3], axis=0), axis=1)
    return _is_lone(one) and bool(sides.min() > tallest_px)


def _is_lone(one: _Judged) -> bool:
    """Say whether a box has room for one letter and no two were read."""
    letters = sum(map(str.isalnum, one.run.readings[0])) if one.run.readings else 0
    sides = np.linalg.norm(np.diff(one.run.polygon_xy[:3], axis=0), axis=1)
    return bool(letters < 2 and sides.max() <= LONE_ELONGATION * sides.min())


def _within(box: FloatArray, polygon_xy: FloatArray | None) -> bool:
    """Say whether a box's centre lies within a polygon."""
    if polygon_xy is None:
        return False
    centre = 0.5 * (box[:2] + box[2:])
    outline = polygon_xy.astype(np.float32)
    return bool(cv2.pointPolygonTest(outline, (float(centre[0]), float(centre[1])), False) >= 0)


def _judge(run: TextRun, policy: IdentifiersPolicy) -> _Judged:
    known: Grade | None = None
    if len(run.readings) >= MIN_READINGS and all(
        agree(run.readings[0], other) for other in run.readings[1:]
    ):
        known = known_as(run.readings[0], policy.keeps)
        least = policy.min_keep_confidence
        if known == "measured":
            least = policy.min_measured_confidence
        if run.confidence < least:
            known = None
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
    if one.grade == "number":
        return False
    if one.grade in ("measured", "label"):
        return True
    text = plain(one.run.readings[0])
    # Two or three letters in a header or footer may be an operator's initials.
    initials = text.isalpha() and len(text) <= MAX_INITIALS
    if in_margin and (one.grade == "nameable" or initials):
        return False
    return not any(
        _casts_doubt(other, one, in_margin, initials, policy)
        for other in judged
        if other is not one and not other.on_ruler and other.writes
    )


def _casts_doubt(
    other: _Judged, one: _Judged, in_margin: bool, initials: bool, policy: IdentifiersPolicy
) -> bool:
    """Say whether unknown writing stands so near that a known word may be part of it."""
    if other.grade is not None and not (in_margin and other.grade == "nameable"):
        return False
    beside = boxes.same_line(one.box, other.box)
    if in_margin and beside and one.grade != "menu":
        return True
    if one.grade in ("words", "menu") and not initials:
        return False
    near = policy.context_lines * boxes.height(one.box)
    if beside and boxes.gap_x(one.box, other.box) < near:
        return True
    if one.grade == "menu" and not in_margin:
        # In a list of settings the lines around a key are settings too.
        return False
    return boxes.gap_x(one.box, other.box) < 0 and boxes.gap_y(one.box, other.box) < near


def _too_wide(one: _Judged) -> bool:
    """Say whether a run is wider than its letters: some of it may not have been read.

    A recogniser passes over scripts that it does not know, such as a name after its label.
    """
    width, text = one.box[2] - one.box[0], one.run.readings[0]
    letters = sum(2 if ord(letter) >= FIRST_WIDE_LETTER else 1 for letter in text)
    return bool(width > MAX_LETTER_WIDTH * boxes.height(one.box) * (letters + 1))


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
