from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.screen.composites import pose_corners

from sonogate.screen import geometry

COORDINATES = st.floats(-3000, 6000, allow_nan=False)
QUADS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=4, max_size=4).map(np.array)


@pytest.mark.parametrize("turn", range(4))
def test_order_corners_gives_the_orientation_nearest_to_upright(turn: int) -> None:
    upright = np.array([[100.0, 80], [900, 120], [880, 640], [90, 600]])
    assert np.array_equal(geometry.order_corners(np.roll(upright, turn, axis=0)), upright)
    assert np.array_equal(geometry.order_corners(upright[::-1]), upright)


def test_corners_are_half_a_pixel_outside_the_corner_pixels() -> None:
    corners = geometry.screen_corners((640, 480))
    assert corners.tolist() == [[-0.5, -0.5], [639.5, -0.5], [639.5, 479.5], [-0.5, 479.5]]


def test_homography_agrees_with_opencv_and_takes_corners_to_corners() -> None:
    quad = np.array([[100.3, 80], [900, 120.7], [880, 640], [90, 600]])
    corners = geometry.screen_corners((1024, 768))
    matrix = geometry.homography(corners, quad)
    assert np.allclose(geometry.project(matrix, corners), quad, atol=1e-9)
    theirs = cv2.getPerspectiveTransform(corners.astype(np.float32), quad.astype(np.float32))
    assert np.allclose(matrix, theirs, atol=1e-4)


@pytest.mark.parametrize("k1", [-0.1, -0.02, 0.03, 0.12])
def test_undistort_undoes_distort(k1: float) -> None:
    points = np.random.default_rng(0).uniform(0, 3000, (50, 2))
    seen = geometry.distort(points, k1, (4000, 3000))
    assert np.allclose(geometry.undistort(seen, k1, (4000, 3000)), points, atol=1e-6)


def test_distortion_follows_its_definition() -> None:
    # The middle of the right border is 2000 px from the centre, half the diagonal is 2500 px.
    seen = geometry.distort(np.array([[3999.5, 1499.5]]), 0.1, (4000, 3000))
    assert np.allclose(seen, [[1999.5 + 2000 * (1 + 0.1 * 0.8**2), 1499.5]])


@pytest.mark.parametrize(
    ("shift_x", "expected"), [(0.0, 1.0), (-500.0, 0.5), (-1000.0, 0.0), (400.0, 0.6)]
)
def test_visible_fraction_is_the_share_of_area_inside(shift_x: float, expected: float) -> None:
    quad = geometry.screen_corners((1000, 500)) + np.array([shift_x, 0.0])
    assert geometry.visible_fraction(quad, (1000, 500)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(40))
def test_pose_recovers_aspect_and_tilt_with_the_focal_length(seed: int) -> None:
    rng = np.random.default_rng(seed)
    aspect = float(rng.choice([1.25, 4 / 3, 1.6, 16 / 9]))
    size, focal_mm = (4000, 3000), 26.0
    focal_px = focal_mm / geometry.FILM_DIAGONAL_MM * 5000.0
    corners, tilt = pose_corners(rng, aspect, size, focal_px, fill=0.7, max_tilt_deg=40, shift=0.0)
    found = geometry.pose(corners, size, focal_mm)
    assert found.aspect == pytest.approx(aspect, rel=0.01)
    assert found.tilt_deg == pytest.approx(tilt, abs=1.0)
    assert found.misfit < 1.0


def test_pose_finds_an_unknown_focal_length_from_a_tilted_screen() -> None:
    rng = np.random.default_rng(5)
    focal_px = 50.0 / geometry.FILM_DIAGONAL_MM * 5000.0
    errors = []
    for _ in range(30):
        corners, tilt = pose_corners(
            rng, 4 / 3, (4000, 3000), focal_px, fill=0.8, max_tilt_deg=40, shift=0.0
        )
        if tilt > 15:
            errors.append(abs(geometry.pose(corners, (4000, 3000)).aspect / (4 / 3) - 1))
    assert np.median(errors) < 0.03


@settings(deadline=None, max_examples=200)
@given(QUADS)
def test_degenerate_quads_never_give_nan(quad: np.ndarray) -> None:
    ordered = geometry.order_corners(quad)
    assert np.isfinite(ordered).all()
    assert 0.0 <= geometry.visible_fraction(quad, (800, 600)) <= 1.0
    if not geometry.is_convex(ordered):
        return
    try:
        pose = geometry.pose(ordered, (800, 600))
    except ValueError:
        return
    assert np.isfinite([pose.aspect, pose.focal_px, pose.tilt_deg, pose.misfit]).all()


def test_a_usual_shape_settles_an_unsure_focal_length() -> None:
    size = (2000, 1500)
    rng = np.random.default_rng(1)
    usual = (4 / 3, 16 / 10, 16 / 9)
    unsure, settled = [], []
    for seed in range(12):
        focal_px = float(np.random.default_rng(seed).choice([0.9, 1.25])) * 2000
        corners, tilt_deg = pose_corners(
            rng, 16 / 10, size, focal_px, fill=0.7, max_tilt_deg=28, shift=0.02
        )
        for shapes, errors in (((), unsure), (usual, settled)):
            found = geometry.pose(corners, size, None, shapes)
            errors.append((abs(found.aspect / 1.6 - 1), abs(found.tilt_deg - tilt_deg)))
    assert np.mean(settled, axis=0)[0] < 0.75 * np.mean(unsure, axis=0)[0]
    assert np.mean(settled, axis=0)[1] < np.mean(unsure, axis=0)[1]


def test_an_unusual_shape_stays_what_it_is() -> None:
    corners = geometry.screen_corners((1000, 900)) + 200.0
    found = geometry.pose(corners, (1600, 1400), None, (4 / 3, 16 / 9))
    assert found.aspect == pytest.approx(1000 / 900, rel=1e-3)
