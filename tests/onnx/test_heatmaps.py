"""Maps drawn from a known quad give that quad back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sonogate.onnx.heatmaps import decode
from sonogate.policy import default_policy

CANVAS_WH = (104, 88)
FRAME = (15.5, 15.5, 87.5, 71.5)
RULES = default_policy().screen.locator


def drawn_maps(
    corners: NDArray[np.float64], sigma: float = 1.0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the logits that a perfect network would give for a quad in cells."""
    width, height = CANVAS_WH
    y, x = np.mgrid[0:height, 0:width]
    heat = np.stack([-((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma**2) for cx, cy in corners])
    fine = 8
    drawn = np.zeros((height * fine, width * fine), np.uint8)
    points = ((corners + 0.5) * fine - 0.5) * 256
    cv2.fillPoly(drawn, [points.round().astype(np.int32)], 255, cv2.LINE_8, 8)
    cover = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA) / 255.0
    cover = np.clip(cover, 1e-3, 1 - 1e-3)
    return heat.astype(np.float32), np.log(cover / (1 - cover)).astype(np.float32)


INSIDE = np.array([[30.3, 25.8], [75.6, 22.1], [78.2, 61.7], [27.4, 58.9]])


@pytest.mark.parametrize("first", range(4))
def test_reading_order_is_that_of_the_heat_maps(first: int) -> None:
    corners = np.roll(INSIDE, first, axis=0)

    found = decode(*drawn_maps(corners), FRAME, RULES)

    assert found is not None
    assert np.abs(found.corners_xy - corners).max() < 0.15
    assert found.overlap > 0.95
    assert found.sides == 1.0


def test_mirrored_display_keeps_its_order() -> None:
    corners = INSIDE[[1, 0, 3, 2]]

    found = decode(*drawn_maps(corners), FRAME, RULES)

    assert found is not None
    assert np.abs(found.corners_xy - corners).max() < 0.15


def test_corners_beyond_the_canvas_lie_on_the_sides_in_sight() -> None:
    corners = np.array([[30.0, 25.0], [112.0, 20.0], [115.0, 62.0], [28.0, 60.0]])

    found = decode(*drawn_maps(corners), FRAME, RULES)

    assert found is not None
    assert np.abs(found.corners_xy[[0, 3]] - corners[[0, 3]]).max() < 0.3
    assert found.corners_xy[1, 0] > 100
    for near, far in ((0, 1), (3, 2)):
        along = corners[far] - corners[near]
        off = found.corners_xy[far] - corners[near]
        distance = (along[0] * off[1] - along[1] * off[0]) / np.linalg.norm(along)
        assert abs(distance) < 0.3


def test_sides_pull_a_blurred_peak_into_place() -> None:
    heat, mask = drawn_maps(INSIDE, sigma=1.0)
    heat[1] = np.roll(heat[1], 3, axis=1)

    found = decode(heat, mask, FRAME, RULES)

    assert found is not None
    assert np.abs(found.corners_xy[1] - INSIDE[1]).max() < 1.6
    assert np.abs(found.corners_xy[0] - INSIDE[0]).max() < 0.15


def test_maps_without_a_quad_give_none() -> None:
    width, height = CANVAS_WH
    y, x = np.mgrid[0:height, 0:width]
    one_place = np.stack([-((x - 40.0) ** 2 + (y - 40.0) ** 2)] * 4).astype(np.float32)

    assert decode(one_place, np.full((height, width), -5, np.float32), FRAME, RULES) is None


def test_mask_of_three_corners_is_no_quad() -> None:
    width, height = CANVAS_WH
    mask = np.full((height, width), -6.0, np.float32)
    for row in range(40):
        mask[20 + row, 20 : 60 - row] = 6.0
    flat = np.zeros((4, height, width), np.float32)

    assert decode(flat, mask, FRAME, RULES) is None
