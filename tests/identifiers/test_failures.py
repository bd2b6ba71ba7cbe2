"""Every failure of a part ends in an incomplete report, and no text leaves memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.identifiers.conftest import FakeReader, as_screen, box

from sonogate.errors import ModelError
from sonogate.identifiers import check, classify, mask, read
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, IdentifierReport, PixelArray, RectifiedScreen

SCAN = box(0, 0, 319, 479)
CANARY = "ZYXCANARY QUENTIN 7391842"


class RaisingReader(FakeReader):
    """Fails where it is told to, quoting what it read, as careless code would."""

    def __init__(self, fault: Exception, in_search: int = 0, in_reading: int = 0) -> None:
        super().__init__([box(20, 20, 120, 40)], [CANARY])
        self.fault, self.in_search, self.in_reading = fault, in_search, in_reading

    def _boxes(self, found: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
        if self.searches == self.in_search:
            raise self.fault
        return super()._boxes(found)

    def _read(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        if self.readings + 1 == self.in_reading:
            raise self.fault
        return super()._read(crops)


def texture(width: int = 320, height: int = 480) -> PixelArray:
    """Sharp strokes everywhere, so that blur is no reason to fail."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[::4] = 200
    return pixels


def assess(
    screen: RectifiedScreen, reader: FakeReader, limits: IdentifiersPolicy
) -> IdentifierReport:
    report = classify(read(screen, reader, limits), screen, limits)
    return check(mask(screen, report, limits), report, reader, limits)


FAULTS = [RuntimeError(CANARY), TimeoutError(CANARY), ModelError(CANARY), MemoryError(CANARY)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_finder_that_fails(fault: Exception, limits: IdentifiersPolicy) -> None:
    report = assess(as_screen(texture(), SCAN), RaisingReader(fault, in_search=1), limits)
    assert not report.complete
    assert report.failure is not None
    assert CANARY not in report.failure


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("reading", [1, 2])
def test_a_recogniser_that_fails(fault: Exception, reading: int, limits: IdentifiersPolicy) -> None:
    report = assess(as_screen(texture(), SCAN), RaisingReader(fault, in_reading=reading), limits)
    assert not report.complete
    assert CANARY not in str(report.failure)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_check_that_fails(fault: Exception, limits: IdentifiersPolicy) -> None:
    report = assess(as_screen(texture(), SCAN), RaisingReader(fault, in_search=2), limits)
    assert not report.complete
    assert CANARY not in str(report.failure)


def test_nothing_found_is_not_clean(limits: IdentifiersPolicy) -> None:
    report = assess(as_screen(texture(), SCAN), FakeReader(), limits)
    assert not report.complete
    assert report.failure == "no text was found on the screen"


def test_a_recogniser_that_returns_too_little(limits: IdentifiersPolicy) -> None:
    class Short(FakeReader):
        def _read(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
            return []

    report = assess(as_screen(texture(), SCAN), Short([box(20, 20, 120, 40)]), limits)
    assert not report.complete


def test_blurred_text_is_a_failure(limits: IdentifiersPolicy) -> None:
    across = np.linspace(0.0, 6.0 * np.pi, 320)
    wave = np.round(127.0 + 100.0 * np.sin(across)).astype(np.uint8)
    pixels = np.repeat(np.repeat(wave[None, :, None], 480, axis=0), 3, axis=2)
    report = assess(as_screen(pixels, SCAN), FakeReader([box(20, 20, 220, 40)], ["MI 1.1"]), limits)
    assert report.failure == "the text is too blurred to be found reliably"


def test_text_left_after_masking_sends_it_back(limits: IdentifiersPolicy) -> None:
    found = [box(20, 80, 120, 100)]
    clean = FakeReader(found, ["MI 1.1"])
    assert assess(as_screen(texture(), SCAN), clean, limits).complete
    left = [box(20, 150, 120, 170)]
    leaking = FakeReader(found, ["MI 1.1"], found_later=left, later_texts=[CANARY])
    report = assess(as_screen(texture(), SCAN), leaking, limits)
    assert not report.complete
    assert report.failure == "text is left after masking"
    unread = FakeReader(found, ["MI 1.1"], found_later=left)
    assert not assess(as_screen(texture(), SCAN), unread, limits).complete
    spot = [box(20, 150, 42, 170)]
    speckle = FakeReader(found, ["MI 1.1"], found_later=spot, later_texts=["'"])
    assert assess(as_screen(texture(), SCAN), speckle, limits).complete


def test_what_was_kept_or_filled_passes_the_check(limits: IdentifiersPolicy) -> None:
    found = [box(20, 80, 120, 100), box(20, 150, 120, 170)]
    reader = FakeReader(found, ["MI 1.1", CANARY], ["MI 1.1"], found_later=found)
    assert assess(as_screen(texture(), SCAN), reader, limits).complete


def test_no_text_in_any_value(limits: IdentifiersPolicy) -> None:
    screen = as_screen(texture(), SCAN)
    reader = FakeReader(
        [box(20, 20, 120, 40), box(20, 80, 120, 100)], [CANARY, "MI 1.1"], ["MI 1.1"]
    )
    runs = read(screen, reader, limits)
    assert runs.runs[0].readings == (CANARY,)
    report = classify(runs, screen, limits)
    masked = mask(screen, report, limits)
    for value in (runs, report, masked, *runs.runs, *report.regions):
        assert "CANARY" not in repr(value)
        assert "7391842" not in repr(value)
