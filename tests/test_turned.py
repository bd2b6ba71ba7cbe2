"""A screen seen upside down, on its side or in a mirror is never accepted as it is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from sonogate.gate import Assessor, default_gate


@pytest.fixture(scope="module")
def gate() -> Assessor:
    return default_gate()


@pytest.mark.parametrize("turn", ["left", "upside_down", "right", "mirrored"])
def test_a_turned_or_mirrored_screen_is_not_accepted(
    gate: Assessor, samples: Path, turn: str
) -> None:
    photo = cv2.imread(str(samples / "good_cart.jpg"))
    assert photo is not None
    photo = cv2.resize(photo, (2400, 1800), interpolation=cv2.INTER_AREA)
    turns = {"left": 1, "upside_down": 2, "right": 3}
    seen = photo[:, ::-1] if turn == "mirrored" else np.rot90(photo, turns[turn])
    data = cv2.imencode(".jpg", np.ascontiguousarray(seen))[1].tobytes()
    assessment = gate.assess(data)
    assert assessment.verdict.outcome == "retake"
    assert assessment.identifiers is not None
    assert not assessment.identifiers.complete
