"""Lines of text set apart, parted and put together before they are read."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from sonogate.identifiers.grammar import agree, grade
from sonogate.identifiers.lines import edges, parted, set_apart, tidy
from sonogate.identifiers.readings import read_lines
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray, TextRun

ABOVE, BELOW = np.array([20.0, 20, 180, 44]), np.array([20.0, 38, 180, 62])


def page(*lines: tuple[str, int, int]) -> PixelArray:
    pixels = np.full((240, 400, 3), 20, dtype=np.uint8)
    for text, x, y in lines:
        cv2.putText(pixels, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (220,) * 3, 1)
    return pixels


def run(box: FloatArray) -> TextRun:
    x0, y0, x1, y1 = box
    return TextRun(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), (), 0.99)


class Reader:
    """Reads what stands in a table under the left end of a crop's line, by the crop's width."""

    def __init__(self, texts: dict[int, str]) -> None:
        self.texts = texts

    def skim(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        return [(self.texts.get(round(crop.shape[1], -1), ""), 0.9) for crop in crops]

    recognise = skim

    def lines(
        self, pixels: PixelArray, core_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        raise AssertionError("nothing is searched here")

    detect = lines


def test_neighbours_are_cut_where_nothing_is_written() -> None:
    pixels = page(("Gain 52 dB", 24, 36), ("Depth 9 cm", 24, 57))
    upper, lower = set_apart(edges(pixels), [ABOVE, BELOW])
    assert upper[3] == lower[1]
    assert 38 <= upper[3] <= 44
    assert pixels[int(upper[3])].max() < 60


@pytest.mark.parametrize(
    "other",
    [np.array([20.0, 23, 180, 47]), np.array([200.0, 38, 390, 62]), np.array([20.0, 38, 180, 122])],
)
def test_what_is_no_neighbour_is_left_alone(other: FloatArray) -> None:
    upper, lower = set_apart(np.zeros((240, 400), np.float32), [ABOVE, other])
    assert np.array_equal(upper, ABOVE)
    assert np.array_equal(lower, other)


def test_a_wide_gap_parts_a_line_and_a_space_does_not() -> None:
    line = np.array([20.0, 20, 380, 44])
    far = parted(edges(page(("J Smith", 24, 38), ("MI 0.8", 300, 38))), line)
    assert [round(part[0] / 10) for part in far] == [2, 30]
    assert len(parted(edges(page(("Gain 52 dB and Depth 9 cm", 24, 38))), line)) == 1


def test_what_lies_on_the_scan_is_covered_whole_and_not_parted() -> None:
    pixels = page(("J Smith", 24, 36), ("MI 0.8", 300, 36), ("Depth 9 cm", 24, 57))
    found = [run(np.array([20.0, 20, 380, 44])), run(BELOW)]
    free = tidy(found, pixels, 1.0, None)
    assert len(free[0].parts) == 2
    assert free[0].cover.polygon_xy[2, 1] < 44
    scan_xy = np.array([[0.0, 0], [399, 0], [399, 239], [0, 239]])
    shown = tidy(found, pixels, 1.0, scan_xy)
    assert shown[0].parts == ()
    assert shown[0].cover is found[0]
    assert shown[0].read.polygon_xy[2, 1] < 44


def test_a_label_and_its_value_are_known_together(limits: IdentifiersPolicy) -> None:
    pixels = page()
    found = [run(np.array([20.0, 100, 58, 119])), run(np.array([70.0, 100, 128, 119]))]
    reader = Reader({40: "Col", 60: "69%", 110: "Col 69%"})
    _, runs = read_lines(pixels, tidy(found, pixels, 1.0, None), 1.0, reader, limits)
    assert {one.readings for one in runs} == {("Col 69%", "Col 69%")}
    header = [run(np.array([x0, 5.0, x1, 24.0])) for x0, x1 in ((20, 58), (70, 128))]
    _, runs = read_lines(pixels, tidy(header, pixels, 1.0, None), 1.0, reader, limits)
    assert runs[0].readings == ("Col",)


@pytest.mark.parametrize(
    "text",
    [
        "Z5core 3",
        "Poer 0dB",
        "PowerO dB",
        "T1b1.2 MI 0.1",
        "TIB<0.1 Ml=1.3",
        "SA 1/1",
        "PRF 521OHz",
    ],
)
def test_misreadings_of_values_are_set_right(text: str) -> None:
    assert grade(text) == "measured"


@pytest.mark.parametrize("text", ["Sarah 50 Hz", "Wells 50 dB", "Ange 170 cm", "Cale 5 %", "5m1th"])
def test_names_are_not_set_right(text: str) -> None:
    assert grade(text) is None


def test_readings_of_a_value_may_differ_in_a_sign_but_not_in_a_mark() -> None:
    assert agree("PLT-7045BT", "PLT-704SBT")
    assert not agree("Depth 1.1 cm", "Depth 11 cm")
    assert not agree("Liver", "Livar")
