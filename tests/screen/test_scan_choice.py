"""The finer outline is kept where the coarse area agrees with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sonogate.policy import default_policy
from sonogate.screen.scan_choice import choose_scan_area
from sonogate.types import FloatArray, ScreenQuad

POLICY = default_policy().screen
SIZE_WH = (800, 600)
COARSE = np.array([[0.2, 0.1], [0.8, 0.1], [0.8, 0.9], [0.2, 0.9]])
QUAD = ScreenQuad(
    np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]),
    90.0,
    1.0,
    shows_ultrasound=0.9,
    coarse_scan_area=COARSE,
)


def pixels_of(shares: FloatArray) -> FloatArray:
    return shares * np.array(SIZE_WH) - 0.5


def test_an_outline_that_agrees_is_kept() -> None:
    outlined = pixels_of(COARSE + 0.02)

    assert choose_scan_area(outlined, QUAD, SIZE_WH, POLICY) is outlined


@pytest.mark.parametrize("width", [0.2, 0.0])
def test_an_outline_of_a_part_gives_way(width: float) -> None:
    part = pixels_of(np.array([[0.2, 0.1], [0.2 + width, 0.1], [0.2 + width, 0.9], [0.2, 0.9]]))

    chosen = choose_scan_area(part if width else None, QUAD, SIZE_WH, POLICY)

    assert chosen is not None
    np.testing.assert_allclose(chosen, pixels_of(COARSE))


def test_header_and_footer_stay_out() -> None:
    tall = np.array([[0.2, 0.0], [0.8, 0.0], [0.8, 1.0], [0.2, 1.0]])

    chosen = choose_scan_area(None, replace(QUAD, coarse_scan_area=tall), SIZE_WH, POLICY)

    assert chosen is not None
    assert chosen[:, 1].min() == pytest.approx(600 * POLICY.scan_top - 0.5)
    assert chosen[:, 1].max() == pytest.approx(600 * (1 - POLICY.scan_bottom) - 0.5)


@pytest.mark.parametrize(
    "quad",
    [replace(QUAD, shows_ultrasound=0.2), replace(QUAD, shows_ultrasound=None)],
)
def test_without_belief_the_coarse_area_counts_for_nothing(quad: ScreenQuad) -> None:
    assert choose_scan_area(None, quad, SIZE_WH, POLICY) is None
