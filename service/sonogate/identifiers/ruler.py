"""Rulers: numbers in a row whose values grow evenly with their places.

A number by itself may be an age, a day or a bed; three that lie on one scale are a ruler,
and so is a short mark in their row that cannot be read, where the scale has a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sonogate.identifiers import boxes
from sonogate.types import FloatArray

MIN_NUMBERS = 3
# Two do where they are neighbours on a scale of fives, as deep pictures have.
FIVES = 5.0
MAX_FIVES = 30.0
# Of a number's height: how far out of the row, how much higher or lower, how wide at most.
MAX_OFF_ROW = 0.8
MAX_HEIGHT_RATIO = 1.7
MAX_WIDTH = 2.6
# Of the step between numbers.
MAX_OFF_SCALE = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class RulerMark:
    """A short piece of text: its upright box, and the number read there or None."""

    box: FloatArray
    value: float | None


def on_rulers(marks: Sequence[RulerMark]) -> frozenset[int]:
    """Return the indices of those marks that belong to rulers."""
    found: set[int] = set()
    for along in (1, 0):
        for anchor, mark in enumerate(marks):
            if mark.value is None or anchor in found:
                continue
            row = _row(marks, anchor, along)
            found.update(_scale(marks, row, along))
    return frozenset(found)


def _centre(box: FloatArray, axis: int) -> float:
    return float(0.5 * (box[axis] + box[axis + 2]))


def _row(marks: Sequence[RulerMark], anchor: int, along: int) -> list[int]:
    """Return the marks that stand in a row with the anchor, itself among them."""
    box = marks[anchor].box
    size = boxes.height(box)
    return [
        index
        for index, mark in enumerate(marks)
        if abs(_centre(mark.box, 1 - along) - _centre(box, 1 - along)) < MAX_OFF_ROW * size
        and 1 / MAX_HEIGHT_RATIO < boxes.height(mark.box) / size < MAX_HEIGHT_RATIO
    ]


def _scale(marks: Sequence[RulerMark], row: list[int], along: int) -> set[int]:
    """Return the marks of a row that lie on the scale that most of its numbers share."""
    numbers = [index for index in row if marks[index].value is not None]
    places = np.array([_centre(marks[index].box, along) for index in numbers])
    values = np.array([marks[index].value for index in numbers], dtype=np.float64)
    best: set[int] = set()
    for first, second in combinations(range(len(numbers)), 2):
        if values[first] == values[second] or abs(places[first] - places[second]) < 1.0:
            continue
        slope = (values[second] - values[first]) / (places[second] - places[first])
        start = values[first] - slope * places[first]
        fits = np.flatnonzero(np.abs(slope * places + start - values) < MAX_OFF_SCALE)
        distinct = np.unique(values[fits])
        if len(distinct) < MIN_NUMBERS and not _are_fives(distinct):
            continue
        step = float(np.diff(distinct).min())
        member = {numbers[index] for index in fits}
        for index in row:
            if marks[index].value is not None:
                continue
            expected = (slope * _centre(marks[index].box, along) + start) / step
            if abs(expected - round(expected)) < MAX_OFF_SCALE and round(expected) >= 0:
                member.add(index)
        if len(member) > len(best):
            best = member
    return best


def _are_fives(distinct: FloatArray) -> bool:
    return bool(
        len(distinct) == MIN_NUMBERS - 1
        and distinct[1] - distinct[0] == FIVES
        and distinct[0] % FIVES == 0
        and 0 < distinct[0] <= MAX_FIVES
    )


def is_short(box: FloatArray) -> bool:
    """Say whether a box has room for a ruler's number at most."""
    return bool(box[2] - box[0] <= MAX_WIDTH * boxes.height(box))
