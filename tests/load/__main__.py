"""Load the service: ``python -m tests.load --clients 64 --seconds 600``.

Five of eight clients send good photos, the others forms that are broken, bodies that are too
large, and bodies that come too slowly. The gate takes 0.3 s a photo and no processor, so that
what is tried is the service. Nothing may be answered as the service's own fault, memory must
stay bounded, and the good must be served alike.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
from tests.faults.client import Service
from tests.faults.service import SLEEP_S, WAITING, WORKERS
from tests.load.clients import Client, Kind, Ledger

# Room for every body that may be held, and for what Python keeps.
MOST_GROWTH_MIB = 41 * (WORKERS + WAITING) + 200
# Places go to whoever comes when one is free, so that it takes a while until all had some.
LEAST_FAIRNESS = 0.5
FAIR_AFTER_S = 120.0


def run(clients: int, seconds: float, folder: Path) -> list[str]:
    """Load a service of its own; return what was found, a line each.

    Raises:
        AssertionError: Something does not hold.
    """
    service = Service(folder)
    try:
        service.start("sleeping")
        assert service.process is not None
        process = psutil.Process(service.process.pid)
        before = process.memory_info().rss / 2**20
        stop = threading.Event()
        key = (folder / "key").read_text()
        crowd = [Client(service.port, key, number, stop) for number in range(clients)]
        for one in crowd:
            one.start()
        most, end = before, time.monotonic() + seconds
        while time.monotonic() < end:
            most = max(most, process.memory_info().rss / 2**20)
            time.sleep(0.5)
        stop.set()
        for one in crowd:
            one.join(60.0)
        recovery_s = service.recovered()
    finally:
        service.stop()
    ledgers = [one.ledger for one in crowd]
    lines = [_told(kind, ledgers) for kind in ("good", "bad", "huge", "slow")]
    every = sum((one.answers for one in ledgers), Counter[str]())
    assert not any(status.startswith("5") for status in every), every
    assert most - before < MOST_GROWTH_MIB
    served = [one.answers["200"] for one in ledgers if one.kind == "good"]
    fairness = sum(served) ** 2 / (len(served) * sum(n * n for n in served)) if any(served) else 0
    assert seconds < FAIR_AFTER_S or fairness > LEAST_FAIRNESS, served
    again = sum((one.again for one in ledgers), Counter[bool]())
    share = 100.0 * again[True] / max(again.total(), 1)
    lines += [
        f"{sum(served) / seconds:.1f} photos a second of at most {WORKERS / SLEEP_S:.1f}; "
        f"each good client {min(served)} to {max(served)}, Jain's fairness {fairness:.2f}",
        f"of {again.total()} tries after the time in Retry-After {share:.0f}% had a place",
        f"memory {before:.0f} MiB before, at most {most:.0f} MiB; "
        f"{recovery_s:.1f} s after the load the next photo was taken",
    ]
    return lines


def _told(kind: Kind, ledgers: list[Ledger]) -> str:
    own = [one for one in ledgers if one.kind == kind]
    answers = sum((one.answers for one in own), Counter[str]())
    counts = ", ".join(f"{count} × {status}" for status, count in sorted(answers.items()))
    slowest_s = max(one.slowest_s for one in own)
    return f"{len(own)} clients, {kind}: {counts}; slowest answer {slowest_s:.1f} s"


def main() -> None:
    """Run and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=600.0)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sonogate-load-"))
    try:
        for line in run(chosen.clients, chosen.seconds, folder):
            print(line)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
