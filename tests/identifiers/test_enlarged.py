"""What the enlarged search alone finds in the scan: the smallest text stays, speckle goes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from tests.identifiers.conftest import FakeReader, as_screen, box

from sonogate.identifiers import read
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray

HEIGHT, WIDTH = 480, 640
SCAN = box(100, 60, 560, 440)
HIGH = box(300, 200, 400, 216)
LOW = box(300, 200, 360, 206)


@dataclass
class ReaderOfScales(FakeReader):
    """Finds ``found`` on the enlarged canvas, and ``found_small`` in the scan at its own scale."""

    found_small: list[FloatArray] = field(default_factory=list)

    def lines(
        self, pixels: PixelArray, core_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        self.searches += 1
        if self.searches == 1:
            assert pixels.shape[:2] == (1.5 * HEIGHT, 1.5 * WIDTH)
            return self._boxes([1.5 * found for found in self.found])
        assert pixels.shape[1] < WIDTH
        return self._boxes([found - SCAN[0] for found in self.found_small])


@pytest.mark.parametrize(
    ("found", "found_small", "text", "stays"),
    [
        (HIGH, [], "", False),
        (HIGH, [HIGH], "", True),
        (HIGH, [np.add(HIGH, (0, 60))], "", False),
        (LOW, [], "", True),
        # What can be read is writing, whatever sees it.
        (HIGH, [], "SMITH", True),
    ],
)
def test_what_is_seen_enlarged_alone(
    found: FloatArray,
    found_small: list[FloatArray],
    text: str,
    stays: bool,
    limits: IdentifiersPolicy,
) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(60, 120, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    header = box(20, 10, 120, 30)
    reader = ReaderOfScales(
        found=[header, found],
        texts=["Abdomen", text],
        later_texts=[text],
        found_confidence=0.99,
        found_small=found_small,
    )
    enlarged = replace(limits, canvas_px_per_export_px=1.5)
    runs = read(as_screen(pixels, SCAN), reader, enlarged).runs
    inside = [run for run in runs if run.polygon_xy[:, 1].min() > SCAN[0, 1]]
    assert len(inside) == int(stays)
    assert len(runs) == 1 + len(inside)
