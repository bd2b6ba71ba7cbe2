"""A masked line is prolonged over what may be more of it, and hardly over plain tissue."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.identifiers.conftest import as_screen

from sonogate.identifiers.ends import prolonged
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray

LINE = np.array([100.0, 100.0, 180.0, 116.0])


def tissue(level: int = 30) -> PixelArray:
    rng = np.random.default_rng(2)
    smooth = cv2.GaussianBlur(rng.normal(level, 60.0, (240, 320)), (0, 0), 4.0)
    return np.repeat(smooth.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def lettered(pixels: PixelArray, x0: int, x1: int) -> PixelArray:
    """Strokes of letters from one column to another."""
    written = pixels.copy()
    for x in range(x0, x1, 5):
        written[102:114, x : x + 2] = 220
    return written


def reaches(pixels: PixelArray, limits: IdentifiersPolicy) -> FloatArray:
    grown = prolonged(LINE, as_screen(pixels), limits)
    assert (grown[[1, 3]] == LINE[[1, 3]]).all()
    return np.abs(grown - LINE)[[0, 2]] / 16.0


def test_plain_tissue_takes_a_small_margin(limits: IdentifiersPolicy) -> None:
    pixels = lettered(tissue(), 100, 180)
    assert reaches(pixels, limits) == pytest.approx([limits.scan_end_margin] * 2)


def test_a_letter_beyond_an_end_is_covered(limits: IdentifiersPolicy) -> None:
    pixels = lettered(tissue(), 88, 180)
    reach = [limits.scan_line_margin, limits.scan_end_margin]
    assert reaches(pixels, limits) == pytest.approx(reach)


def test_over_speckle_the_line_is_prolonged(limits: IdentifiersPolicy) -> None:
    speckle = np.random.default_rng(3).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    assert reaches(lettered(speckle, 100, 180), limits) == pytest.approx(
        [limits.scan_line_margin] * 2
    )


def test_an_upright_line_is_prolonged_upright(limits: IdentifiersPolicy) -> None:
    screen = as_screen(np.ascontiguousarray(lettered(tissue(), 100, 180).transpose(1, 0, 2)))
    box = LINE[[1, 0, 3, 2]]
    grown = prolonged(box, screen, limits)
    assert (grown[[0, 2]] == box[[0, 2]]).all()
    assert (np.abs(grown - box)[[1, 3]] > 0).all()


def test_it_stays_within_the_screen_and_does_not_rest_on_its_resolution(
    limits: IdentifiersPolicy,
) -> None:
    pixels = lettered(tissue(), 100, 180)
    fine = cv2.resize(pixels, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    screen = as_screen(np.asarray(fine, np.uint8), export_size_wh=(320, 240))
    assert prolonged(2.0 * LINE, screen, limits) == pytest.approx(
        2.0 * prolonged(LINE, as_screen(pixels), limits)
    )
    edge = np.array([2.0, 100.0, 82.0, 116.0])
    sure = replace(limits, scan_end_ink=0.0)
    assert prolonged(edge, as_screen(pixels), sure)[0] == -0.5
