"""The metrics against an independent implementation, and what they must do by nature.

The golden figures were computed with piq 0.8.0 in double precision (GMSD, MS-SSIM, VIFp and
SSIM on BT.601 luma) on the astronaut picture that ships with scikit-image.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from sonogate import reference
from sonogate.types import PixelArray

GOLDEN = {
    "blur": (0.736390, 0.638906, 0.114034, 0.954877, 0.401677, 0.823914),
    "noise": (0.715723, 0.547153, 0.114011, 0.900266, 0.343283, 0.453062),
    "veil": (0.873294, 0.837084, 0.057138, 0.946429, 0.851919, 0.783159),
}
# HaarPSI's colour matrix has three decimals in its paper and more in piq.
TOLERANCES = (2e-4, 2e-4, 1e-5, 1e-5, 1e-5, 1e-5)
METRICS: tuple[Callable[..., float], ...] = (
    reference.haarpsi,
    reference.haarpsi_med,
    reference.gmsd,
    reference.ms_ssim,
    reference.vifp,
    reference.ssim,
)
SIMILARITIES = (reference.haarpsi, reference.ms_ssim, reference.vifp, reference.ssim)


@pytest.fixture(scope="module")
def export() -> PixelArray:
    return data.astronaut()


def _distort(pixels: PixelArray, how: str) -> NDArray[np.uint8]:
    if how == "blur":
        return cv2.GaussianBlur(pixels, (0, 0), 2)
    if how == "noise":
        noise = np.random.default_rng(0).normal(0, 25, pixels.shape)
        return np.clip(pixels + noise, 0, 255).astype(np.uint8)
    return (pixels * 0.7 + 60).astype(np.uint8)


@pytest.mark.parametrize("how", sorted(GOLDEN))
def test_agrees_with_an_independent_implementation(export: PixelArray, how: str) -> None:
    distorted = _distort(export, how)
    for metric, golden, tolerance in zip(METRICS, GOLDEN[how], TOLERANCES, strict=True):
        assert metric(export, distorted) == pytest.approx(golden, abs=tolerance), metric.__name__


def test_identical_pictures_score_best(export: PixelArray) -> None:
    for metric in SIMILARITIES:
        assert metric(export, export) == pytest.approx(1.0, abs=1e-5), metric.__name__
    assert reference.gmsd(export, export) == pytest.approx(0.0, abs=1e-6)
    assert reference.psnr(export, export) > 100.0


def test_psnr_of_a_known_error(export: PixelArray) -> None:
    off = export.astype(np.float32) + 5.0
    assert reference.psnr(export, off) == pytest.approx(20 * np.log10(255 / 5), abs=1e-3)


@pytest.mark.parametrize("metric", [*METRICS, reference.psnr])
def test_only_the_mask_counts(export: PixelArray, metric: Callable[..., float]) -> None:
    spoilt = cv2.GaussianBlur(export, (0, 0), 1.0)
    mask = np.zeros(export.shape[:2], bool)
    mask[96:416, 96:416] = True
    elsewhere = spoilt.copy()
    elsewhere[:48], elsewhere[-48:] = 255, 0
    # MS-SSIM's coarsest window spans 176 pixels, so a little of the outside leaks in there.
    tolerance = 0.02 if metric is reference.ms_ssim else 1e-3
    inside = metric(export, spoilt, mask)
    assert metric(export, elsewhere, mask) == pytest.approx(inside, rel=tolerance)
    assert metric(export, elsewhere) != pytest.approx(inside, rel=tolerance)


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_more_blur_scores_lower(export: PixelArray, metric: Callable[..., float]) -> None:
    scores = [metric(export, cv2.GaussianBlur(export, (0, 0), sigma)) for sigma in (0.6, 1.2, 2.4)]
    assert scores == sorted(scores, reverse=True)


def test_a_tone_curve_is_undone_but_blur_is_not(export: PixelArray) -> None:
    curved = (255.0 * (export / 255.0) ** 0.6 * 0.8 + 30).astype(np.uint8)
    fitted = reference.fit_tone(export, curved)
    assert reference.haarpsi(export, fitted) > 0.99 > reference.haarpsi(export, curved)
    blurred = cv2.GaussianBlur(export, (0, 0), 2)
    gain = reference.haarpsi(export, reference.fit_tone(export, blurred))
    assert gain < reference.haarpsi(export, blurred) + 0.05


def test_the_tone_curve_is_monotone(export: PixelArray) -> None:
    noise = np.random.default_rng(1).normal(0, 30, export.shape)
    captured = np.clip(255 - export + noise, 0, 255).astype(np.uint8)
    fitted = reference.fit_tone(export, captured)
    order = np.argsort(captured[..., 0], axis=None)
    assert np.all(np.diff(fitted[..., 0].ravel()[order]) >= -1e-4)


def test_flat_pictures_do_not_divide_by_zero() -> None:
    flat = np.full((200, 200, 3), 40, np.uint8)
    scores = reference.full_reference(flat, flat)
    assert scores.haarpsi == 1.0
    assert scores.vifp == 1.0


@pytest.mark.parametrize("metric", [*METRICS, reference.psnr])
def test_refuses_what_cannot_be_compared(metric: Callable[..., float]) -> None:
    pixels = np.zeros((200, 200, 3), np.uint8)
    with pytest.raises(ValueError, match="differ"):
        metric(pixels, pixels[:100])
    with pytest.raises(ValueError, match="mask"):
        metric(pixels, pixels, np.zeros((200, 200), bool))
