"""Names that are hard to find: over speckle, half transparent, upright, tiny, in other scripts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.identifiers.conftest import DrawnScreen, as_screen
from tests.identifiers.test_drawn_screens import CLINICAL, speckled

from sonogate.identifiers import PatientContext, classify, mask, read
from sonogate.onnx.ocr import RapidOcrReader
from sonogate.policy import IdentifiersPolicy

OVER_THE_SCAN = [
    # Text, place, size, colour, upright, opacity.
    ("OKONKWO, NGOZI", (440, 220), 15, (235, 235, 235), False, 0.5),
    ("Meyer-Schmidt", (560, 300), 13, (240, 220, 60), False, 0.6),
    ("Papadaki", (470, 330), 14, (230, 230, 230), True, 1.0),
    ("ID 84-221-09", (520, 400), 10, (230, 230, 230), False, 1.0),
    (
        "\u0418\u0432\u0430\u043d\u043e\u0432\u0430 Maria",
        (420, 470),
        14,
        (90, 230, 230),
        False,
        1.0,
    ),
    (
        "\u03a0\u03b1\u03c0\u03b1\u03b4\u03ac\u03ba\u03b7",
        (560, 490),
        14,
        (230, 230, 230),
        False,
        0.7,
    ),
]


@pytest.fixture
def screen(fonts: Path) -> tuple[DrawnScreen, np.ndarray]:
    pixels, sector = speckled(8)
    drawn = DrawnScreen(pixels)
    for line, text in enumerate(CLINICAL):
        drawn.write(text, (12, 80 + 22 * line), 14)
    drawn.inks.clear()
    for text, xy, size_px, colour, upright, opacity in OVER_THE_SCAN:
        before = drawn.pixels
        drawn.write(text, xy, size_px, colour, turned=upright)
        mixed = before * (1.0 - opacity) + drawn.pixels * opacity
        drawn.pixels = np.round(mixed).astype(np.uint8)
    return drawn, sector


def test_names_over_the_scan_are_covered(
    screen: tuple[DrawnScreen, np.ndarray], reader: RapidOcrReader, limits: IdentifiersPolicy
) -> None:
    drawn, sector = screen
    shown = as_screen(drawn.pixels, sector)
    masked = mask(shown, classify(read(shown, reader, limits), shown, limits), limits)
    uncovered = {text: 1.0 - masked.mask[ink].mean() for text, ink in drawn.inks}
    assert uncovered == dict.fromkeys(uncovered, 0.0)


def test_a_name_that_is_a_clinical_word_is_masked_for_its_patient(
    reader: RapidOcrReader, limits: IdentifiersPolicy, fonts: Path
) -> None:
    pixels, sector = speckled(8)
    drawn = DrawnScreen(pixels)
    for line, text in enumerate(CLINICAL):
        drawn.write(text, (12, 80 + 22 * line), 14)
    drawn.inks.clear()
    drawn.write("LIVER", (500, 300), 18)
    shown = as_screen(drawn.pixels, sector)
    runs = read(shown, reader, limits)
    ink = drawn.inks[0][1]
    for patient, covered in ((None, False), (PatientContext(names=("Liver, Grace",)), True)):
        masked = mask(shown, classify(runs, shown, limits, patient), limits)
        assert masked.mask[ink].all() == covered
