"""Which quad the combined locator takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sonogate.policy import default_policy
from sonogate.screen.combined import CombinedLocator, overlap
from sonogate.types import FloatArray, Photo, ScreenQuad

PHOTO = Photo(pixels=np.zeros((300, 400, 3), np.uint8), sha256="0" * 64, format="png")
ROUGH = np.array([[100.0, 100.0], [300.0, 100.0], [300.0, 220.0], [100.0, 220.0]])
POLICY = replace(default_policy().screen, same_display_overlap=0.9, confirming_overlap=0.6)
FINE = ROUGH + np.array([[-4.0, 3.0], [5.0, -2.0], [3.0, 6.0], [-2.0, 4.0]])


class Says:
    """A locator with one answer."""

    def __init__(
        self, corners_xy: FloatArray | None, confidence: float = 40.0, visible: float = 1.0
    ) -> None:
        self._corners_xy, self._confidence, self._visible = corners_xy, confidence, visible

    def __call__(self, photo: Photo) -> ScreenQuad | None:
        if self._corners_xy is None:
            return None
        return ScreenQuad(self._corners_xy, self._confidence, self._visible, shows_ultrasound=0.75)


@pytest.mark.parametrize("turned", range(4))
def test_edges_are_taken_in_the_knowing_ones_order(turned: int) -> None:
    knowing = Says(np.roll(ROUGH, turned, axis=0))

    quad = CombinedLocator(knowing, Says(FINE, 90.0), POLICY)(PHOTO)

    assert quad is not None
    np.testing.assert_array_equal(quad.corners_xy, np.roll(FINE, turned, axis=0))
    assert quad.shows_ultrasound == 0.75


def test_mirrored_order_is_kept() -> None:
    mirrored = ROUGH[[1, 0, 3, 2]]

    quad = CombinedLocator(Says(mirrored), Says(FINE), POLICY)(PHOTO)

    assert quad is not None
    np.testing.assert_array_equal(quad.corners_xy, FINE[[1, 0, 3, 2]])


@pytest.mark.parametrize("other", [None, ROUGH * 0.4])
def test_without_agreement_the_knowing_one_is_followed(other: FloatArray | None) -> None:
    quad = CombinedLocator(Says(ROUGH), Says(other), POLICY)(PHOTO)

    assert quad is not None
    np.testing.assert_array_equal(quad.corners_xy, ROUGH)


def test_edges_alone_make_no_display() -> None:
    assert CombinedLocator(Says(None), Says(FINE, 99.0), POLICY)(PHOTO) is None


@pytest.mark.parametrize(("confidence", "taken"), [(80.0, False), (20.0, True)])
def test_edges_of_another_shape_are_taken_in_doubt_only(confidence: float, taken: bool) -> None:
    wider = ROUGH + np.array([[-20.0, 0.0], [30.0, 0.0], [30.0, 0.0], [-20.0, 0.0]])

    quad = CombinedLocator(Says(ROUGH, confidence), Says(wider), POLICY)(PHOTO)

    assert quad is not None
    np.testing.assert_array_equal(quad.corners_xy, wider if taken else ROUGH)


def test_edges_in_sight_of_a_cut_display_are_not_taken_in_doubt() -> None:
    wider = ROUGH + np.array([[-20.0, 0.0], [30.0, 0.0], [30.0, 0.0], [-20.0, 0.0]])
    cut = Says(ROUGH, 20.0, visible=0.7)

    quad = CombinedLocator(cut, Says(wider), POLICY)(PHOTO)

    assert quad is not None
    np.testing.assert_array_equal(quad.corners_xy, ROUGH)


@pytest.mark.parametrize(("edged", "found"), [(FINE, True), (ROUGH * 0.4, False), (None, False)])
def test_suspicion_counts_where_edges_agree(edged: FloatArray | None, found: bool) -> None:
    locator = CombinedLocator(Says(None), Says(edged), POLICY, suspecting=Says(ROUGH, 5.0))

    quad = locator(PHOTO)

    assert (quad is not None) is found


def test_overlap_of_halves() -> None:
    left = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])

    assert overlap(left, left + np.array([5.0, 0.0])) == pytest.approx(1 / 3)
