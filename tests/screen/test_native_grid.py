"""The display's grid is measured where the photo shows it, and left open where not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from sonogate.policy import Policy
from sonogate.screen import rectify
from sonogate.screen.native_grid import measure_grid
from sonogate.types import EncodingFacts, FloatArray, Photo, ScreenQuad

FORMATS = ((512, 384), (400, 300), (640, 480), (320, 240))
PER_PIXEL, LIT = 5, 4  # samples of a display pixel's side, and how many of them shine
CORNERS = np.array([[60.0, 40.0], [1330.0, 70.0], [1310.0, 1020.0], [45.0, 985.0]])


def displayed(size_wh: tuple[int, int]) -> FloatArray:
    """Return bright, uneven content on a display whose pixels have dark gaps."""
    width, height = size_wh
    rng = np.random.default_rng(3)
    level = cv2.GaussianBlur(rng.random((height, width)), (0, 0), 1.5)
    level = 0.2 + 0.6 * (level - level.min()) / np.ptp(level)
    cell = np.zeros((PER_PIXEL, PER_PIXEL))
    cell[:LIT, :LIT] = 1.0
    return np.asarray(np.kron(level, cell), np.float64)


def photographed(size_wh: tuple[int, int], blur_px: float) -> Photo:
    """Photograph the display by a sharp lens, defocused by ``blur_px`` photo pixels."""
    fine = displayed(size_wh)
    tall, wide = fine.shape
    outline = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (wide, tall) - 0.5
    finer = 3
    matrix = cv2.getPerspectiveTransform(
        outline.astype(np.float32), ((CORNERS + 0.5) * finer - 0.5).astype(np.float32)
    )
    size = (1400, 1080)
    blurred = cv2.GaussianBlur(fine, (0, 0), 0.4 * PER_PIXEL * size_wh[0] / 512)
    seen = cv2.warpPerspective(blurred, matrix, (size[0] * finer, size[1] * finer))
    seen = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
    if blur_px:
        seen = cv2.GaussianBlur(seen, (0, 0), blur_px)
    noise = np.random.default_rng(5).normal(size=seen.shape)
    pixels = np.clip(255.0 * seen ** (1 / 2.2) + noise, 0, 255).astype(np.uint8)
    colours = np.ascontiguousarray(np.repeat(pixels[..., None], 3, axis=2))
    return Photo(colours, "0" * 64, "png", encoding=EncodingFacts(lossless=True))


@pytest.fixture
def formats(policy: Policy) -> Policy:
    return replace(policy, screen=replace(policy.screen, formats_wh=FORMATS))


@pytest.mark.parametrize("size_wh", [(512, 384), (400, 300), (640, 480)])
def test_the_format_whose_grid_shows_is_measured(formats: Policy, size_wh: tuple[int, int]) -> None:
    photo = photographed(size_wh, blur_px=0.0)
    moved = CORNERS + np.array([[1.0, -1.0], [-1.0, 0.5], [0.5, 1.0], [-0.5, -1.0]])
    assert measure_grid(photo, moved, 0.0, 4 / 3, formats.screen) == size_wh


def test_a_blurred_photo_tells_no_format(formats: Policy) -> None:
    photo = photographed((400, 300), blur_px=2.5)
    assert measure_grid(photo, CORNERS, 0.0, 4 / 3, formats.screen) is None


def test_a_coarse_photo_tells_no_format(policy: Policy) -> None:
    photo = photographed((400, 300), blur_px=0.0)  # under 1.3 px for a pixel of these:
    large = replace(policy.screen, formats_wh=((1024, 768), (1600, 1200)))
    assert measure_grid(photo, CORNERS, 0.0, 4 / 3, large) is None


def test_a_measured_grid_is_sure_and_a_guess_is_not(formats: Policy) -> None:
    quad = ScreenQuad(CORNERS, 99.0, 1.0)
    sharp = rectify(photographed((400, 300), blur_px=0.0), quad, formats.screen)
    assert sharp.export_size_wh == (400, 300)
    assert sharp.export_size_sure
    soft = rectify(photographed((400, 300), blur_px=2.5), quad, formats.screen)
    assert soft.export_size_wh == (512, 384)  # the commonest of the shape
    assert not soft.export_size_sure
