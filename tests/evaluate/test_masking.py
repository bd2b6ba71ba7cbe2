"""Counting leaks by ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from sonogate.evaluate import masking, masking_adversary, masking_photos, masking_report
from sonogate.policy import Policy
from sonogate.simulate.values import Export, ScreenText, TextKind
from sonogate.types import FloatArray, MaskedScreen, PixelArray, RectifiedScreen, ScreenQuad

WIDTH, HEIGHT = 320, 240


@pytest.fixture
def policy(policy: Policy) -> Policy:
    """The package's policy, the search at a pixel a pixel, as the fake reader answers it."""
    return replace(policy, identifiers=replace(policy.identifiers, canvas_px_per_export_px=1.0))


class Reader:
    """Finds one box on every search and reads the same in it."""

    def __init__(self, box_xy: FloatArray, text: str) -> None:
        self.box_xy, self.text, self.searches = box_xy, text, 0

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        self.searches += 1
        found = self.box_xy[None] if self.searches == 1 else np.zeros((0, 4, 2))
        return found, np.full(len(found), 0.9)

    def lines(
        self, pixels: PixelArray, core_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        return self.detect(pixels, core_threshold, box_threshold)

    def skim(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        return self.recognise(crops)

    def recognise(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        return [(self.text, 0.95) for _ in crops]


def corners(x0: float, y0: float, x1: float, y1: float) -> FloatArray:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


def text(kind: TextKind, at_xy: tuple[int, int]) -> ScreenText:
    ink = np.zeros((10, 40), dtype=np.bool_)
    ink[:, ::4] = True
    box_xy = corners(at_xy[0], at_xy[1], at_xy[0] + 40, at_xy[1] + 10)
    return ScreenText("x", kind, box_xy, at_xy, ink)


def labelled(*texts: ScreenText) -> masking_photos.LabelledScreen:
    pixels = np.full((HEIGHT, WIDTH, 3), 20, dtype=np.uint8)
    for one in texts:
        x, y = one.ink_xy
        pixels[y : y + 10, x : x + 40][one.ink] = 220
    area_xy = corners(60, 60, 300, 230)
    export = Export(pixels, "ultrasound", "made", "made", texts, area_xy, None, 0)
    quad = ScreenQuad(corners(-0.5, -0.5, WIDTH - 0.5, HEIGHT - 0.5), 100.0, 1.0)
    size_wh = (WIDTH, HEIGHT)
    screen = RectifiedScreen(pixels, quad, np.eye(3), size_wh, 0.0, size_wh, True, area_xy)
    return masking_photos.LabelledScreen(
        "made", export, screen, np.ones((HEIGHT, WIDTH), dtype=np.bool_)
    )


FOUND = corners(98, 98, 142, 112)
FRAME = corners(0, 0, WIDTH, HEIGHT)


def test_what_is_covered_is_no_leak(policy: Policy) -> None:
    outcome = masking.judge(labelled(text("name", (100, 100))), Reader(FOUND, "SMITH"), policy)
    assert outcome.identifiers == ("name",)
    assert outcome.leaks == ()


def test_what_was_not_found_in_the_scan_area_is_a_leak(policy: Policy) -> None:
    missed = labelled(text("name", (100, 100)), text("phone", (200, 180)))
    outcome = masking.judge(missed, Reader(FOUND, "SMITH"), policy)
    (leak,) = outcome.leaks
    assert leak.kind == "phone"
    assert leak.visible == 1.0
    assert leak.contrast > masking_report.LEGIBLE_CONTRAST


def test_clinical_text_and_needless_masks_are_counted(policy: Policy) -> None:
    shown = labelled(text("clinical", (100, 100)))
    kept = masking.judge(shown, Reader(FOUND, "MI 1.1"), policy)
    assert (kept.clinical, kept.kept, kept.needless) == (1, 1, 0.0)
    lost = masking.judge(shown, Reader(FOUND, "SMITH"), policy)
    assert (lost.clinical, lost.kept) == (1, 0)
    assert lost.needless > 0.01


def test_text_out_of_the_frame_does_not_count(policy: Policy) -> None:
    seen = labelled(text("name", (100, 100)))
    frame = np.ones((HEIGHT, WIDTH), dtype=np.bool_)
    frame[:, :130] = False
    cut = masking_photos.LabelledScreen("cut", seen.export, seen.screen, frame)
    assert masking.judge(cut, Reader(FOUND, "SMITH"), policy).identifiers == ()


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    # Clopper and Pearson's rule of three, and a table's values.
    [(0, 100, 0.0, 0.03622), (0, 0, 0.0, 1.0), (5, 10, 0.18709, 0.81291), (10, 10, 0.69150, 1.0)],
)
def test_exact_bounds(events: int, trials: int, low: float, high: float) -> None:
    assert masking_report.bounds(events, trials) == pytest.approx((low, high), abs=1e-4)


def test_the_table_counts_accepted_screens_alone(policy: Policy) -> None:
    leaky = masking.Outcome(
        "a", "made", True, ("name",), (masking.Leak("name", 1.0, 0.4),), 10, 8, 0.001
    )
    refused = masking.Outcome(
        "b", "made", False, ("name",), (masking.Leak("name", 1.0, 5.0),), 10, 0, 0.5, unsure=True
    )
    table = masking_report.as_table([leaky, refused])
    assert "| screens, any ink | 1 | 1 |" in table
    assert "| screens, legible ink | 0 | 1 |" in table
    assert "8 of 10 (80.0%)" in table
    assert "Refused: 1 of 2" in table


def test_the_gate_has_a_say_in_what_is_accepted(policy: Policy) -> None:
    shown = labelled(text("clinical", (100, 100)))
    reader = Reader(FOUND, "MI 1.1")
    refused = masking.judge(shown, reader, policy, accepts=lambda screen, report: False)
    assert not refused.accepted
    assert not refused.unsure


def test_the_sheet_shows_leaks_first(policy: Policy) -> None:
    clean = masking.judge(labelled(text("name", (100, 100))), Reader(FOUND, "ANDERSON"), policy)
    missed = labelled(text("name", (100, 100)), text("phone", (200, 180)))
    leaky = masking.judge(missed, Reader(FOUND, "ANDERSON"), policy)
    sheet = masking_report.worst_sheet([clean, leaky], columns=2)
    assert leaky.worst is not None
    height, width = leaky.worst.shape[:2]
    np.testing.assert_array_equal(sheet[:height, :width], leaky.worst)
    with pytest.raises(ValueError, match="accepted"):
        masking_report.worst_sheet([])


@pytest.mark.skipif(not masking_adversary.is_there(), reason="Tesseract is not installed")
def test_the_adversary_reads_what_was_left() -> None:
    pixels = np.zeros((200, 640, 3), dtype=np.uint8)
    cv2.putText(pixels, "SMITH MARY", (60, 110), cv2.FONT_HERSHEY_SIMPLEX, 2, (230, 230, 230), 4)
    y, x = np.nonzero(pixels[..., 0] > 100)
    found = masking_adversary.words(pixels, (640,))
    left = MaskedScreen(pixels, np.zeros(pixels.shape[:2], dtype=np.bool_))
    assert masking_adversary.reads(found, left, x.astype(np.float64), y.astype(np.float64))
    covered = np.ones(pixels.shape[:2], dtype=np.bool_)
    filled = MaskedScreen(np.zeros_like(pixels), covered)
    assert not masking_adversary.reads(found, filled, x.astype(np.float64), y.astype(np.float64))
    assert len(masking_adversary.words(filled.pixels, (640,))) == 0


def test_text_can_be_read_from_its_height_in_the_photo_and_its_letters() -> None:
    small = text("clinical", (100, 100))
    shown = labelled(small)
    assert not masking.can_be_read(small, shown)
    near = replace(shown.screen, quad=replace(shown.screen.quad, corners_xy=2 * FRAME))
    larger = replace(shown, screen=near)
    assert masking.can_be_read(small, larger)
    assert not masking.can_be_read(replace(small, text="Печень"), larger)


def test_sampling_is_that_of_the_farthest_corner() -> None:
    assert masking_photos.least_sampling(2 * FRAME, (WIDTH, HEIGHT)) == pytest.approx(2.0, 1e-3)
    leaning = np.array([[0, 0], [640, 100], [640, 380], [0, 480.0]])
    assert masking_photos.least_sampling(leaning, (WIDTH, HEIGHT)) < 1.3
