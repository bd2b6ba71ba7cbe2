"""Exports: the same seed, the same bytes; text, ink and scan area as said."""

from __future__ import annotations

import numpy as np
import pytest

from sonogate.simulate.screens import FAMILIES, render_export


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_gives_the_same_bytes(family: str) -> None:
    first, second = (render_export(7, family, scale=0.5) for _ in range(2))
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert [text.text for text in first.texts] == [text.text for text in second.texts]
    assert np.array_equal(first.pixels, second.pixels)
