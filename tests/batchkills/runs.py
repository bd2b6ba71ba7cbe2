"""``sonogate batch`` as its user types it, timed, and killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.dataset as ds

WORKERS = 2
_SECONDS = 4 * 3600.0
_POLL_S = 0.05
# A worker that has just handed in its chunk would lose nothing.
_INTO_A_CHUNK_S = 1.0


@dataclass(frozen=True)
class Run:
    """One run that ended well.

    Attributes:
        said: What it printed.
        wall_s: Time from start to end.
        processor_s: Processor time of every process of it that ended by itself.
    """

    said: str
    wall_s: float
    processor_s: float


class Batch:
    """A command, and where its results go."""

    def __init__(
        self, command: Sequence[str], photos: Path, results: Path, chunk: int, *more: str
    ) -> None:
        self._chunks = results / "chunks"
        self._command = [*command, "batch", str(photos), str(results)]
        self._command += ["--workers", str(WORKERS), "--chunk", str(chunk), *more]
        self._log = results.with_suffix(".log")

    def finish(self) -> Run:
        """Run it to its end."""
        process, start = self._start(), time.monotonic()
        return self._end(process, start)

    def kill_at(self, finished: int) -> dict[str, bytes]:
        """Run it until so many chunks are there, kill all its processes; return the chunks."""
        process = self._start()
        self._await(process, finished)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return self.chunks()

    def finish_without_a_worker(self, finished: int) -> Run:
        """Run it to its end, but kill one worker when so many chunks are there."""
        process, start = self._start(), time.monotonic()
        self._await(process, finished)
        time.sleep(_INTO_A_CHUNK_S)
        # Those that hold a gate are the largest.
        below = psutil.Process(process.pid).children(recursive=True)
        worker = max(below, key=lambda one: one.memory_info().rss)
        worker.kill()
        done = self._end(process, start)
        assert not worker.is_running(), "no worker was killed"
        return done

    def chunks(self) -> dict[str, bytes]:
        """Return the finished chunks by name."""
        return {path.name: path.read_bytes() for path in sorted(self._chunks.glob("*.parquet"))}

    def table(self) -> pa.Table:
        """Return every row, in the order of the listing."""
        return ds.dataset(self._chunks).to_table().sort_by("index")

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def _await(self, process: subprocess.Popen[bytes], finished: int) -> None:
        deadline = time.monotonic() + _SECONDS
        while len(list(self._chunks.glob("*.parquet"))) < finished:
            assert process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, "the run does not go on"
            time.sleep(_POLL_S)

    def _end(self, process: subprocess.Popen[bytes], start: float) -> Run:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said = self._log.read_text()
        assert process.returncode == 0, said
        return Run(said, time.monotonic() - start, used.ru_utime + used.ru_stime)
