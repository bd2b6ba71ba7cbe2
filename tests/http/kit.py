"""A service with records, and a gate that knows its photos beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
from fastapi.testclient import TestClient
from tests.gatekit import make_gate, photo_jpeg
from tests.http.conftest import Service, serving
from tests.records.kit import Clock, open_records

from sonogate.authority import Signer
from sonogate.gate import Assessor, GateFactory
from sonogate.http import Settings
from sonogate.http.access import Scope
from sonogate.http.backend import MakeRouter
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy
from sonogate.records import clients
from sonogate.records.storage import Storage
from sonogate.types import (
    Assessment,
    EncodingFacts,
    MaskedScreen,
    Photo,
    Reason,
    ReasonCode,
    Verdict,
)

ORG, OTHER_ORG = "north", "south"
GOOD, LIMITED, POOR, UNSAFE, NO_PHOTO = (
    b"good photo",
    b"limited photo",
    b"poor photo",
    b"unsafe photo",
    b"no photo",
)


@cache
def real_assessment() -> Assessment:
    """What the gate says of a photo, with a small picture in the place of the masked one."""
    made = make_gate().assess(photo_jpeg())
    assert made.identifiers is not None
    pixels = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(6, 8, 3)
    masked = MaskedScreen(pixels, np.zeros((6, 8), bool))
    tiny = Photo(np.zeros((2, 2, 3), np.uint8), "0" * 64, "png", encoding=EncodingFacts(True))
    names = replace(made.identifiers, complete=True, failure=None)
    return replace(made, photo=tiny, masked=masked, identifiers=names)


def _poor(*codes: ReasonCode) -> Verdict:
    return Verdict("retake", tuple(Reason(code, None, f"Mend {code}.") for code in codes))


class KnownPhotos:
    """A gate that looks only at how the bytes begin."""

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        base = real_assessment()
        verdicts = {
            GOOD: Verdict("accepted"),
            LIMITED: Verdict("accepted_with_limits", (), ("fine_detail",)),
            POOR: _poor("glare", "blur_focus"),
            UNSAFE: _poor("masking_unsure", "glare"),
        }
        for start, verdict in verdicts.items():
            if data.startswith(start):
                return replace(base, verdict=verdict)
        reason = Reason("unreadable_file", None, "Send a photo.", detail="not_a_photo")
        verdict = Verdict("rejected", (reason,))
        return replace(
            base,
            photo=None,
            screen=None,
            quality=None,
            identifiers=None,
            masked=None,
            verdict=verdict,
        )


def known_photos(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    return KnownPhotos()


class Hospital:
    """A running service with records, and keys for it."""

    def __init__(self, service: Service, storage: Storage) -> None:
        self.service = service
        self.client: TestClient = service.client
        self.storage = storage

    def key(self, *scopes: Scope, organisation: str = ORG) -> dict[str, str]:
        """Return the headers of a new client."""
        made = clients.add(self.storage, organisation, "test", frozenset(scopes), None, "system")
        return {"authorization": f"Bearer {made.key}"}

    def submit(self, headers: dict[str, str], **changes: Any) -> httpx.Response:
        return self.client.post(
            "/v1/submissions", json={"purpose": "direct_care", **changes}, headers=headers
        )

    def try_photo(
        self, headers: dict[str, str], submission_id: str, *photos: bytes
    ) -> httpx.Response:
        files = [("photo", ("x.jpg", photo, "image/jpeg")) for photo in photos]
        path = f"/v1/submissions/{submission_id}/photos"
        return self.client.post(path, files=files, headers=headers)

    def accepted(self, headers: dict[str, str], photo: bytes = GOOD) -> str:
        """Return the id of a new stored picture."""
        made = self.submit(headers).json()["id"]
        image_id: str = self.try_photo(headers, made, photo).json()["image_id"]
        return image_id


@contextmanager
def hospital(
    folder: Path,
    settings: Settings | None = None,
    *,
    factory: GateFactory = known_photos,
    url: str | None = None,
    more: tuple[MakeRouter, ...] = (),
    signer: Signer | None = None,
) -> Iterator[Hospital]:
    """Run a service on new records."""
    records = open_records(url or f"sqlite:///{folder}/records.db", folder, Clock())
    try:
        for service in serving(settings or Settings(), factory, records.storage, more, signer):
            yield Hospital(service, records.storage)
    finally:
        records.storage.engine.dispose()


CONSULTATION: dict[str, Any] = {
    "purpose": "consultation",
    "case_reference": "case-0001-opaque",
    "consent": {
        "recorded_by": "nurse-17",
        "recorded_at": "2026-03-01T08:00:00+00:00",
        "written": True,
        "reference": "form-88",
        "scope": ["consultation"],
    },
    "context": {
        "question": "Effusion beside the heart?",
        "body_part": {"system": "SCT", "value": "80891009", "meaning": "Heart"},
        "side": "U",
        "findings": "Dyspnoea for two days",
        "acquired_at": "2026-03-01T07:30:00+00:00",
    },
    "device": {"maker": "Acme", "model": "Voyager", "kind": "cart", "site": "ED-2"},
}
