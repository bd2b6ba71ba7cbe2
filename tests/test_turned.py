"""A screen seen upside down or on its side is turned upright or refused; a mirrored one refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from sonogate.gate import Assessor, default_gate
from sonogate.types import Assessment

MIN_LIKENESS = 0.8


@pytest.fixture(scope="module")
def gate() -> Assessor:
    return default_gate()


def assess(gate: Assessor, samples: Path, turn: str) -> Assessment:
    photo = cv2.imread(str(samples / "good_cart.jpg"))
    assert photo is not None
    photo = cv2.resize(photo, (2400, 1800), interpolation=cv2.INTER_AREA)
    turns = {"left": 1, "upside_down": 2, "right": 3}
    seen = photo[:, ::-1] if turn == "mirrored" else np.rot90(photo, turns[turn])
    return gate.assess(cv2.imencode(".jpg", np.ascontiguousarray(seen))[1].tobytes())


@pytest.mark.parametrize("turn", ["left", "upside_down", "right"])
def test_a_turned_screen_is_shown_upright_or_not_at_all(
    gate: Assessor, samples: Path, turn: str
) -> None:
    assessment = assess(gate, samples, turn)
    if assessment.verdict.outcome == "retake":
        assert assessment.identifiers is not None
        assert not assessment.identifiers.complete
        return
    assert assessment.screen is not None
    export = cv2.imread(str(samples / "exports" / "echo.png"), cv2.IMREAD_GRAYSCALE)
    assert export is not None
    shown = cv2.cvtColor(assessment.screen.pixels, cv2.COLOR_RGB2GRAY)
    shown = cv2.resize(shown, export.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.corrcoef(shown.ravel(), export.ravel())[0, 1] > MIN_LIKENESS


def test_a_mirrored_screen_is_not_accepted(gate: Assessor, samples: Path) -> None:
    assessment = assess(gate, samples, "mirrored")
    assert assessment.verdict.outcome == "retake"
    assert assessment.identifiers is not None
    assert not assessment.identifiers.complete
