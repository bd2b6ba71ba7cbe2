"""A scan area drawn on the canvas comes back in shares of the display."""

from __future__ import annotations

import numpy as np

from sonogate.onnx.scan import scan_outline

RING = np.array([[20.0, 15.0], [80.0, 15.0], [80.0, 60.0], [20.0, 60.0]])


def logits_of(
    x0: int, y0: int, x1: int, y1: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    maps = np.full((88, 104), -5.0, np.float32)
    maps[y0:y1, x0:x1] = 5.0
    return maps


def test_outline_in_shares() -> None:
    outline = scan_outline(logits_of(35, 24, 66, 52), RING)

    assert outline is not None
    # Cells 35 to 65 of 20 to 80, rows 24 to 51 of 15 to 60, each to half a cell.
    np.testing.assert_allclose(outline.min(0), [14.5 / 60, 8.5 / 45], atol=0.02)
    np.testing.assert_allclose(outline.max(0), [45.5 / 60, 36.5 / 45], atol=0.02)


def test_turned_display() -> None:
    outline = scan_outline(logits_of(20, 15, 50, 60), np.roll(RING, -1, axis=0))

    assert outline is not None
    # Read from the side, the left half is the lower one.
    np.testing.assert_allclose(outline[:, 1].min(), 0.5, atol=0.03)


def test_a_speck_is_no_scan_area() -> None:
    assert scan_outline(logits_of(30, 30, 34, 33), RING) is None
    assert scan_outline(np.full((88, 104), -5.0, np.float32), RING) is None
