"""The finder of lines and the quick recogniser still do what they did when they were made."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.golden.make_text import HERE, rows

from sonogate.onnx.ocr import RapidOcrReader


def test_golden_lines() -> None:
    golden = json.loads((HERE / "text.json").read_text("utf-8"))
    found = rows(RapidOcrReader(threads=1))
    assert len(found) == len(golden)
    boxes = np.array([row["box"] for row in found])
    np.testing.assert_allclose(boxes, [row["box"] for row in golden], atol=2.1)
    for mine, row in zip(found, golden, strict=True):
        assert mine["score"] == pytest.approx(row["score"], abs=0.02)
        if row["confidence"] > 0.9:
            assert mine["text"] == row["text"]
