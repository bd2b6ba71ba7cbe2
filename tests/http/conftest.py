"""The service with real stages, a fake text reader, and a log that is kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any, cast

import pytest
import structlog
from fastapi.testclient import TestClient
from structlog.testing import CapturingLogger
from structlog.typing import FilteringBoundLogger
from tests.gatekit import make_gate

from sonogate.authority import Signer
from sonogate.gate import Assessor, GateFactory
from sonogate.http import Settings, create_app
from sonogate.http.backend import MakeRouter
from sonogate.policy import Policy
from sonogate.records.storage import Storage


def fake_gate(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    return make_gate()


class Service:
    """A running service: its client and what it logged."""

    def __init__(self, client: TestClient, log: CapturingLogger) -> None:
        self.client = client
        self.log = log

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [dict(call.kwargs) for call in self.log.calls]


def serving(
    settings: Settings,
    factory: GateFactory = fake_gate,
    storage: Storage | None = None,
    more: tuple[MakeRouter, ...] = (),
    signer: Signer | None = None,
) -> Iterator[Service]:
    """Run a service until the test ends."""
    log = CapturingLogger()
    logger = structlog.wrap_logger(log, processors=[], wrapper_class=structlog.BoundLogger)
    app = create_app(settings, factory, cast(FilteringBoundLogger, logger), storage, more, signer)
    with TestClient(app) as client:
        deadline = time.monotonic() + 20.0
        while client.get("/readyz").status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.02)
        log.calls.clear()
        yield Service(client, log)


@pytest.fixture
def service() -> Iterator[Service]:
    """The service with its own settings."""
    yield from serving(Settings())
