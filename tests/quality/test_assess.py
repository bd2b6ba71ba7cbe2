"""The report: explicit failures, dark pictures, and the contract's shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.quality.scenes import (
    SIZE_WH,
    Camera,
    as_photo,
    assess,
    draw_export,
    photograph,
    photographed,
    rectified,
    with_pixels,
)

from sonogate import quality
from sonogate.errors import ModelError
from sonogate.policy import Policy
from sonogate.types import MEASURE_NAMES, RectifiedScreen

GOOD = Camera(sampling=2.6, veil=0.004, noise_codes=0.8, sensor_px=0.4)


def flat_screen(grey: int) -> tuple[RectifiedScreen, np.ndarray]:
    pixels = np.full((SIZE_WH[1] + 20, SIZE_WH[0] + 20, 3), grey, np.uint8)
    quad = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * SIZE_WH + 9.5
    return rectified(pixels, quad), pixels


def test_a_good_photo_scores_well_throughout(policy: Policy) -> None:
    screen, photo = photographed("speckle", GOOD)
    result = assess(screen, photo, policy)
    assert tuple(m.name for m in result.measures) == MEASURE_NAMES
    assert not [m.name for m in result.measures if m.failure]
    assert {m.name: m.score for m in result.measures if m.score is not None and m.score < 60} == {}


@pytest.mark.parametrize("picture", ["smooth", "empty"])
def test_a_dark_or_smooth_picture_is_no_poor_photo(policy: Policy, picture: str) -> None:
    screen, photo = photographed(picture, GOOD)
    result = assess(screen, photo, policy)
    for name in ("sharpness", "motion", "exposure", "noise", "veil", "glare"):
        measure = result[name]  # type: ignore[index]
        assert measure.failure is None
        assert measure.score is not None
        assert measure.score > 60, (name, measure.raw)


def test_nothing_to_measure_by_is_a_failure_not_a_pass(policy: Policy) -> None:
    screen, pixels = flat_screen(128)
    result = assess(screen, as_photo(pixels), policy)
    for name in ("sharpness", "motion", "veil"):
        measure = result[name]  # type: ignore[index]
        assert measure.failure
        assert measure.score is None
    assert result.fidelity is not None


def test_black_screen_fails_rather_than_passes(policy: Policy) -> None:
    screen, pixels = flat_screen(0)
    result = assess(screen, as_photo(pixels), policy)
    for name in ("sharpness", "motion", "moire", "exposure", "noise", "colour"):
        assert result[name].failure, name  # type: ignore[index]


def test_one_failing_measure_does_not_stop_the_others(policy: Policy) -> None:
    screen, photo = photographed("speckle", GOOD)
    far_away = np.array([[1.0, 0.0, 1e7], [0.0, 1.0, 1e7], [0.0, 0.0, 1.0]])
    result = assess(replace(screen, homography=far_away), photo, policy)
    assert result["moire"].failure
    assert result["noise"].failure
    assert result["veil"].failure is None
    assert result["perspective"].score is not None


def test_degenerate_homography_is_survived(policy: Policy) -> None:
    screen, photo = photographed("speckle", GOOD)
    result = assess(replace(screen, homography=np.zeros((3, 3))), photo, policy)
    assert result["sampling"].failure
    assert result["colour"].failure is None


def test_without_a_scan_area_the_whole_screen_counts(policy: Policy) -> None:
    screen, photo = photographed("speckle", GOOD)
    result = assess(replace(screen, scan_area_xy=None), photo, policy)
    assert result["sampling"].raw == pytest.approx(2.6, rel=0.02)


def test_fidelity_falls_with_blur_and_says_what_would_help(policy: Policy) -> None:
    results = []
    for focus_px in (0.1, 0.8, 1.6):
        screen, photo = photograph(draw_export(), replace(GOOD, focus_px=focus_px))
        results.append(assess(screen, photo, policy))
    values = [r.fidelity.value for r in results if r.fidelity]
    assert values == sorted(values, reverse=True)
    assert max(results[-1].gains, key=lambda name: results[-1].gains[name]) == "sharpness"
    for result in results:
        assert result.fidelity is not None
        assert result.fidelity.low < result.fidelity.value < result.fidelity.high


def test_pixels_of_another_photo_do_not_matter_to_pose(policy: Policy) -> None:
    screen, photo = photographed("speckle", GOOD)
    darker = with_pixels(screen, (screen.pixels // 2).astype(np.uint8))
    first, second = assess(screen, photo, policy), assess(darker, photo, policy)
    assert first["perspective"].raw == second["perspective"].raw
    assert first["completeness"].raw == second["completeness"].raw == 100.0


def test_same_input_same_report(policy: Policy) -> None:
    screen, photo = photographed("speckle", GOOD)
    first, second = assess(screen, photo, policy), assess(screen, photo, policy)
    assert [m.raw for m in first.measures] == [m.raw for m in second.measures]


def test_without_its_model_glare_is_a_failure(policy: Policy) -> None:
    screen, photo = photographed("speckle", GOOD)
    measure = quality.assess(screen, photo, policy)["glare"]
    assert measure.failure
    assert measure.score is None


def test_another_file_is_no_model() -> None:
    with pytest.raises(ModelError):
        quality.parse_glare_model(b"not a model")


def test_the_same_scene_taken_again_moves_the_fidelity_little(policy: Policy) -> None:
    hand = [(2.0, 1.0, 4.0), (2.02, 1.4, 4.5), (1.98, 0.6, 3.5), (2.01, 0.8, 5.0), (1.99, 1.2, 4.2)]
    values = []
    for sampling, roll, tilt in hand:
        camera = Camera(
            sampling=sampling, roll_deg=roll, tilt_deg=tilt, focus_px=0.5, noise_codes=2, veil=0.01
        )
        fidelity = assess(*photographed("speckle", camera), policy).fidelity
        assert fidelity is not None
        values.append(fidelity.value)
    assert max(values) - min(values) < 3.0
