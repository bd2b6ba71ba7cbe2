"""Photos and data sets as a whole."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageOps
from tests.simulate.camera_bench import bench_export, bench_setup

from sonogate.reference import haarpsi
from sonogate.simulate import Scenery, photograph, photograph_empty
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.encode import encode, turn_to_store, turn_upright
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.jnd import jnd_index, retained_steps
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.presets import PRESETS
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.camera.truth import see_straight
from sonogate.simulate.dataset import DatasetRecipe, write_dataset
from sonogate.simulate.items import plan
from sonogate.simulate.values import Export


@pytest.fixture(scope="module")
def export() -> Export:
    rng = np.random.default_rng(5)
    pixels = np.zeros((240, 320, 3), np.uint8)
    pixels[30:210, 60:260] = rng.integers(0, 200, (18, 20, 1)).repeat(10, 0).repeat(10, 1)
    pixels[8:14, 10:150:4] = 255
    return bench_export(pixels)


@pytest.mark.parametrize("profile", ["fast", "full"])
def test_the_same_seed_gives_the_same_bytes(export: Export, profile: str) -> None:
    first, second = (
        photograph(export, 11, profile, (480, 360), "quality", Scenery()) for _ in range(2)
    )
    assert first.data == second.data
    assert np.array_equal(first.pixels, second.pixels)
    other = photograph(export, 12, profile, (480, 360), "quality", Scenery())
    assert not np.array_equal(first.pixels, other.pixels)


def test_both_profiles_share_one_geometry(export: Export) -> None:
    fast, full = (
        photograph(export, 8, profile, (480, 360), "masking").truth for profile in ("fast", "full")
    )
    scale = full.photo_size_wh[0] / fast.photo_size_wh[0]
    assert fast.corners_xy is not None
    assert full.corners_xy is not None
    assert np.allclose((fast.corners_xy + 0.5) * scale - 0.5, full.corners_xy, atol=1e-6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_back_upright(export: Export, orientation: int) -> None:
    setup = draw_setup(3, PRESETS["decision"], export.size_wh, (64, 48))
    encoding = replace(
        setup.encoding, format="jpeg", messenger=None, orientation=orientation, quality=97
    )
    upright = np.zeros((48, 64, 3), np.uint8)
    upright[:24, :32] = (250, 20, 20)
    upright[24:, :32] = (20, 250, 20)
    upright[:24, 32:] = (20, 20, 250)
    assert np.array_equal(turn_upright(turn_to_store(upright, orientation), orientation), upright)
    data, pixels = encode(upright, replace(setup, encoding=encoding))
    seen = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    for picture in (pixels, seen):
        assert np.abs(picture[8:40:24, 8:56:40].astype(int) - upright[8:40:24, 8:56:40]).max() < 40


def _true(setup: CameraSetup, pixels: np.ndarray) -> Geometry:
    return setup.geometry.resized((pixels.shape[1], pixels.shape[0]))


def test_the_known_geometry_brings_the_photo_back_to_the_export(export: Export) -> None:
    setup = bench_setup(export.size_wh, (960, 720), 2.4, 0.8, roll_deg=7.0, tilt_deg=20.0, k1=0.01)
    photo = take(export, setup, "full", Scenery())
    straight = see_straight(photo.pixels, _true(setup, photo.pixels))
    correlation = np.corrcoef(straight[..., 1].ravel(), export.pixels[..., 1].ravel())[0, 1]
    assert correlation > 0.97
    here = haarpsi(export.pixels, straight)
    assert here == pytest.approx(photo.truth.figures["captured_haarpsi"], abs=0.02)
    for axis in (0, 1):
        for step in (-1, 1):
            assert haarpsi(export.pixels, np.roll(straight, step, axis)) < here - 0.03


@pytest.mark.parametrize(
    ("fault", "figure"),
    [("blur_px", "tone_fitted_haarpsi"), ("motion_px", "tone_fitted_vifp")],
)
def test_a_worse_lens_lowers_the_true_fidelity(export: Export, fault: str, figure: str) -> None:
    setup = bench_setup(export.size_wh, (960, 720), 2.0, 0.5)
    worse = replace(setup, lens=replace(setup.lens, **{fault: 20.0}))
    good, bad = (take(export, which, "full", Scenery()).truth for which in (setup, worse))
    assert bad.figures[figure] < good.figures[figure] - 0.05
    assert bad.figures["mtf50_cpx"] < good.figures["mtf50_cpx"]


def test_a_messenger_shrinks_the_photo_and_its_truth(export: Export) -> None:
    setup = bench_setup(export.size_wh, (960, 720), 2.0, 0.5)
    sent = replace(setup, encoding=replace(setup.encoding, messenger=(640, 70), orientation=6))
    photo = take(export, sent, "full", Scenery())
    assert photo.truth.photo_size_wh == (640, 480)
    assert photo.truth.corners_xy is not None
    expected = (setup.geometry.corners_xy + 0.5) * (640 / 960) - 0.5
    assert np.allclose(photo.truth.corners_xy, expected, atol=1e-9)
    assert photo.truth.figures["jpeg_quality"] == 70


def test_maps_tell_what_was_done(export: Export) -> None:
    setup = bench_setup(export.size_wh, (960, 720), 2.0, 0.5)
    hidden = replace(setup, room=replace(setup.room, level=0.3, occluders=("note",)))
    clean, covered = (
        take(export, which, "full", Scenery()).truth.maps for which in (setup, hidden)
    )
    assert clean is not None
    assert covered is not None
    assert np.allclose(clean.sampling, 2.0, rtol=0.02)
    assert clean.occluded.max() == 0.0
    assert covered.occluded.max() > 0.9
    assert clean.reflection.max() < 1e-3


def test_a_photo_without_a_display_has_no_corners() -> None:
    photo = photograph_empty(4, "fast", (320, 240))
    assert photo.truth.corners_xy is None
    assert photo.truth.shows is None
    assert photo.pixels.shape == (240, 320, 3)
    assert photo.pixels.std() > 1.0


def test_jnd_index_has_the_check_values_of_the_standard() -> None:
    assert jnd_index(np.array([0.05]))[0] == pytest.approx(1.0, abs=0.05)
    assert jnd_index(np.array([130.065]))[0] == pytest.approx(512.0, abs=0.5)


def test_added_light_takes_grey_steps() -> None:
    black, white = np.array([0.25]), np.array([250.0])
    kept = [
        retained_steps(black, white, 250.0 * np.array([share]))[0] for share in (0.004, 0.02, 0.08)
    ]
    assert kept == pytest.approx([0.91, 0.77, 0.57], abs=0.01)


def test_splits_share_no_panel_and_no_phone() -> None:
    items = plan("decision", 400, 3, 0.2)
    for name in ("panel_number", "phone_number"):
        owned = {
            split: {getattr(item, name) for item in items if item.split == split}
            for split in ("train", "validation", "test")
        }
        assert not owned["train"] & owned["test"]
        assert not owned["train"] & owned["validation"]
        assert not owned["validation"] & owned["test"]
    assert len({item.seed for item in items}) == len(items)
    assert plan("decision", 10, 3, 0.2) == items[:10]


def test_a_data_set_is_complete_resumable_and_repeatable(tmp_path: Path) -> None:
    recipe = DatasetRecipe("locator", 4, 21, "fast", 0.06, None)
    seen: list[int] = []
    write_dataset(tmp_path / "a", recipe, 1, seen.append)
    assert seen == [0, 1, 2, 3, 4]
    manifest = (tmp_path / "a" / "manifest.sha256").read_text()
    table = pq.read_table(tmp_path / "a" / "truth.parquet").to_pylist()
    assert [row["index"] for row in table] == [0, 1, 2, 3]
    for row in table:
        assert (tmp_path / "a" / row["photo"]).stat().st_size > 0
        assert (row["corners_xy"] is None) == (row["kind"] == "empty")
    (tmp_path / "a" / "rows" / "000002.json").unlink()
    seen.clear()
    write_dataset(tmp_path / "a", recipe, 1, seen.append)
    assert seen == [3, 4]
    assert (tmp_path / "a" / "manifest.sha256").read_text() == manifest
    assert "Simulated photos" in (tmp_path / "a" / "README.md").read_text()


def test_a_folder_is_not_shared_by_two_recipes(tmp_path: Path) -> None:
    recipe = DatasetRecipe("locator", 1, 21, "fast", 0.06, None)
    (tmp_path / "recipe.json").write_text(json.dumps({"preset": "quality"}))
    with pytest.raises(ValueError, match="another recipe"):
        write_dataset(tmp_path, recipe, 1, lambda _: None)
