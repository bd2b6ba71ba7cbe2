"""The dominant fault is the one that was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.simulate.camera_bench import bench_export, bench_setup

from sonogate.simulate import Scenery
from sonogate.simulate.camera.explain import dominant_fault, gains, mend
from sonogate.simulate.camera.setup import CameraSetup, LampSetup
from sonogate.simulate.values import Export


@pytest.fixture(scope="module")
def export() -> Export:
    rng = np.random.default_rng(6)
    pixels = np.zeros((220, 300, 3), np.uint8)
    pixels[20:200, 50:250] = rng.integers(10, 200, (23, 25, 1)).repeat(8, 0).repeat(8, 1)[:180]
    return bench_export(pixels)


def _spoil(setup: CameraSetup, fault: str) -> CameraSetup:
    lens = setup.lens
    if fault == "blur_focus":
        return replace(setup, lens=replace(lens, blur_px=5 * lens.blur_px + 8.0))
    if fault == "blur_motion":
        return replace(setup, lens=replace(lens, motion_px=40.0, motion_deg=20.0))
    if fault == "noise":
        return replace(setup, sensor=replace(setup.sensor, shot=0.05, read=2e-3))
    if fault == "compressed":
        return replace(setup, encoding=replace(setup.encoding, quality=4))
    lamp = LampSetup((0.0, 0.0), (60.0, 60.0), 0.0, 25.0, (1.0, 1.0, 1.0), (1, 1))
    glass = replace(setup.panel, reflectance=0.05)
    return replace(setup, panel=glass, room=replace(setup.room, level=0.05, lamps=(lamp,)))


@pytest.mark.parametrize("fault", ["blur_focus", "blur_motion", "noise", "compressed", "glare"])
def test_the_fault_put_in_is_the_one_found(export: Export, fault: str) -> None:
    setup = bench_setup(export.size_wh, (800, 600), 2.4, 1.0, roll_deg=3.0)
    found = gains(export, _spoil(setup, fault), Scenery())
    assert dominant_fault(found, 2.0) == fault


def test_nothing_dominates_without_a_gain() -> None:
    assert dominant_fault({}, 1.0) is None
    assert dominant_fault({"noise": 0.4}, 1.0) is None


def test_mending_the_pose_faces_the_screen_and_fills_the_frame() -> None:
    setup = bench_setup((300, 220), (800, 600), 1.2, 0.7, tilt_deg=35.0)
    straight, near = mend(setup, "off_angle"), mend(setup, "too_far")
    assert straight is not None
    assert near is not None
    assert straight.geometry.tilt_deg < 0.01
    assert near.geometry.tilt_deg == pytest.approx(35.0, abs=0.01)
    assert np.ptp(near.geometry.corners_xy[:, 0]) > np.ptp(setup.geometry.corners_xy[:, 0])
    assert mend(setup, "blur_motion") is None
