"""When a client that is turned away is told to come again."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.kills.service import AcceptingGate

from sonogate.http.errors import BusyError
from sonogate.http.pool import GatePool


def turned_away(pool: GatePool, times: int) -> list[int | None]:
    told = []
    for _ in range(times):
        with pytest.raises(BusyError) as caught, pool.place():
            pass
        told.append(caught.value.retry_after_s)
    return told


def test_each_that_is_turned_away_has_its_turn_after_the_one_before() -> None:
    pool = GatePool(1, 1, AcceptingGate)
    asyncio.run(pool.load())
    with pool.place(), pool.place():
        assert turned_away(pool, 1) == [None]
    with pool.place():
        time.sleep(0.6)
    with pool.place(), pool.place():
        told = turned_away(pool, 2000)
    pool.close()
    assert None not in told
    seconds = [one for one in told if one is not None]
    assert seconds == sorted(seconds)
    assert seconds[0] == 1
    assert seconds[-1] == 60
    assert len(set(seconds)) > 20
