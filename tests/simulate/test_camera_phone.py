"""What phones and displays are drawn with, and how a phone renders what it reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.simulate.camera_bench import bench_export, bench_setup

from sonogate.simulate import Scenery
from sonogate.simulate.camera.develop import clean
from sonogate.simulate.camera.devices import draw_housing, draw_panel
from sonogate.simulate.camera.draws import draw_sensor, draw_setup
from sonogate.simulate.camera.lens import split_motion
from sonogate.simulate.camera.phone import auto_lift, tone_table
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.presets import PRESETS


def test_a_dark_scene_is_lifted_and_white_stays_white() -> None:
    phone = replace(bench_setup((300, 220), (480, 360), 1.2, 0.5).phone, auto_tone=1.0)
    lifts = [auto_lift(np.full((40, 60, 3), level, np.float32), phone) for level in (0.02, 0.1)]
    assert lifts[0] > lifts[1] > 0
    assert auto_lift(np.full((40, 60, 3), 0.5, np.float32), phone) == 0.0
    plain, lifted = tone_table(phone), tone_table(phone, lifts[1])
    assert (lifted >= plain).all()
    assert lifted[400] > plain[400] + 20
    assert lifted[-1] == plain[-1] == 255
    assert lifted[0] == 0


def test_noise_is_cleaned_and_edges_stay() -> None:
    setup = bench_setup((300, 220), (480, 360), 1.2, 0.5)
    sensor = replace(setup.sensor, shot=3e-3, read=1e-5)
    noisy = replace(setup, sensor=sensor, phone=replace(setup.phone, denoise=1.0))
    rng = np.random.default_rng(2)
    pixels = np.full((240, 320, 3), 90.0)
    pixels[:, 160:] = 170.0
    pixels += rng.normal(0, 8, pixels.shape)
    taken = np.clip(pixels, 0, 255).astype(np.uint8)
    cleaned = clean(taken, noisy, tone_table(noisy.phone)).astype(np.float64)
    # Red over green tells the noise of chroma apart from that of luma.
    for colours, factor in ((cleaned[..., 1], 0.8), (cleaned[..., 0] - cleaned[..., 1], 0.4)):
        before = taken.astype(np.float64)
        was = before[..., 1] if factor > 0.5 else before[..., 0] - before[..., 1]
        assert colours[20:220, 20:140].std() < factor * was[20:220, 20:140].std()
    assert cleaned[:, 170:300, 1].mean() - cleaned[:, 20:150, 1].mean() == pytest.approx(80, abs=2)


def test_a_small_photo_is_binned_from_the_whole_sensor() -> None:
    preset = PRESETS["quality"]
    large, small = (draw_sensor(5, 7, preset, size) for size in ((4000, 3000), (2000, 1500)))
    assert small.shot == pytest.approx(large.shot / 4)
    assert small.read == pytest.approx(large.read / 4)
    assert draw_sensor(5, 7, preset, (8000, 6000)).shot == large.shot


def test_some_panels_wear_a_film_and_some_are_laptops() -> None:
    panels = [draw_panel(seed, (1280, 800)) for seed in range(80)]
    films = sum(panel.reflectance > 0.06 for panel in panels)
    assert 0 < films < 20
    laptops = sum("laptop" in draw_housing(seed, False).extras for seed in range(80))
    assert 0 < laptops < 20
    assert not any("laptop" in draw_housing(seed, True).extras for seed in range(80))


def test_the_truth_holds_the_hands_path() -> None:
    setup = bench_setup((300, 220), (480, 360), 1.2, 0.5)
    moved = replace(setup, lens=replace(setup.lens, motion_px=50.0, motion_bend=0.0))
    export = bench_export(np.full((220, 300, 3), 90, np.uint8))
    truth = take(export, moved, "full", Scenery(), fidelity=False).truth
    path = truth.motion_path_xy
    assert path is not None
    assert np.abs(path.mean(axis=0)).max() < 1e-9
    scale = truth.photo_size_wh[0] / 4000
    assert np.hypot(*(path[-1] - path[0])) == pytest.approx(50.0 * scale)
    assert truth.figures["motion_px"] == pytest.approx(50.0 * scale)


def test_a_short_path_is_known_by_its_spread() -> None:
    along = np.linspace(-0.4, 0.4, 41)[:, None] * np.array([[1.0, 0.5]])
    followed, spread = split_motion(along)
    assert np.array_equal(followed, np.zeros((1, 2)))
    assert spread[0, 0] == pytest.approx(0.8**2 / 12, rel=0.06)
    assert spread[0, 1] == pytest.approx(spread[0, 0] / 2)
    followed, spread = split_motion(4 * along)
    assert np.array_equal(followed, 4 * along)
    assert not spread.any()


def test_every_situation_is_drawn() -> None:
    drawn = [draw_setup(s, PRESETS["locator"], (1024, 768), (1600, 1200)) for s in range(150)]
    assert max(setup.geometry.tilt_deg for setup in drawn) > 45
    assert min(setup.geometry.visible_fraction for setup in drawn) < 0.85
    levels = [setup.room.level for setup in drawn]
    assert min(levels) < 0.05
    assert max(levels) > 1.0
    assert {lens for setup in drawn for lens in setup.room.occluders} >= {"finger", "cable"}
    assert {kind for setup in drawn for kind in setup.room.neighbours} >= {"monitor", "paper"}
    assert {setup.encoding.orientation for setup in drawn} == set(range(1, 9))
    assert {setup.encoding.format for setup in drawn} == {"jpeg", "heic"}
    assert {setup.sensor.cfa for setup in drawn} == {"bayer", "quad"}
    dark = [s for s in drawn if s.housing.albedo[1] < 0.06]
    assert 0.2 < len(dark) / len(drawn) < 0.9
