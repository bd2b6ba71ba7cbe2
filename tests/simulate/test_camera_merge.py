"""Frames that a phone merges: registered not quite, with ghosts, and with less noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.simulate.camera_bench import bench_export, bench_setup, read_bench

from sonogate.simulate import Scenery
from sonogate.simulate.camera.merge import draw_merge, merge_front
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.response import mtf50, variances
from sonogate.simulate.camera.scene import draw_scene
from sonogate.simulate.camera.setup import CameraSetup

EXPORT_WH = (300, 220)
PHOTO_WH = (960, 720)


def _merging(frames: int, **phone: float) -> CameraSetup:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, 2.2, 0.5, roll_deg=4.0)
    merged = replace(setup.phone, frames=frames, residual_px=phone.get("residual_px", 0.0))
    merged = replace(
        merged,
        ghost_px=phone.get("ghost_px", 0.0),
        ghost_share=phone.get("ghost_share", 1.0),
    )
    sensor = replace(setup.sensor, exposure=0.08)
    return replace(setup, phone=merged, sensor=sensor)


def test_misregistration_leaves_the_corners_where_they_are() -> None:
    merge = draw_merge(_merging(8, residual_px=0.4))
    assert np.abs(merge.residual_xy.mean(axis=0)).max() < 1e-12
    assert merge.residual_xy.std() > 0.2
    assert merge.weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("residual_px", [0.15, 0.4])
def test_measured_mtf50_is_the_one_of_the_merged_frames(residual_px: float) -> None:
    setup = _merging(4, residual_px=residual_px)
    pixels = np.zeros((EXPORT_WH[1], EXPORT_WH[0], 3), np.uint8)
    pixels[:, 150] = 255
    raw = read_bench(pixels, setup)
    light = (raw.mosaic[0::2, 1::2] / raw.exposure).astype(np.float64)
    x, y = setup.geometry.export_maps(light.shape[::-1], 2.0, (1.0, 0.0))
    use = (np.abs(x - 150) < 6) & (np.abs(y - 110) < 40)
    frequency = np.linspace(0, 0.6, 241)
    wave = np.exp(-2j * np.pi * frequency[:, None] * (x[use] - 150)[None, :])
    measured = np.abs(wave @ light[use])
    measured /= measured[0]
    inverse = np.linalg.inv(setup.geometry.jacobian(np.array([[150.0, 110.0]]))[0])
    path = draw_merge(setup).residual_xy @ inverse.T
    spot, pixel = variances(setup.geometry, np.array([[150.0, 110.0]]), 0.5, 1.0)
    # Green alone: its subpixel is centred, so luma's other colours are left out.
    known = np.exp(-2 * np.pi**2 * float((spot + pixel)[0, 0]) * frequency**2)
    known *= np.abs(np.sinc(setup.panel.aperture_wh[0] / 3.0 * frequency))
    known *= np.abs(np.exp(-2j * np.pi * frequency[:, None] * path[None, :, 0]).mean(axis=1))
    assert measured == pytest.approx(known, abs=0.02)


def test_the_truth_of_sharpness_and_noise_follows_the_merging() -> None:
    export = bench_export(np.full((EXPORT_WH[1], EXPORT_WH[0], 3), 90, np.uint8))
    one, four = (
        take(export, _noisy(_merging(frames, residual_px=0.5)), "full", Scenery(), False).truth
        for frames in (1, 4)
    )
    assert four.figures["noise_variance"] == pytest.approx(one.figures["noise_variance"] / 4)
    assert four.figures["frames"] == 4
    assert four.figures["mtf50_cpx"] < 0.97 * one.figures["mtf50_cpx"]
    setup = _merging(1)
    plain = mtf50(
        setup.panel, setup.geometry, np.array([[150.0, 110.0]]), 0.5, 1.0, np.zeros((1, 2))
    )
    assert one.figures["mtf50_cpx"] == pytest.approx(float(plain.min()), rel=0.02)


def _noisy(setup: CameraSetup) -> CameraSetup:
    return replace(setup, sensor=replace(setup.sensor, shot=2e-3, read=1e-5))


def _with_finger(frames: int, share: float, ghost_px: float) -> CameraSetup:
    setup = _merging(frames, ghost_px=ghost_px, ghost_share=share)
    return replace(setup, room=replace(setup.room, level=0.4, occluders=("finger",)))


def _front(setup: CameraSetup) -> tuple[np.ndarray, np.ndarray | None]:
    layers = draw_scene(
        setup.seed,
        setup.room,
        setup.panel,
        setup.housing,
        setup.lens,
        setup.geometry,
        Scenery(),
        2.0,
    )
    merged, more = merge_front(layers, setup)
    assert merged.front_cover is not None
    return merged.front_cover, more


def test_a_moving_finger_leaves_a_ghost_of_the_same_cover() -> None:
    still, nothing = _front(_with_finger(4, 1.0, 0.0))
    ghost, _ = _front(_with_finger(4, 1.0, 60.0))
    assert nothing is None
    half = ((ghost > 0.1) & (ghost < 0.9)).sum()
    assert half > 1.5 * ((still > 0.1) & (still < 0.9)).sum()
    assert 0.0 <= float(ghost.min()) <= float(ghost.max()) <= 1.0 + 1e-5


def test_frames_that_are_dropped_leave_no_ghost_but_more_noise() -> None:
    still, _ = _front(_with_finger(4, 0.0, 0.0))
    robust, more = _front(_with_finger(4, 0.0, 60.0))
    assert more is not None
    assert np.abs(robust - still).max() < 1e-5
    assert float(more.max()) == pytest.approx(4.0, rel=0.05)
    assert float(np.median(more)) == pytest.approx(1.0, abs=0.01)
    averaged = _front(_with_finger(4, 1.0, 60.0))[1]
    assert averaged is not None
    assert float(averaged.max()) == pytest.approx(1.0)
