"""Whatever is to be masked is filled, and what nobody vouches for is too."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sonogate.identifiers import mask
from sonogate.policy import default_policy
from sonogate.types import IdentifierReport, RectifiedScreen, Region, ScreenQuad

POLICY = default_policy().identifiers
WIDTH, HEIGHT = 120, 90
# Nothing of it is the fill's grey.
PIXELS = np.full((HEIGHT, WIDTH, 3), 255 if POLICY.fill_grey < 128 else 0, np.uint8)
CORNERS = np.array([[0.0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]])


def _boxes() -> st.SearchStrategy[tuple[float, float, float, float]]:
    near = st.floats(-40.0, 160.0)
    far = st.sampled_from([-1e12, -1e9, -70_000.0, -3_000.0, 3_000.0, 70_000.0, 1e9, 1e12])
    place = st.one_of(near, far)
    return st.tuples(place, place, place, place).map(
        lambda at: (min(at[0], at[2]), min(at[1], at[3]), max(at[0], at[2]), max(at[1], at[3]))
    )


def _polygon(box: tuple[float, float, float, float]) -> np.ndarray:
    left, top, right, bottom = box
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _inside(box: tuple[float, float, float, float], margin_px: float) -> np.ndarray:
    left, top, right, bottom = box
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    across = (x >= left - margin_px) & (x <= right + margin_px)
    return across & (y >= top - margin_px) & (y <= bottom + margin_px)


@settings(max_examples=400, deadline=None)
@given(
    scan=st.none() | _boxes(),
    kept=st.lists(_boxes(), max_size=2),
    masked=st.lists(_boxes(), max_size=3),
)
def test_masked_is_filled_and_so_is_what_is_not_vouched_for(
    scan: tuple[float, float, float, float] | None,
    kept: list[tuple[float, float, float, float]],
    masked: list[tuple[float, float, float, float]],
) -> None:
    area = None if scan is None else _polygon(scan)
    screen = RectifiedScreen(
        PIXELS,
        ScreenQuad(CORNERS, 90.0, 1.0),
        np.eye(3),
        (WIDTH, HEIGHT),
        0.0,
        (WIDTH, HEIGHT),
        scan_area_xy=area,
    )
    regions = [Region(_polygon(box), "clinical", "kept", 90.0) for box in kept]
    regions += [Region(_polygon(box), "name", "masked", 90.0) for box in masked]
    done = mask(screen, IdentifierReport(tuple(regions), complete=True), POLICY)
    shown = (done.pixels != POLICY.fill_grey).any(axis=2)
    assert np.array_equal(shown, ~done.mask)
    for box in masked:
        assert not shown[_inside(box, 0.0)].any()
    vouched = np.zeros((HEIGHT, WIDTH), bool)
    if scan is not None:
        vouched |= _inside(scan, 1.0)
    for box in kept:
        vouched |= _inside(box, POLICY.keep_margin_px + 1.0)
    assert not shown[~vouched].any()
