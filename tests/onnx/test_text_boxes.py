"""Boxes from maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sonogate.onnx.text_boxes import core_boxes

Map = NDArray[np.float32]


def maps(extent: float = 0.9) -> tuple[Map, Map]:
    """A line of 40 by 8 cells, its core, and a far dot."""
    cores, extents = np.zeros((60, 100), np.float32), np.zeros((60, 100), np.float32)
    extents[20:28, 30:70] = extent
    cores[22:26, 32:68] = 0.9
    cores[50, 90] = 0.4
    return cores, extents


def test_a_box_reaches_as_far_as_the_line() -> None:
    boxes, scores = core_boxes(*maps(), 0.3, 0.5)
    np.testing.assert_allclose(boxes, [[[29.5, 19.5], [69.5, 19.5], [69.5, 27.5], [29.5, 27.5]]])
    np.testing.assert_allclose(scores, [0.9], rtol=1e-6)


def test_a_core_without_its_line_has_a_box_all_the_same() -> None:
    boxes, _ = core_boxes(*maps(extent=0.0), 0.3, 0.5)
    np.testing.assert_allclose(boxes[0], [[31.5, 21.5], [67.5, 21.5], [67.5, 25.5], [31.5, 25.5]])


def test_one_cell_at_the_edge() -> None:
    cores, extents = np.zeros((8, 8), np.float32), np.zeros((8, 8), np.float32)
    cores[0, 7] = 1.0
    boxes, scores = core_boxes(cores, extents, 0.3, 0.5)
    np.testing.assert_allclose(boxes[0, 0], (6.5, -0.5))
    assert scores.shape == (1,)


def test_nothing() -> None:
    empty = np.zeros((8, 8), np.float32)
    boxes, scores = core_boxes(empty, empty, 0.3, 0.5)
    assert boxes.shape == (0, 4, 2)
    assert scores.shape == (0,)
