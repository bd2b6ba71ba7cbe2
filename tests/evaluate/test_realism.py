from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from sonogate.evaluate import realism, realism_report, realism_set
from sonogate.evaluate.realism_features import FEATURES, block_grid, describe
from sonogate.policy import Policy


def _patches(
    shift: float, photos: int = 30, each: int = 12, photo_spread: float = 0.0
) -> realism.PatchSet:
    rng = np.random.default_rng(5)
    photo = np.repeat(np.arange(photos), each)
    real = np.arange(photos) < photos // 2
    features = rng.normal(size=(photos * each, len(FEATURES)))
    features += photo_spread * rng.normal(size=(photos, len(FEATURES)))[photo]
    features[:, 3] += shift * real[photo]
    source = tuple(
        ("one" if k % 2 else "two") if is_real else "simulated" for k, is_real in enumerate(real)
    )
    return realism.PatchSet(features, photo, real, source)


def _photo(seed: int, noise: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scene = cv2.GaussianBlur(rng.uniform(0, 255, (240, 320, 3)), (0, 0), 12) * 3.0 - 255.0
    return np.clip(scene + rng.normal(0, noise, scene.shape), 0, 255).astype(np.uint8)


def test_area_under_the_curve_counts_ordered_pairs() -> None:
    scores = np.array([0.1, 0.4, 0.4, 0.9])
    positive = np.array([False, True, False, True])
    assert realism.auc(scores, positive) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert realism.auc(-scores, positive) == pytest.approx(0.5 / 4)


def test_separable_groups_are_told_apart_and_the_feature_is_named() -> None:
    result = realism.compare(_patches(6.0))
    assert result.across_photos.auc > 0.99
    assert result.across_sources is not None
    assert result.across_sources.auc > 0.99
    assert result.giveaways[0].name == FEATURES[3]
    assert set(result.by_source) == {"one", "two"}


def test_inseparable_groups_are_not_told_apart() -> None:
    result = realism.compare(_patches(0.0))
    assert result.across_photos.low < 0.5 < result.across_photos.high
    assert result.real_sources is not None
    assert abs(result.real_sources.auc - 0.5) < 0.15


def test_a_photos_own_look_does_not_leak_between_folds() -> None:
    """Photos that differ strongly among themselves but not by group stay near chance."""
    result = realism.compare(_patches(0.0, photos=40, photo_spread=3.0))
    assert abs(result.across_photos.auc - 0.5) < 0.2


def test_the_interval_is_of_photos_not_of_patches() -> None:
    narrow = realism.compare(_patches(1.0)).across_photos
    wide = realism.compare(_patches(1.0, photo_spread=1.0)).across_photos
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
    assert narrow.low < narrow.auc < narrow.high


def test_too_few_photos_are_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        realism.compare(_patches(1.0, photos=6))


def test_features_see_what_they_are_named_after() -> None:
    def named(picture: np.ndarray, native: np.ndarray | None = None) -> dict[str, float]:
        values = describe(picture, picture if native is None else native)
        return dict(zip(FEATURES, values, strict=True))

    clean, noisy = (_photo(3, noise)[:96, :96] for noise in (1.0, 6.0))
    assert named(noisy)["noise_level"] > named(clean)["noise_level"] + 1.0
    assert named(noisy)["chroma_noise"] > named(clean)["chroma_noise"] + 1.0
    assert named(noisy)["spectrum_slope"] > named(clean)["spectrum_slope"]
    y, x = np.mgrid[:96, :96]
    wave = 12.0 * np.sin(2 * np.pi * (0.21 * x + 0.17 * y))[..., None]
    striped = np.clip(clean + wave, 0, 255).astype(np.uint8)
    assert named(striped)["periodic_peak"] > named(clean)["periodic_peak"] + 2.0
    warm = np.clip(clean * np.array([1.0, 0.9, 0.7]), 0, 255).astype(np.uint8)
    assert named(warm)["warmth"] > named(clean)["warmth"]


def test_block_grid_sees_coarse_jpeg_at_any_phase() -> None:
    grey = cv2.cvtColor(_photo(4, 4.0), cv2.COLOR_RGB2GRAY)
    coarse = cv2.imdecode(
        cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 15])[1], cv2.IMREAD_GRAYSCALE
    )
    assert block_grid(coarse) > block_grid(grey) + 0.3
    assert block_grid(coarse[3:, 5:]) == pytest.approx(block_grid(coarse), abs=0.1)


def test_comparison_and_files_are_deterministic(tmp_path: Path, policy: Policy) -> None:
    for folder, noise in (("real", 1.0), ("made", 7.0)):
        (tmp_path / folder).mkdir()
        for k in range(realism.FOLDS):
            name = f"{'ab'[k % 2]}_{k}.png"
            cv2.imwrite(str(tmp_path / folder / name), _photo(k, noise))
    reports = []
    for number in range(2):
        real = realism.read_pictures(tmp_path / "real", policy)
        made = realism.read_pictures(tmp_path / "made", policy)
        result = realism.compare(realism.collect(real, made))
        out = tmp_path / f"out{number}"
        realism_report.write(out, result, real, made)
        reports.append(
            [(out / f"realism.{suffix}").read_bytes() for suffix in ("json", "md", "jpg")]
        )
    assert reports[0] == reports[1]
    assert result.across_photos.auc > 0.95
    assert result.giveaways[0].name in {"noise_level", "chroma_noise", "spectrum_slope"}
    assert b"noise_level" in reports[0][1]


def test_photos_to_compare_cover_kinds_and_presets(tmp_path: Path) -> None:
    turns = len(realism_set.KINDS) * len(realism_set.PRESETS) * len(realism_set.SIZES_WH)
    assert turns <= 42
    realism_set.write_photos(tmp_path, 1, 0, None)
    (first,) = tmp_path.iterdir()
    again = tmp_path / "again"
    realism_set.write_photos(again, 1, 0, None)
    assert first.read_bytes() == (again / first.name).read_bytes()
