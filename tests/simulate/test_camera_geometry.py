"""Corners and maps, against each other and against what a rendered photo shows."""

from __future__ import annotations

import numpy as np
import pytest
from tests.simulate.camera_bench import bench_setup

from sonogate.simulate.camera.geometry import Geometry, outline_xy, place, project, undistort


def _geometry(tilt_deg: float, roll_deg: float, k1: float, fill: float = 0.8) -> Geometry:
    return place(
        (1024, 768), (1600, 1200), 0.3, 1300.0, tilt_deg, 30.0, roll_deg, fill, (0.5, 0.45), k1
    )


@pytest.mark.parametrize("tilt_deg", [0.0, 20.0, 45.0, 60.0])
def test_the_tilt_is_the_one_asked_for(tilt_deg: float) -> None:
    assert _geometry(tilt_deg, 10.0, 0.0).tilt_deg == pytest.approx(tilt_deg, abs=1e-6)


def test_the_screen_fills_the_frame_as_asked() -> None:
    extent = np.ptp(_geometry(25.0, 5.0, 0.0).corners_xy, axis=0)
    assert max(extent[0] / 1600, extent[1] / 1200) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("k1", [-0.025, 0.0, 0.025])
def test_there_and_back(k1: float) -> None:
    geometry = _geometry(30.0, -12.0, k1)
    points = np.random.default_rng(0).uniform(0, 768, (50, 2))
    assert np.allclose(geometry.to_export(geometry.to_photo(points)), points, atol=1e-6)


@pytest.mark.parametrize("k1", [-0.025, 0.0, 0.025])
def test_maps_agree_with_points_to_a_twentieth_of_a_pixel(k1: float) -> None:
    geometry = _geometry(40.0, 20.0, k1)
    columns, rows = geometry.export_maps((1600, 1200))
    x, y = np.array([3, 800, 1590, 400]), np.array([5, 600, 1190, 1000])
    seen = geometry.to_photo(np.stack([columns[y, x], rows[y, x]], axis=1).astype(np.float64))
    assert np.abs(seen - np.stack([x, y], axis=1)).max() < 0.05


@pytest.mark.parametrize("k1", [0.0, 0.02])
def test_maps_of_the_photo_are_its_projection(k1: float) -> None:
    geometry = bench_setup((300, 220), (960, 720), 2.2, 1.0, 5.0, 35.0, k1).geometry
    x, y = np.linspace(-0.5, 299.5, 31), np.linspace(-0.5, 219.5, 23)
    columns, rows = geometry.photo_maps(x, y)
    seen = geometry.to_photo(np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2))
    assert np.abs(columns.ravel() - seen[:, 0]).max() < 0.01
    assert np.abs(rows.ravel() - seen[:, 1]).max() < 0.01


def test_distortion_follows_the_definition_of_the_quad() -> None:
    geometry = _geometry(20.0, 0.0, 0.02)
    ideal = project(geometry.homography, outline_xy((1024, 768)))
    unit = 0.5 * np.hypot(1600, 1200)
    p = (ideal - (799.5, 599.5)) / unit
    q = p * (1 + 0.02 * (p**2).sum(axis=1, keepdims=True))
    assert np.allclose(geometry.corners_xy, q * unit + (799.5, 599.5), atol=1e-9)
    assert np.allclose(undistort(geometry.corners_xy, 0.02, (1600, 1200)), ideal, atol=1e-6)


def test_corners_go_out_of_frame_and_the_visible_share_falls() -> None:
    whole, cut = _geometry(10.0, 0.0, 0.0, 0.8), _geometry(10.0, 0.0, 0.0, 1.6)
    assert whole.visible_fraction == pytest.approx(1.0, abs=1e-6)
    assert cut.corners_xy.min() < -0.5
    assert 0.3 < cut.visible_fraction < 0.9


def test_a_half_visible_screen_is_half_visible() -> None:
    geometry = place((1000, 500), (1000, 1000), 0.3, 900.0, 0, 0, 0, 0.8, (0.0, 0.5))
    assert geometry.visible_fraction == pytest.approx(0.5, abs=0.005)


def test_a_resized_photo_keeps_the_view() -> None:
    geometry = _geometry(30.0, 8.0, 0.01)
    small = geometry.resized((800, 600))
    expected = (geometry.corners_xy + 0.5) / 2 - 0.5
    assert np.allclose(small.corners_xy, expected, atol=1e-9)


def test_rays_beyond_the_horizon_see_nothing_of_the_screen() -> None:
    geometry = place((1024, 768), (1600, 1200), 0.3, 700.0, 60.0, 0.0, 0.0, 0.5, (0.3, 0.5))
    columns, rows = geometry.export_maps((200, 150), 8.0)
    seen = (np.abs(columns - 512) < 512) & (np.abs(rows - 384) < 384)
    share = seen.mean() * 1600 * 1200
    corners = geometry.corners_xy
    x, y = corners[:, 0], corners[:, 1]
    area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    assert share == pytest.approx(area, rel=0.05)
