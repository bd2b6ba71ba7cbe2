"""Kill runs of ``sonogate batch`` and compare what comes of them with an undisturbed run.

``python -m tests.batchkills --photos 2000`` draws so many small photos and assesses them with
the package's own gate: in a plain loop (a share of them), by two processes undisturbed, by two
processes that are killed twice and begun again, and by a local Dask cluster of which one worker
is killed. Every table must be the undisturbed one, with each photo in it once.

With ``--gate sleeping`` a gate that only waits 50 ms takes the place of the package's: what is
left of the processor time is the price of the run itself.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import pyarrow as pa
from tests.batch import kit
from tests.batchkills.photos import write_photos
from tests.batchkills.runs import Batch

from sonogate.cli.factory import load_default_gate
from sonogate.gate import GateFactory
from sonogate.policy import default_policy

# Photos of the plain loop, at least; it takes every n-th.
_LOOP_SHARE = 10
_LOOP_LEAST = 20


@dataclass(frozen=True)
class Trial:
    """Which gate is tried.

    Attributes:
        command: What comes before ``batch`` on the command line.
        make_gate: Loads the gate of the plain loop.
        write_photos: Writes so many photos for it into a folder.
    """

    command: tuple[str, ...]
    make_gate: GateFactory
    write_photos: Callable[[Path, int], object]


TRIALS = {
    "package": Trial(
        (str(Path(sys.executable).with_name("sonogate")),), load_default_gate, write_photos
    ),
    "sleeping": Trial(
        (sys.executable, "-m", "tests.batch.command"),
        kit.make_fake,
        lambda folder, count: kit.write_photos(folder, count, "slow"),
    ),
}


def run(trial: Trial, photos: int, chunk: int, folder: Path) -> Iterator[str]:
    """Make the photos and every run; yield what was found, a line each.

    Args:
        trial: Which gate.
        photos: How many.
        chunk: Photos in a chunk.
        folder: An empty folder.

    Raises:
        AssertionError: Something does not hold.
    """
    source = folder / "photos"
    trial.write_photos(source, photos)
    looped, loop_wall_s, loop_processor_s = _loop(trial, _photos(source))
    yield _told("plain loop", looped, loop_wall_s, loop_processor_s)

    calm = Batch(trial.command, source, folder / "calm", chunk)
    done = calm.finish()
    expected = calm.table()
    _assert_complete(expected, source)
    yield _told("two processes", photos, done.wall_s, done.processor_s)

    killed = Batch(trial.command, source, folder / "killed", chunk)
    chunks = -(-photos // chunk)
    behind: dict[str, bytes] = {}
    counts = []
    for share in (1, 2):
        left = killed.kill_at(max(len(behind) + 1, share * chunks // 3))
        assert behind.items() <= left.items(), "a kill cost a finished chunk"
        assert len(left) < chunks, "it was killed too late"
        behind = left
        counts.append(str(len(left)))
    resumed = killed.finish()
    assert behind.items() <= killed.chunks().items(), "a finished chunk was made again"
    assert killed.chunks() == calm.chunks(), "the chunks differ from the undisturbed run's"
    skipped = f"{sum(_rows(part) for part in behind.values())} had been done before"
    assert skipped in resumed.said, resumed.said
    yield (
        f"killed twice, with {' and '.join(counts)} of {chunks} chunks finished: "
        f"byte for byte the undisturbed run's chunks; {skipped}"
    )

    cluster = Batch(trial.command, source, folder / "cluster", chunk, "--dask", "local")
    made = cluster.finish_without_a_worker(max(1, chunks // 3))
    assert cluster.table().equals(expected), "the cluster's rows differ"
    yield _told("Dask, one of two workers killed", photos, made.wall_s, made.processor_s)
    yield "Dask: the undisturbed run's rows; " + "; ".join(made.said.strip().splitlines()[-3:])


def _photos(source: Path) -> list[Path]:
    return sorted((path for path in source.rglob("*") if path.is_file()), key=str)


def _loop(trial: Trial, paths: list[Path]) -> tuple[int, float, float]:
    """Return number, seconds and processor seconds of a loop in this process."""
    cv2.setNumThreads(1)
    chosen = paths[:: max(1, min(_LOOP_SHARE, len(paths) // _LOOP_LEAST))]
    wall, processor = time.monotonic(), time.process_time()
    gate = trial.make_gate(
        default_policy(), language="en", export_size_wh=None, executor=None, threads=1
    )
    for path in chosen:
        gate.assess(path.read_bytes())
    return len(chosen), time.monotonic() - wall, time.process_time() - processor


def _assert_complete(table: pa.Table, source: Path) -> None:
    """See that each photo has one row, in the listing's order."""
    wanted = [hashlib.sha256(path.read_bytes()).hexdigest() for path in _photos(source)]
    assert table["index"].to_pylist() == list(range(len(wanted)))
    assert table["sha256"].to_pylist() == wanted


def _rows(chunk: bytes) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(pa.BufferReader(chunk)).num_rows)


def _told(name: str, photos: int, wall_s: float, processor_s: float) -> str:
    return (
        f"{name}: {photos} photos in {wall_s:.0f} s, {photos / wall_s:.2f} a second; "
        f"processor {processor_s / photos:.3f} s a photo, loading included"
    )


def main() -> None:
    """Run and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--chunk", type=int, default=50)
    parser.add_argument("--gate", choices=sorted(TRIALS), default="package")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sonogate-batchkills-"))
    try:
        for line in run(TRIALS[chosen.gate], chosen.photos, chosen.chunk, folder):
            print(line, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
