"""The arithmetic of sizing."""

from __future__ import annotations

import pytest

from sonogate.batch import plan


def test_a_plan_is_arithmetic() -> None:
    made = plan(10_000_000, 1.8, 500, chunk_photos=100, photo_bytes=4e6)
    assert made.core_hours == pytest.approx(5000)
    assert made.hours == pytest.approx(10)
    assert made.photos_per_core_hour == pytest.approx(2000)
    assert made.chunks == 100_000
    assert made.chunk_minutes == pytest.approx(3)
    assert made.read_bytes_per_second == pytest.approx(500 * 4e6 / 1.8)


def test_the_last_round_counts_whole_and_idle_cores_read_nothing() -> None:
    made = plan(250, 2.0, 2, chunk_photos=100)
    assert (made.chunks, made.hours) == (3, pytest.approx(2 * 100 * 2 / 3600))
    alone = plan(10, 2.0, 64, chunk_photos=100, photo_bytes=2.0)
    assert alone.hours == pytest.approx(10 * 2 / 3600)
    assert alone.read_bytes_per_second == pytest.approx(1.0)


def test_cores_that_hinder_each_other_take_longer() -> None:
    assert plan(1000, 1.0, 10, efficiency=0.5).hours == 2 * plan(1000, 1.0, 10).hours


@pytest.mark.parametrize("change", [{"photos": 0}, {"cores": 0}, {"efficiency": 1.1}])
def test_what_cannot_be_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"above 0|at most 1"):
        plan(**{"photos": 1, "seconds_per_photo": 1.0, "cores": 1, **change})
