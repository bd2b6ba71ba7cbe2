"""A bounded pool of gates: so many photos at once, so many waiting, no more."""

from __future__ import annotations

import asyncio
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sonogate.gate import Assessor
from sonogate.http.errors import BusyError, NotReadyError
from sonogate.identifiers import PatientContext
from sonogate.types import Assessment

# Weight of the newest in the running mean of how long a place is held.
_NEWEST = 0.2
_LONGEST_S = 60.0


class GatePool:
    """Gates, each used by one thread at a time.

    A place is taken before the body is read, so that the memory that uploads may fill is
    bounded too.
    """

    def __init__(self, workers: int, waiting: int, make_gate: Callable[[], Assessor]) -> None:
        """Make an empty pool.

        Args:
            workers: Photos assessed at once.
            waiting: Photos that may wait.
            make_gate: Loads a gate; called once a worker.
        """
        self._make_gate = make_gate
        self._workers = workers
        self._all_places = self._places = workers + waiting
        self._lock = threading.Lock()
        self._gates: queue.SimpleQueue[Assessor] = queue.SimpleQueue()
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="gate")
        self._ready = False
        # How long places were held lately, seconds.
        self._held_s: float | None = None
        # Until when the places are promised, on the monotonic clock.
        self._turn_at_s = 0.0

    @property
    def ready(self) -> bool:
        """Whether the models are loaded."""
        return self._ready

    @property
    def held(self) -> int:
        """How many places are held."""
        return self._all_places - self._places

    def require_ready(self) -> None:
        """Raise unless the models are loaded.

        Raises:
            NotReadyError: They are not.
        """
        if not self._ready:
            raise NotReadyError

    async def load(self) -> None:
        """Load every gate, off the event loop."""
        loop = asyncio.get_running_loop()
        for _ in range(self._workers):
            self._gates.put(await loop.run_in_executor(self._executor, self._make_gate))
        self._ready = True

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place in the pool.

        Raises:
            NotReadyError: The models are not loaded.
            BusyError: There is no place left.
        """
        self.require_ready()
        with self._lock:
            if self._places == 0:
                raise BusyError(self._turn_s())
            self._places -= 1
        start = time.monotonic()
        try:
            yield
        finally:
            took_s = time.monotonic() - start
            with self._lock:
                self._places += 1
                before_s = took_s if self._held_s is None else self._held_s
                self._held_s = before_s + _NEWEST * (took_s - before_s)

    def _turn_s(self) -> int | None:
        """Return when who is turned away now should come again, seconds; None if unknown."""
        if self._held_s is None:
            return None
        now = time.monotonic()
        # Who was turned away before comes first, and takes a share of the places' time.
        share_s = self._held_s / self._all_places
        self._turn_at_s = min(max(self._turn_at_s, now) + share_s, now + _LONGEST_S)
        return math.ceil(self._turn_at_s - now)

    async def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        """Assess a photo on a worker; the caller holds a place.

        Args:
            data: The file's bytes.
            patient: Whom it is of, where the client knows; dropped with the answer.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._work, data, patient)

    def close(self) -> None:
        """Let running work end and drop what waits."""
        self._ready = False
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _work(self, data: bytes, patient: PatientContext | None) -> Assessment:
        gate = self._gates.get()
        try:
            return gate.assess(data, patient)
        finally:
            self._gates.put(gate)
