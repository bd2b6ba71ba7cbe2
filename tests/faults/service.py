"""``python -m tests.faults.service PORT DATABASE FOLDER PICTURES``: the service, with records.

Its gate accepts whatever comes; with ``corrupt`` as a fifth word it finds its models altered,
with ``sleeping`` it takes its time. Its calendar is ahead by the seconds that the file
``FOLDER/ahead`` holds, if any.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.kills.service import AcceptingGate

from sonogate.errors import ModelError
from sonogate.gate import Assessor, GateFactory
from sonogate.http import Settings, create_app
from sonogate.http.access import Scope
from sonogate.http.logs import json_logger
from sonogate.http.opening import Places, open_storage
from sonogate.http.server import run
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy
from sonogate.records import clients
from sonogate.records.storage import Storage
from sonogate.types import Assessment

WORKERS, WAITING, UPLOAD_SECONDS = 2, 6, 3.0
SLEEP_S = 0.3


def accepting(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    return AcceptingGate()


def corrupt(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    raise ModelError("a model is not the one that the manifest names")


class SleepingGate(AcceptingGate):
    """Takes as long as a gate does that has a core to itself."""

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        time.sleep(SLEEP_S)
        return super().assess(data, patient)


def sleeping(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    return SleepingGate()


GATES: dict[str, GateFactory] = {"corrupt": corrupt, "sleeping": sleeping}


def main() -> None:
    """Serve; on the first start make a client and leave its key in ``FOLDER/key``."""
    port, database, folder, pictures = sys.argv[1:5]
    place = Path(folder)

    def clock() -> datetime:
        ahead = place / "ahead"
        seconds = float(ahead.read_text()) if ahead.exists() else 0.0
        return datetime.now(UTC) + timedelta(seconds=seconds)

    opened = open_storage(Places(database, pictures, place / "keys.json"), place)
    storage = Storage(opened.engine, opened.blobs, opened.keyring, opened.entry_hash, clock)
    if not (place / "key").exists():
        made = clients.add(storage, "north", "faults", frozenset(Scope), None, "system")
        (place / "key").write_text(made.key)
    settings = Settings(
        workers=WORKERS,
        waiting=WAITING,
        upload_seconds=UPLOAD_SECONDS,
        requests_per_minute=10**9,
        photos_per_day=10**9,
    )
    gate = GATES[sys.argv[5]] if sys.argv[5:] else accepting
    run(create_app(settings, gate, json_logger(), storage), "127.0.0.1", int(port))


if __name__ == "__main__":
    main()
