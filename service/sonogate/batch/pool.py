"""Workers as processes of this machine; one that dies is replaced.

Each has a pipe of its own, so that it is known whose work was lost; a worker that finds
its pipe closed, because the run was killed, ends after the photo in hand.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from sonogate.batch.errors import BatchError
from sonogate.batch.values import Answer, Finished, Progressed, Settings, Work
from sonogate.batch.worker import Worker, start_fault

# Deaths in a row, without an answer between them, after which workers are held to be unfit.
MAX_BARREN_DEATHS = 20
_SECONDS_TO_END = 5.0
# Read by the numerical libraries as they load.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(slots=True)
class _Hand:
    process: SpawnProcess
    pipe: Connection
    work: Work | None = None
    started: bool = False


class PoolCrew:
    """A fixed number of processes."""

    isolates = True

    def __init__(self, settings: Settings, workers: int) -> None:
        """Start the processes; their gates load while the photos are listed."""
        if workers < 1:
            raise ValueError("workers must be at least 1")
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._hands = [self._start() for _ in range(workers)]
        self._events: deque[Finished | Progressed] = deque()
        self._barren = 0

    def capacity(self) -> int:
        """Return the number of workers."""
        return len(self._hands)

    def submit(self, work: Work) -> None:
        """Give ``work`` to a worker that has none."""
        idle = (hand for hand in self._hands if hand.work is None)
        hand = min(idle, key=lambda hand: not hand.started)
        hand.work = work
        try:
            hand.pipe.send(work)
        except OSError:
            return  # It has died: reading from the pipe will say so.

    def wait(self) -> Finished | Progressed:
        """Return the next thing that happens."""
        while not self._events:
            pipes = {id(hand.pipe): place for place, hand in enumerate(self._hands)}
            for pipe in wait([hand.pipe for hand in self._hands]):
                self._hear(pipes[id(pipe)])
        return self._events.popleft()

    def close(self) -> None:
        """End every process."""
        for hand in self._hands:
            hand.pipe.close()
            hand.process.terminate()
        for hand in self._hands:
            hand.process.join(_SECONDS_TO_END)
            if hand.process.is_alive():
                hand.process.kill()
                hand.process.join()

    def _start(self) -> _Hand:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(self._settings, theirs))
        with _one_thread():
            process.start()
        theirs.close()
        return _Hand(process, ours)

    def _hear(self, place: int) -> None:
        hand = self._hands[place]
        try:
            message = hand.pipe.recv()
        except (EOFError, OSError):
            self._replace(place)
            return
        if message is None:
            hand.started = True
        elif isinstance(message, Progressed):
            self._events.append(message)
        elif isinstance(message, Answer) and hand.work is not None:
            self._barren = 0
            work, hand.work = hand.work, None
            self._events.append(Finished(work, message))
        else:
            raise BatchError(getattr(message, "fault", None) or "a worker cannot start")

    def _replace(self, place: int) -> None:
        hand = self._hands[place]
        hand.pipe.close()
        hand.process.join()
        self._barren += 1
        if self._barren > MAX_BARREN_DEATHS:
            raise BatchError("workers die one after the other without finishing anything")
        self._hands[place] = self._start()
        if hand.work is not None:
            self._events.append(Finished(hand.work, None))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Start a process in an environment that asks for one thread, and leave ours as it was."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(settings: Settings, pipe: Connection) -> None:
    # An interrupt from the keyboard reaches every process: only the first is to act on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        try:
            worker = Worker(settings)
        except Exception as error:
            pipe.send(start_fault(error))
            return
        pipe.send(None)
        while True:
            work: Work = pipe.recv()
            pipe.send(worker.do(work, partial(_progress, pipe, work.chunk)))
    except (EOFError, OSError):
        return


def _progress(pipe: Connection, chunk: int) -> None:
    pipe.send(Progressed(chunk))
