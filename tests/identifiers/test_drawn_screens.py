"""Real OCR on drawn screens: every pixel of an identifier's ink is covered."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.identifiers.conftest import DrawnScreen, as_screen

from sonogate.identifiers import check, classify, mask, read
from sonogate.onnx.ocr import RapidOcrReader
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, IdentifierReport, MaskedScreen, PixelArray

WIDTH, HEIGHT = 960, 600
CLINICAL = [
    "Abd Gen", "C5-1", "28Hz", "15cm", "2D", "Gn 60", "C 61", "DR 60", "Persist Low",
]  # fmt: skip


def speckled(seed: int) -> tuple[PixelArray, FloatArray]:
    """A dark screen with a speckled sector."""
    noise = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(noise.rayleigh(40.0, (HEIGHT, WIDTH)), (0, 0), 1.5, sigmaY=1.0)
    apex, radius = np.array([520.0, 70.0]), 480.0
    sweep = np.radians(np.linspace(50.0, 130.0, 40))
    arc = apex + radius * np.stack([np.cos(sweep), np.sin(sweep)], axis=1)
    sector = np.concatenate([apex[None], arc])
    inside = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    cv2.fillPoly(inside, [np.round(sector).astype(np.int32)], 1)
    grey = np.clip(grain * inside + 6.0, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2), sector


def assess(
    pixels: PixelArray,
    scan_area_xy: FloatArray,
    export_size_wh: tuple[int, int],
    reader: RapidOcrReader,
    limits: IdentifiersPolicy,
) -> tuple[MaskedScreen, IdentifierReport]:
    screen = as_screen(pixels, scan_area_xy, export_size_wh)
    report = classify(read(screen, reader, limits), screen, limits)
    masked = mask(screen, report, limits)
    return masked, check(masked, report, reader, limits)


def drawn(seed: int) -> tuple[DrawnScreen, DrawnScreen, FloatArray]:
    """A screen with identifiers in many places, and the clinical text alone."""
    pixels, sector = speckled(seed)
    screen = DrawnScreen(pixels)
    screen.write("SMITH, MARY ANN", (10, 6), 16, font="dejavu/DejaVuSans-Bold.ttf")
    screen.write("MRN 00471123", (300, 8), 14)
    screen.write("St Elsewhere Hospital", (520, 8), 14)
    screen.write("25/05/2011 14:20:33", (780, 8), 14)
    screen.write("LONG MAY  72Y F", (10, 30), 13)
    screen.write("OKAFOR", (500, 380), 18, (235, 235, 235))
    screen.write("DOB 4-AUG-39", (430, 450), 12, (120, 200, 250))
    screen.write("M. Hart", (20, 560), 12)
    screen.write("García", (930, 300), 14, turned=True)
    screen.write("Novák J.", (560, 300), 14, (140, 140, 140), turned=True)
    pixels_before = screen.pixels
    clinical = DrawnScreen(pixels_before)
    for line, text in enumerate(CLINICAL):
        clinical.write(text, (12, 80 + 22 * line), 14)
    clinical.write("MI 1.1", (820, 60), 14)
    clinical.write("TIS 0.4", (880, 60), 14)
    return screen, clinical, sector


@pytest.mark.parametrize(
    ("zoom", "blur_px", "noise", "quality"), [(1.0, 0.0, 0.0, 0), (1.8, 0.6, 4.0, 85)]
)
def test_identifiers_are_covered_and_clinical_text_stays(
    zoom: float,
    blur_px: float,
    noise: float,
    quality: int,
    reader: RapidOcrReader,
    limits: IdentifiersPolicy,
    fonts: Path,
) -> None:
    identifiers, clinical, sector = drawn(3)
    pixels = cv2.resize(clinical.pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    if blur_px:
        pixels = cv2.GaussianBlur(pixels, (0, 0), blur_px * zoom)
        grain = np.random.default_rng(5).normal(0.0, noise, pixels.shape)
        pixels = np.clip(pixels + grain, 0, 255).astype(np.uint8)
        _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    masked, report = assess(pixels, sector * zoom, (WIDTH, HEIGHT), reader, limits)
    filled = cv2.resize(
        masked.mask.astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST
    )
    uncovered = {text: 1.0 - filled[ink].mean() for text, ink in identifiers.inks}
    assert uncovered == dict.fromkeys(uncovered, 0.0)
    kept = [text for text, ink in clinical.inks if filled[ink].mean() < 0.02]
    assert len(kept) >= len(clinical.inks) - 1
    assert report.complete


def test_a_picture_blurred_beyond_reading_is_not_complete(
    reader: RapidOcrReader, limits: IdentifiersPolicy, fonts: Path
) -> None:
    _, clinical, sector = drawn(4)
    blurred = cv2.GaussianBlur(clinical.pixels, (0, 0), 4.0)
    _, report = assess(blurred, sector, (WIDTH, HEIGHT), reader, limits)
    assert not report.complete


def test_a_reader_that_runs_out_of_time_fails_closed(limits: IdentifiersPolicy) -> None:
    pixels, sector = speckled(3)
    screen = DrawnScreen(pixels)
    screen.write("SMITH, MARY ANN", (10, 6), 16, font="dejavu/DejaVuSans-Bold.ttf")
    hurried = RapidOcrReader(threads=1, call_seconds=-1.0)
    found = read(as_screen(screen.pixels, sector), hurried, limits)
    assert found.runs == ()
    assert found.failure == "the text reader failed (TimeoutError)"


@pytest.mark.parametrize("turn", ["upside_down", "mirrored"])
def test_a_screen_that_is_not_upright_is_not_complete(
    turn: str, reader: RapidOcrReader, limits: IdentifiersPolicy, fonts: Path
) -> None:
    _, clinical, sector = drawn(3)
    assert read(as_screen(clinical.pixels, sector), reader, limits).failure is None
    seen = clinical.pixels[::-1, ::-1] if turn == "upside_down" else clinical.pixels[:, ::-1]
    found = read(as_screen(np.ascontiguousarray(seen), sector), reader, limits)
    assert found.failure == "no text on the screen can be read: it may be turned or mirrored"
