"""``python -m tests.http.slow_service PORT CERTIFICATE KEY``: a service that takes its time.

It is the real process with TLS, but its gate knows its photos and answers after a second.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import Executor
from pathlib import Path

from tests.http.kit import KnownPhotos

from sonogate.gate import Assessor
from sonogate.http import Settings
from sonogate.http.server import prepare, run
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy
from sonogate.types import Assessment

SECONDS = 1.0


class SlowPhotos(KnownPhotos):
    """Answers late."""

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        time.sleep(SECONDS)
        return super().assess(data, patient)


def slow_photos(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    return SlowPhotos()


if __name__ == "__main__":
    port, certificate, key = sys.argv[1:]
    app, _ = prepare(slow_photos, Settings(hsts=True), "127.0.0.1")
    run(app, "127.0.0.1", int(port), Path(certificate), Path(key))
