"""Whatever four corners a display is said to have: a picture, or a refusal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.screen.composites import as_photo

from sonogate.policy import default_policy
from sonogate.screen import rectify, refine
from sonogate.screen.rectify import MIN_SIDE_PX
from sonogate.types import ScreenQuad

POLICY = replace(default_policy().screen, max_side_px=256)
PHOTO = as_photo(np.random.default_rng(1).integers(0, 256, (96, 128, 3), dtype=np.uint8))


def _quads(low: float, high: float) -> st.SearchStrategy[np.ndarray]:
    place = st.floats(low, high)
    corners = st.lists(st.tuples(place, place), min_size=4, max_size=4)
    return corners.map(lambda found: np.array(found, np.float64))


def _near(scale: float) -> st.SearchStrategy[np.ndarray]:
    """A sound quad of some size, its corners in any order, one maybe moved onto a diagonal."""
    square = np.array([[-1.0, -0.75], [1.0, -0.75], [1.0, 0.75], [-1.0, 0.75]]) * scale
    return st.tuples(
        st.permutations(range(4)), _quads(-0.3 * scale, 0.3 * scale), st.booleans()
    ).map(lambda drawn: _made(square[list(drawn[0])] + drawn[1], flat=drawn[2]))


def _made(corners_xy: np.ndarray, *, flat: bool) -> np.ndarray:
    if flat:
        corners_xy[2] = 0.5 * (corners_xy[1] + corners_xy[3])
    return corners_xy + 60.0


QUADS = st.one_of(
    _quads(-200.0, 400.0),
    _quads(-1e9, 1e9),
    _quads(50.0, 50.001),
    *(_near(scale) for scale in (1e-6, 1e-3, 1.0, 50.0, 1e4, 1e8)),
)


@settings(max_examples=300, deadline=None)
@given(corners_xy=QUADS, k1=st.floats(-0.5, 0.5))
@example(corners_xy=np.zeros((4, 2)), k1=0.0)
@example(corners_xy=np.array([[0.0, 0], [1, 1], [2, 2], [3, 3]]), k1=0.1)
def test_any_quad_is_rectified_or_refused(corners_xy: np.ndarray, k1: float) -> None:
    quad = ScreenQuad(corners_xy, 90.0, 1.0, k1)
    try:
        screen = rectify(PHOTO, quad, POLICY)
    except ValueError:
        return
    assert np.isfinite(screen.homography).all()
    assert 0.0 <= screen.tilt_deg <= 90.0
    assert min(screen.size_wh) >= MIN_SIDE_PX
    assert max(screen.size_wh) <= POLICY.max_side_px


@settings(max_examples=100, deadline=None)
@given(corners_xy=QUADS, k1=st.floats(-0.5, 0.5))
def test_any_quad_is_refined_or_left(corners_xy: np.ndarray, k1: float) -> None:
    refined = refine(PHOTO, ScreenQuad(corners_xy, 90.0, 1.0, k1), POLICY)
    if refined is not None:
        assert np.isfinite(refined.distortion_k1)
        assert 0.0 <= refined.visible_fraction <= 1.0
