from __future__ import annotations

import numpy as np
import pytest
from tests.screen.composites import Composite, as_photo, compose, desktop

from sonogate.policy import Policy
from sonogate.screen import refine
from sonogate.types import ScreenQuad

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
