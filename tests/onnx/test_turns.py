"""Which corner the reading begins at, from heat maps."""

from __future__ import annotations

import numpy as np
import pytest

from sonogate.onnx.turns import turn_belief

RING = np.array([[20.0, 20.0], [70.0, 22.0], [72.0, 60.0], [18.0, 58.0]])


def heat(corners_xy: np.ndarray, sharpness: float = 0.5) -> np.ndarray:
    y, x = np.mgrid[0:88, 0:104]
    maps = [-sharpness * ((x - cx) ** 2 + (y - cy) ** 2) for cx, cy in corners_xy]
    return np.stack(maps).astype(np.float32)


@pytest.mark.parametrize("turn", range(4))
def test_belief_follows_the_maps(turn: int) -> None:
    belief = turn_belief(heat(np.roll(RING, -turn, axis=0)), RING)

    assert int(belief.argmax()) == turn
    assert np.exp(belief).sum() == pytest.approx(1.0)


def test_maps_that_say_nothing_are_believed_evenly() -> None:
    belief = turn_belief(np.zeros((4, 88, 104), np.float32), RING)

    np.testing.assert_allclose(np.exp(belief), 0.25, atol=1e-6)


def test_corner_off_the_canvas_leaves_the_others_to_tell() -> None:
    beyond = RING.copy()
    beyond[2] = (400.0, -90.0)

    belief = turn_belief(heat(np.roll(RING, -1, axis=0)), beyond)

    assert int(belief.argmax()) == 1
