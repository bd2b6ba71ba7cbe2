"""Requests made up from the OpenAPI document, and answers held against it (schemathesis)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import schemathesis
import structlog
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from structlog.testing import CapturingLogger
from tests.http.kit import GOOD, known_photos
from tests.records.kit import Clock, open_records

from sonogate.http import Settings, create_app
from sonogate.http.access import Scope
from sonogate.http.authority import authority_parts, open_authority
from sonogate.records import clients

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Run a service with records on a port; yield its URL and a key with every scope."""
    records = open_records(f"sqlite:///{folder}/records.db", folder, Clock())
    limits = Settings(requests_per_minute=10**9, photos_per_day=10**9, waiting=50)
    logger = structlog.wrap_logger(CapturingLogger(), processors=[])
    keys = open_authority(folder / "authority", "Test Hospital", Clock())
    parts = authority_parts(keys, None)
    app = create_app(limits, known_photos, logger, records.storage, parts.routers, parts.signer)
    made = clients.add(records.storage, "north", "probe", frozenset(Scope), None, "system")
    config = uvicorn.Config(app, port=0, log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    while requests.get(url + "/readyz", timeout=5).status_code != 200:
        time.sleep(0.05)
    try:
        yield url, made.key
    finally:
        server.should_exit = True
        thread.join(30.0)
        records.storage.engine.dispose()


def probe(url: str, key: str, examples: int) -> Counter[str]:
    """Try every operation with made-up requests; return answers by operation and status.

    Raises:
        AssertionError: An answer is a server's fault or not what the document says.
    """
    schema = schemathesis.openapi.from_url(url + "/openapi.json")
    seen: Counter[str] = Counter()
    headers = {"Authorization": f"Bearer {key}"}
    known = _known(url, headers)
    for result in schema.get_all_operations():
        for mode in GenerationMode:
            _probe_one(result.ok(), mode, headers, known, examples, seen)
    return seen


def _known(url: str, headers: dict[str, str]) -> dict[str, str]:
    """Make a submission with a picture, so that made-up requests meet something."""
    made = requests.post(
        url + "/v1/submissions", json={"purpose": "direct_care"}, headers=headers, timeout=30
    ).json()
    photo = {**headers, "content-type": "image/jpeg"}
    path = f"{url}/v1/submissions/{made['id']}/photos"
    tried = requests.post(path, data=GOOD, headers=photo, timeout=30).json()
    return {"submission_id": made["id"], "image_id": tried["image_id"]}


def _probe_one(
    operation: Any,
    mode: GenerationMode,
    headers: dict[str, str],
    known: dict[str, str],
    examples: int,
    seen: Counter[str],
) -> None:
    name = f"{operation.method.upper()} {operation.path}"

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=booleans())
    def try_it(case: Any, real: bool) -> None:
        if real and operation.method.upper() != "DELETE":
            for parameter in set(case.path_parameters or {}) & set(known):
                case.path_parameters[parameter] = known[parameter]
        response = case.call(headers=headers)
        seen[f"{name} {response.status_code}"] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        try_it()
    except Unsatisfiable:
        # There is nothing about this operation that could be wrong.
        assert mode is GenerationMode.NEGATIVE
