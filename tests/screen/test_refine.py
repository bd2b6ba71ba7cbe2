from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.screen.composites import Composite, as_photo, compose, desktop

from sonogate.policy import Policy
from sonogate.screen import geometry, refine
from sonogate.simulate import photograph, render_export
from sonogate.types import FloatArray, Photo, ScreenQuad

ROOM = np.full((90, 120, 3), 120, np.uint8)


def coarse(made: Composite, rng: np.random.Generator, share: float) -> ScreenQuad:
    diagonal = float(np.hypot(*(made.corners_xy[0] - made.corners_xy[2])))
    corners = made.corners_xy + rng.normal(0, share * diagonal, (4, 2))
    return ScreenQuad(corners_xy=corners, confidence=90.0, visible_fraction=1.0)


@pytest.mark.parametrize("seed", range(6))
def test_clean_corners_to_a_third_of_a_pixel(seed: int, policy: Policy) -> None:
    rng = np.random.default_rng(seed)
    page = np.full((768, 1024, 3), 200, np.uint8)
    made = compose(rng, page, ROOM, noise=0.0, jpeg_quality=None, ambient=0.2)
    found = refine(made.photo, coarse(made, rng, 0.004), policy.screen)
    assert found is not None
    errors = np.hypot(*(found.corners_xy - made.corners_xy).T)
    assert errors.max() < 0.35


def test_the_bezels_outer_border_is_not_taken_for_the_panel(policy: Policy) -> None:
    bright = np.full((90, 120, 3), 250, np.uint8)
    for seed in range(4):
        rng = np.random.default_rng(seed)
        page = np.full((768, 1024, 3), 40, np.uint8)
        made = compose(rng, page, bright, ambient=0.6, bezel=0.012, noise=0.002)
        found = refine(made.photo, coarse(made, rng, 0.004), policy.screen)
        assert found is not None
        diagonal = float(np.hypot(*(made.corners_xy[0] - made.corners_xy[2])))
        errors = np.hypot(*(found.corners_xy - made.corners_xy).T) / diagonal
        assert errors.max() < 0.004


def test_noisy_corners_to_a_quarter_of_a_percent(policy: Policy) -> None:
    errors = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        made = compose(rng, desktop(rng), ROOM, ambient=0.1, noise=0.01)
        found = refine(made.photo, coarse(made, rng, 0.004), policy.screen)
        assert found is not None
        diagonal = float(np.hypot(*(made.corners_xy[0] - made.corners_xy[2])))
        errors.extend(np.hypot(*(found.corners_xy - made.corners_xy).T) / diagonal)
    assert np.median(errors) < 0.0025


def test_without_an_edge_the_coarse_line_is_kept(policy: Policy) -> None:
    flat = np.full((600, 800, 3), 30, np.uint8)
    corners = np.array([[100.0, 100], [700, 110], [690, 500], [110, 490]])
    quad = ScreenQuad(corners_xy=corners, confidence=80.0, visible_fraction=1.0)
    found = refine(as_photo(flat), quad, policy.screen)
    assert found is not None
    assert np.allclose(found.corners_xy, corners, atol=1e-6)
    assert found.confidence < quad.confidence


def test_a_screen_cut_by_the_frame_keeps_its_visible_share(policy: Policy) -> None:
    rng = np.random.default_rng(2)
    made = compose(rng, desktop(rng), ROOM, fill=1.2, max_tilt_deg=5, shift=0.1)
    found = refine(made.photo, coarse(made, rng, 0.002), policy.screen)
    assert found is not None
    assert 0.5 < found.visible_fraction < 1.0


def bent(made: Composite, k1: float) -> tuple[Photo, FloatArray]:
    """Return the composite seen by a lens with distortion, and its seen corners."""
    height, width = made.photo.pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    seen = np.stack([x, y], axis=-1).astype(np.float64)
    ideal = geometry.undistort(seen, k1, (width, height)).astype(np.float32)
    pixels = cv2.remap(
        made.photo.pixels, ideal[..., 0].copy(), ideal[..., 1].copy(), cv2.INTER_LINEAR
    )
    return as_photo(np.asarray(pixels, np.uint8)), geometry.distort(
        made.corners_xy, k1, (width, height)
    )


@pytest.mark.parametrize("k1", [-0.03, 0.0, 0.02])
def test_the_lens_is_told_by_how_the_sides_bow(k1: float, policy: Policy) -> None:
    rng = np.random.default_rng(11)
    made = compose(rng, desktop(rng), ROOM, ambient=0.2, noise=0.002)
    photo, corners_xy = bent(made, k1)
    made = replace(made, photo=photo, corners_xy=corners_xy)
    found = refine(photo, coarse(made, rng, 0.004), policy.screen)
    assert found is not None
    assert found.distortion_k1 == pytest.approx(k1, abs=0.003)
    diagonal = geometry.diagonal_px(corners_xy)
    assert np.hypot(*(found.corners_xy - corners_xy).T).mean() < 0.001 * diagonal


def test_a_black_picture_in_a_black_border_is_found_by_the_bezel_around_it(
    policy: Policy,
) -> None:
    rng = np.random.default_rng(3)
    page = np.full((768, 1024, 3), 70, np.uint8)
    page[60:700, 900:] = 0
    made = compose(rng, page, ROOM, ambient=0.4, bezel=0.004, bezel_shade=0.0, noise=0.002)
    errors = []
    for _ in range(4):
        found = refine(made.photo, coarse(made, rng, 0.006), policy.screen)
        assert found is not None
        diagonal = geometry.diagonal_px(made.corners_xy)
        errors.append(np.hypot(*(found.corners_xy - made.corners_xy).T).mean() / diagonal)
    assert np.median(errors) < 0.0025


def test_simulated_photos_get_better_and_none_worse(policy: Policy) -> None:
    before, after = [], []
    for seed in range(7_100, 7_106):
        shot = photograph(render_export(seed), seed, "fast", (1200, 900))
        true_xy = shot.truth.corners_xy
        assert true_xy is not None
        rng = np.random.default_rng(seed)
        diagonal = geometry.diagonal_px(true_xy)
        start = true_xy + rng.normal(0, 0.005 * diagonal, (4, 2))
        quad = ScreenQuad(corners_xy=start, confidence=90.0, visible_fraction=1.0)
        found = refine(as_photo(shot.pixels), quad, policy.screen)
        assert found is not None
        for corners, errors in ((start, before), (found.corners_xy, after)):
            errors.append(np.hypot(*(corners - true_xy).T).mean() / diagonal)
    assert np.median(after) < 0.001
    assert np.all(np.array(after) < np.array(before) + 0.0005)


def test_the_visible_share_follows_the_bowed_sides() -> None:
    corners = np.array([[100.0, 100], [900, 100], [900, 700], [100, 700]])
    size = (1000, 800)
    assert geometry.visible_fraction(corners, size, 0.05) == pytest.approx(1.0)
    # The frame's right edge cuts through where the distorted side bows least.
    far = corners + np.array([100.0, 0.0])
    straight = geometry.visible_fraction(far, size)
    assert straight == pytest.approx(799.5 / 800, abs=1e-6)
    assert geometry.visible_fraction(far, size, 0.05) < straight - 0.01
