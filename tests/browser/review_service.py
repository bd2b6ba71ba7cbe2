"""The service with stored pictures, for the review page: made fast by a prepared gate."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
import structlog
import uvicorn
from structlog.testing import CapturingLogger
from tests.gatekit import make_gate, photo_jpeg
from tests.http.kit import CONSULTATION
from tests.records.kit import Clock, open_records

from sonogate.gate import Assessor
from sonogate.http import Settings, create_app
from sonogate.http.access import Scope
from sonogate.http.authority import authority_parts, open_authority
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy
from sonogate.records import clients
from sonogate.records.storage import Storage
from sonogate.types import Assessment, IdentifierReport, Measure, Reason, Region, Verdict

GOOD, LIMITED, GLARE, FAR = b"good", b"limited", b"glare", b"far"
_VERDICTS = {
    GOOD: Verdict("accepted"),
    LIMITED: Verdict("accepted_with_limits", (), ("fine_detail", "grey_levels")),
    GLARE: Verdict("retake", (Reason("glare", "upper right", "Turn off a lamp.", 11.0),)),
    FAR: Verdict("retake", (Reason("too_far", None, "Move closer."),)),
}


@cache
def _assessment() -> Assessment:
    """A real photo's assessment, with a reflection and a hidden name drawn into its report."""
    made = make_gate().assess(photo_jpeg())
    assert made.quality is not None
    assert made.identifiers is not None
    assert made.masked is not None
    height, width = made.masked.pixels.shape[:2]
    heat = np.zeros((24, 32), np.float32)
    heat[3:9, 20:27] = 0.8
    measures = tuple(_with_glare(one, heat) for one in made.quality.measures)
    box = np.array([[0.04, 0.02], [0.3, 0.02], [0.3, 0.06], [0.04, 0.06]]) * [width, height]
    regions = (*made.identifiers.regions, Region(box, "name", "masked", 0.97))
    return replace(
        made,
        quality=replace(made.quality, measures=measures),
        identifiers=IdentifierReport(regions, complete=True),
    )


def _with_glare(measure: Measure, heat: np.ndarray[Any, np.dtype[np.float32]]) -> Measure:
    if measure.name == "glare":
        return replace(measure, raw=6.4, score=41.0, heat=heat)
    return replace(measure, raw=0.4, score=62.0) if measure.name == "veil" else measure


class PreparedGate:
    """Looks only at how the bytes begin."""

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        start = next(start for start in _VERDICTS if data.startswith(start))
        return replace(_assessment(), verdict=_VERDICTS[start])


def _prepared(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    return PreparedGate()


@dataclass(frozen=True)
class ReviewService:
    """A running service.

    Attributes:
        url: Where it listens.
        key: A reviewer's key.
        storage: Its records.
        client: Makes requests as a client with every scope.
    """

    url: str
    key: str
    storage: Storage
    client: httpx.Client

    def store(self, *photos: bytes, **submission: Any) -> str:
        """Make a submission and try photos until one is stored; return the picture's id."""
        body = {"purpose": "direct_care", **submission}
        made = self.client.post("/v1/submissions", json=body).json()["id"]
        tried: dict[str, Any] = {}
        for photo in photos:
            answer = self.client.post(
                f"/v1/submissions/{made}/photos",
                content=photo,
                headers={"content-type": "image/jpeg"},
            )
            tried = answer.json()
        image_id: str = tried["image_id"]
        return image_id

    def image(self, image_id: str) -> dict[str, Any]:
        """Return what is on record of a picture."""
        found: dict[str, Any] = self.client.get(f"/v1/images/{image_id}").json()
        return found

    def file(self, image_id: str) -> bytes:
        """Return a picture's file."""
        return self.client.get(f"/v1/images/{image_id}/file").content


@contextmanager
def reviewing(folder: Path) -> Iterator[ReviewService]:
    """Run a service with an image authority on a free port."""
    records = open_records(f"sqlite:///{folder}/records.db", folder, Clock())
    storage = records.storage
    keys = open_authority(folder / "authority", "Test Hospital", Clock())
    parts = authority_parts(keys, None)
    logger = structlog.wrap_logger(CapturingLogger(), processors=[])
    app = create_app(Settings(), _prepared, logger, storage, parts.routers, parts.signer)
    reviewer = frozenset({Scope.REVIEW})
    key = clients.add(storage, "north", "reviewer", reviewer, None, "system").key
    every = clients.add(storage, "north", "test", frozenset(Scope), None, "system").key
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]})
        thread.start()
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        headers = {"authorization": f"Bearer {every}"}
        with httpx.Client(base_url=url, headers=headers, timeout=30.0) as client:
            deadline = time.monotonic() + 30.0
            while time.monotonic() < deadline:
                if server.started and client.get("/readyz").status_code == 200:
                    break
                time.sleep(0.05)
            yield ReviewService(url, key, storage, client)
        server.should_exit = True
        thread.join()
    storage.engine.dispose()


def fill(service: ReviewService) -> dict[str, str]:
    """Store a few pictures; return their ids by what they are for."""
    device = {"maker": "Acme", "model": "Voyager", "site": "ED-2", "preset": "Cardiac"}
    return {
        "plain": service.store(GOOD, device=device),
        "retried": service.store(GLARE, FAR, LIMITED, device={**device, "site": "ICU"}),
        "consultation": service.store(GOOD, **CONSULTATION),
    }
