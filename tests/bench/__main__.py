"""Where each millisecond goes: whole photos, stage by stage, against floors.

Run by ``make bench``. Floors (decoding alone, one pass of the text detector) are measured in
the same run, so that ratios can be compared on machines of different speed. The figures of
the last run are appended to ``out/bench.jsonl``.
"""

from __future__ import annotations

import datetime
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
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from sonogate.gate import default_gate
from sonogate.photo import decode
from sonogate.policy import default_policy

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
RUNS = 9


def _times_ms(call: Callable[[], object], runs: int = RUNS) -> NDArray[np.float64]:
    call()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(1000.0 * (time.perf_counter() - started))
    return np.array(times)


def main() -> None:
    """Print the table and append it to the history."""
    cv2.setNumThreads(1)
    started = time.perf_counter()
    policy = default_policy()
    with ThreadPoolExecutor(1) as executor:
        gate = default_gate(policy, executor=executor)
        ready_s = time.perf_counter() - started
        rows: dict[str, dict[str, float]] = {}
        for path in sorted(SAMPLES.glob("*.jpg")):
            data = path.read_bytes()
            gate.assess(data)
            stages = [dict(gate.assess(data).timings_ms) for _ in range(RUNS)]
            table = {name: np.array([run.get(name, 0.0) for run in stages]) for name in stages[0]}
            rows[path.stem] = {name: float(np.median(values)) for name, values in table.items()}
            rows[path.stem]["p95"] = float(np.percentile(table["total"], 95))
            rows[path.stem]["floor_decode"] = float(
                np.median(_times_ms(lambda data=data: decode(data, policy.photo)))
            )
    record = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        "runs": RUNS,
        "ready_s": ready_s,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "median_ms": rows,
    }
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    with (out / "bench.jsonl").open("a", encoding="utf-8") as history:
        history.write(json.dumps(record) + "\n")
    _print(record, rows)


def _print(record: dict[str, object], rows: dict[str, dict[str, float]]) -> None:
    names = ("decode", "locate", "rectify", "assess", "read", "mask", "total", "p95")
    table = Table("photo", *names, title=f"milliseconds, median of {RUNS} ({record['machine']})")
    for photo, row in rows.items():
        table.add_row(photo, *(f"{row.get(name, 0.0):.0f}" for name in names))
    console = Console(file=sys.stdout)
    console.print(table)
    console.print(
        f"ready after {record['ready_s']:.1f} s, peak memory {record['peak_rss_mib']:.0f} MiB"
    )


if __name__ == "__main__":
    main()
