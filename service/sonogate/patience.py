"""Work that is given so much time and no more.

A thread cannot be ended from outside. What does not come back in time is left behind, and
bars the work that comes after it until it has ended: what it uses is not to be shared.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TypeVar

_Result = TypeVar("_Result")


class Patience:
    """Starts one piece of work at a time."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._busy = threading.Lock()

    def start(self, work: Callable[[], _Result], executor: Executor | None) -> Future[_Result]:
        """Return the future of ``work``.

        Where earlier work has not ended the future fails at once, with ``TimeoutError``.

        Args:
            work: What to do.
            executor: Where; in a thread of its own when None, which does not hold up the
                end of the process.
        """
        promised: Future[_Result] = Future()
        if not self._busy.acquire(blocking=False):
            promised.set_exception(TimeoutError("earlier work has not ended"))
            return promised

        def run() -> None:
            try:
                result = work()
            except BaseException as error:
                self._busy.release()
                promised.set_exception(error)
            else:
                self._busy.release()
                promised.set_result(result)

        if executor is None:
            threading.Thread(target=run, name="reading", daemon=True).start()
            return promised
        try:
            executor.submit(run)
        except RuntimeError:
            self._busy.release()
            raise
        return promised
