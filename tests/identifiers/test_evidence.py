"""What counts as writing in the scan area, and what is part of the picture."""

from __future__ import annotations

import numpy as np
import pytest
from tests.identifiers.conftest import FakeReader, as_screen, box

from sonogate.identifiers import read
from sonogate.identifiers.evidence import looks_written, off_axis_deg, turned_crops
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray


def turned(polygon_xy: FloatArray, angle_deg: float) -> FloatArray:
    angle = np.radians(angle_deg)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = polygon_xy.mean(axis=0)
    return np.asarray((polygon_xy - centre) @ matrix.T + centre)


LINE = box(100, 100, 200, 120)
UPRIGHT = box(100, 100, 120, 200)
LONE = box(100, 100, 122, 120)


@pytest.mark.parametrize(
    ("polygon_xy", "found", "text", "confidence", "written"),
    [
        (LINE, 0.6, "SMITH", 0.3, True),
        (LINE, 0.42, "SMITH", 0.6, True),
        (LINE, 0.42, "SM", 0.2, False),
        (LINE, 0.6, "SA8", 0.16, False),
        (UPRIGHT, 0.6, "95.8", 0.3, True),
        # A line in a script that nobody can read for us.
        (LINE, 0.8, "", 0.0, True),
        (UPRIGHT, 0.8, "", 0.0, True),
        (LINE, 0.5, "", 0.0, False),
        # A caliper, a cyst.
        (LONE, 0.9, "X", 0.99, False),
        (LONE, 0.9, "0", 0.99, False),
        (LONE, 0.6, "JK", 0.3, True),
        # A dotted line, and what nobody writes askew.
        (turned(LINE, 38), 0.9, "eeoee", 0.3, False),
        (turned(LINE, 38), 0.9, "", 0.0, False),
        (turned(LINE, 38), 0.5, "SMITH", 0.6, True),
        (turned(LINE, 4), 0.6, "SMITH", 0.3, True),
    ],
)
def test_writing(
    polygon_xy: FloatArray,
    found: float,
    text: str,
    confidence: float,
    written: bool,
    limits: IdentifiersPolicy,
) -> None:
    readings = (("", 0.0), (text, confidence))
    assert looks_written(polygon_xy, found, readings, limits, found >= 0.7) is written


@pytest.mark.parametrize(("turn_deg", "off_deg"), [(0, 0), (3, 3), (45, 45), (88, 2), (-30, 30)])
def test_off_axis(turn_deg: float, off_deg: float) -> None:
    assert off_axis_deg(turned(LINE, turn_deg)) == pytest.approx(off_deg, abs=1e-6)


def test_an_upright_line_is_laid_level() -> None:
    pixels = np.zeros((240, 320, 3), dtype=np.uint8)
    pixels[100:110, 100:121] = 200
    level, upside_down = turned_crops(pixels, UPRIGHT)
    assert level.shape[1] > 4 * level.shape[0]
    dark_end = level[:, : level.shape[1] // 2].mean() < level[:, level.shape[1] // 2 :].mean()
    assert dark_end == (upside_down[:, 60:].mean() < upside_down[:, :40].mean())


def test_the_rest_of_a_line_is_not_left_out(limits: IdentifiersPolicy) -> None:
    screen = as_screen(np.zeros((480, 320, 3), dtype=np.uint8), box(0, 0, 319, 479))
    near, far = box(122, 100, 136, 120), box(250, 300, 264, 320)
    reader = FakeReader([box(20, 100, 120, 120), near, far], ["SMITH", "J", "J"])
    runs = read(screen, reader, limits).runs
    centres = {tuple(run.polygon_xy.mean(axis=0).round()) for run in runs}
    assert centres == {(70, 110), (129, 110)}
