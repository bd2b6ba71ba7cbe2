"""A canary in the photo, its metadata, its name and every header is found nowhere afterwards."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from tests.gatekit import canary_jpeg, photo_jpeg
from tests.http.conftest import fake_gate
from tests.http.kit import CONSULTATION, hospital

from sonogate.http.access import Scope
from sonogate.records.backup import backup

# What the photo says, and what a text says that is kept encrypted.
CANARY = "CANARY-DOE-JANE-4711"
SECRET = "Quokkafibroma of the septum"
ORIGINAL_SHARE = 4096


def _spread(text: str) -> list[bytes]:
    """The encodings in which a text could stand somewhere."""
    return [text.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")]


def test_no_canary_in_answers_logs_database_pictures_and_backups(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    data = tmp_path / "data"
    data.mkdir()
    photo = canary_jpeg(CANARY)
    seen: list[bytes] = []
    with hospital(data, factory=fake_gate) as place:
        headers = {
            **place.key(*Scope),
            "user-agent": CANARY,
            "x-forwarded-for": CANARY,
            "idempotency-key": "once",
        }
        context = {**CONSULTATION["context"], "findings": SECRET}
        body = {**CONSULTATION, "context": context}
        made = place.client.post("/v1/submissions", json=body, headers=headers)
        assert made.json()["context"]["findings"] == SECRET
        submission = made.json()["id"]
        for _ in range(3):
            tried = place.client.post(
                f"/v1/submissions/{submission}/photos",
                files={"photo": (f"{CANARY}.jpg", photo, f"image/{CANARY}")},
                headers={k: v for k, v in headers.items() if k != "idempotency-key"},
            )
            seen += [tried.content, str(tried.headers).encode()]
            if tried.json()["image_id"]:
                break
        image_id = tried.json()["image_id"]
        assert image_id is not None
        for path in (
            f"/v1/images/{image_id}",
            f"/v1/images/{image_id}/file",
            "/v1/images",
            "/v1/audit",
            "/metrics",
            "/openapi.json",
            f"/v1/submissions/{CANARY}",
            f"/v1/images?site={CANARY}",
        ):
            answer = place.client.get(path, headers=headers)
            seen += [answer.content, str(answer.headers).encode()]
        refused = place.client.post(
            "/v1/submissions",
            json={"purpose": CANARY, "case_reference": CANARY, CANARY: CANARY},
            headers=headers,
        )
        seen += [refused.content, json.dumps(place.service.entries, default=str).encode()]
        backup(place.storage, tmp_path / "backup")
        # Every file while the database is open, its journal included.
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(path.name.endswith(".db") for path in files)
        kept = [path.read_bytes() for path in files]
    kept += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    out = "".join(capfd.readouterr()).encode()
    for needle in _spread(CANARY):
        assert not any(needle in text for text in (*seen, *kept, out))
    # The texts of a submission are given to its own organisation, and encrypted elsewhere.
    for needle in _spread(SECRET):
        assert not any(needle in text for text in (*kept, out))
    # No part of the original file is anywhere.
    original = photo_jpeg()
    for start in range(0, len(original) - 64, ORIGINAL_SHARE):
        assert not any(original[start : start + 64] in text for text in kept)
    assert list(temporary.iterdir()) == []
