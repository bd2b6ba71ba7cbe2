"""Where each millisecond goes: whole photos, stage by stage, against a floor.

Run by ``make bench``. The floor, decoding alone, is measured in the same run, and so is the
processor's time, so that runs on machines of different speed or in use can be compared. Beside
the samples one of them is taken at 24 MP, as HEIC, and small, and as a frame of the capture
page. The figures of each run are appended to ``out/bench.jsonl``.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import io
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

from sonogate.gate import default_gate
from sonogate.http.guide import Guide
from sonogate.photo import decode
from sonogate.policy import Policy, default_policy
from sonogate.prompts import load_sentences

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
RUNS = 9
LARGE_WH, SMALL_WH, FRAME_WH = (5656, 4242), (1600, 1200), (640, 480)


def photos() -> dict[str, bytes]:
    """Return the photos that are timed, by name: the samples, and one of them in other forms."""
    found = {path.stem: path.read_bytes() for path in sorted(SAMPLES.glob("*.jpg"))}
    stream = io.BytesIO()
    with Image.open(SAMPLES / "good_cart.jpg") as good:
        pillow_heif.from_pillow(good).save(stream, quality=80)
    return found | {
        "good_cart, 24 MP": resized(LARGE_WH),
        "good_cart, HEIC": stream.getvalue(),
        "good_cart, small": resized(SMALL_WH),
    }


def resized(size_wh: tuple[int, int]) -> bytes:
    """Return a good sample as a JPEG of another size."""
    with Image.open(SAMPLES / "good_cart.jpg") as good:
        stream = io.BytesIO()
        good.resize(size_wh, Image.Resampling.LANCZOS).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def frame_ms(policy: Policy, runs: int) -> NDArray[np.float64]:
    """Return the times of the server's look at one frame of the capture page."""
    guide, sentences, frame = Guide(policy), load_sentences(), resized(FRAME_WH)
    with asyncio.Runner() as runner:
        times = _times_ms(lambda: runner.run(guide.look(frame, 6.3, sentences)), runs)
    guide.close()
    return times


def _times_ms(call: Callable[[], object], runs: int) -> NDArray[np.float64]:
    call()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(1000.0 * (time.perf_counter() - started))
    return np.array(times)


def main() -> None:
    """Print the table and append it to the history."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    cv2.setNumThreads(1)
    started = time.perf_counter()
    policy = default_policy()
    with ThreadPoolExecutor(1) as executor:
        gate = default_gate(policy, executor=executor)
        ready_s = time.perf_counter() - started
        rows: dict[str, dict[str, float]] = {}
        for photo, data in photos().items():
            gate.assess(data)
            before_s = time.process_time()
            stages = [dict(gate.assess(data).timings_ms) for _ in range(runs)]
            processor_ms = 1000.0 * (time.process_time() - before_s) / runs
            table = {name: np.array([run.get(name, 0.0) for run in stages]) for name in stages[0]}
            row = {name: float(np.median(values)) for name, values in table.items()}
            row["p95"] = float(np.percentile(table["total"], 95))
            row["processor"] = processor_ms
            row["floor_decode"] = float(
                np.median(_times_ms(lambda data=data: decode(data, policy.photo), runs))
            )
            row["times_floor"] = row["total"] / row["floor_decode"]
            rows[photo] = row
    frames = frame_ms(policy, 3 * runs)
    record = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        "runs": runs,
        "ready_s": ready_s,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "frame_ms": {"median": float(np.median(frames)), "p95": float(np.percentile(frames, 95))},
        "median_ms": rows,
    }
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    with (out / "bench.jsonl").open("a", encoding="utf-8") as history:
        history.write(json.dumps(record) + "\n")
    _print(record, rows, frames)


def _print(
    record: dict[str, object], rows: dict[str, dict[str, float]], frames: NDArray[np.float64]
) -> None:
    names = ("decode", "locate", "rectify", "assess", "read", "mask", "total", "p95", "processor",
             "times_floor")  # fmt: skip
    title = f"milliseconds, median of {record['runs']} ({record['machine']})"
    table = Table("photo", *names, title=title)
    for photo, row in rows.items():
        table.add_row(photo, *(f"{row.get(name, 0.0):.0f}" for name in names))
    console = Console(file=sys.stdout)
    console.print(table)
    console.print(
        f"a frame of {FRAME_WH[0]} × {FRAME_WH[1]}: median {np.median(frames):.0f} ms, "
        f"95% {np.percentile(frames, 95):.0f} ms"
    )
    console.print(
        f"ready after {record['ready_s']:.1f} s, peak memory {record['peak_rss_mib']:.0f} MiB"
    )


if __name__ == "__main__":
    main()
