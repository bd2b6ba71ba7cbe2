"""Rate limits with an honest answer to "when again" (generic cell rate algorithm).

The state of a client is one number: the time at which its allowance is whole again. In
memory: each process counts for itself.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from sonogate.http.errors import ThrottledError

_MANY = 10_000


class Throttle:
    """Lets each client take ``count`` at once and ``count`` in every ``period_s``."""

    def __init__(self, count: int, period_s: float, clock: Callable[[], float]) -> None:
        """Start with a whole allowance for everybody.

        Args:
            count: How many in a period.
            period_s: Seconds in which an allowance that was used up is whole again.
            clock: Seconds, never going back.
        """
        self._gap_s = period_s / count
        self._period_s = period_s
        self._clock = clock
        self._lock = threading.Lock()
        self._whole_at_s: dict[str, float] = {}

    def take(self, client: str, count: int = 1) -> None:
        """Use up ``count`` of the client's allowance.

        Raises:
            ThrottledError: Not so much is left; nothing is used up.
        """
        now = self._clock()
        with self._lock:
            whole_at = max(self._whole_at_s.get(client, now), now) + count * self._gap_s
            early_s = whole_at - now - self._period_s
            if early_s > 1e-9:
                raise ThrottledError(max(1, math.ceil(early_s)))
            self._whole_at_s[client] = whole_at
            if len(self._whole_at_s) > _MANY:
                self._whole_at_s = {c: at for c, at in self._whole_at_s.items() if at > now}
