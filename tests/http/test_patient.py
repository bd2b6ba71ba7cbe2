"""Whom a photo is of, told with a request: used for it, and found nowhere afterwards."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from tests.gatekit import photo_jpeg
from tests.http.conftest import Service, fake_gate
from tests.http.kit import GOOD, hospital

from sonogate.http.access import Scope
from sonogate.identifiers.patient import MAX_PATIENT_BYTES
from sonogate.records.backup import backup

CANARY, NUMBER, BORN = "Quetzalcanary", "739184255", "1931-07-23"
# "1.4" stands on the screen: what is known of the patient reached the masking.
PATIENT = {"names": [f"{CANARY}, Ann"], "numbers": [NUMBER, "1.4"], "birth_date": BORN}


def form(patient: Any, photo: bytes | None = None) -> dict[str, Any]:
    text = patient if isinstance(patient, bytes) else json.dumps(patient).encode("utf-8")
    files = [("photo", ("p.jpg", photo or photo_jpeg(), "image/jpeg"))]
    return {"files": [*files, ("patient", (None, text, "application/json"))]}


def kept(answer: httpx.Response) -> int:
    regions = answer.json()["identifiers"]["regions"]
    return sum(region["action"] == "kept" for region in regions)


def test_it_masks_what_would_be_kept_and_is_forgotten(service: Service) -> None:
    alone = {"files": [("photo", ("p.jpg", photo_jpeg(), "image/jpeg"))]}
    before = kept(service.client.post("/v1/assess", **alone))
    assert before > 0
    assert kept(service.client.post("/v1/assess", **form(PATIENT))) == 0
    assert kept(service.client.post("/v1/assess", **form({"names": ["Ann"]}))) == before
    assert kept(service.client.post("/v1/assess", **alone)) == before


@pytest.mark.parametrize(
    "patient",
    [
        b"",
        b"\xff\xfe",
        b"[" * 9000,
        CANARY.encode(),
        [CANARY],
        {"name": CANARY},
        {"names": CANARY},
        {"names": [CANARY * 40]},
        {"names": [CANARY] * 33},
        {"birth_date": CANARY},
        {"birth_date": 19310723},
        {"names": [CANARY], "numbers": [NUMBER * MAX_PATIENT_BYTES]},
    ],
    ids=lambda patient: str(patient)[:24],
)
def test_what_is_no_patient_is_refused_without_quoting_it(service: Service, patient: Any) -> None:
    answer = service.client.post("/v1/assess", **form(patient))
    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed_upload"
    assert answer.json()["reason"] == "bad_patient_part"
    told = answer.text + str(answer.headers) + json.dumps(service.entries, default=str)
    assert CANARY not in told
    assert NUMBER not in told


def test_two_patients_are_refused(service: Service) -> None:
    parts = form(PATIENT)
    parts["files"].append(("patient", (None, b"{}", "application/json")))
    assert service.client.post("/v1/assess", **parts).json()["reason"] == "bad_patient_part"


def test_the_description_has_the_part_and_no_example_of_it(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    body = document["paths"]["/v1/assess"]["post"]["requestBody"]["content"]
    schema = body["multipart/form-data"]["schema"]
    assert set(schema["properties"]["patient"]["properties"]) == {"names", "numbers", "birth_date"}
    assert "patient" not in schema["required"]
    assert "example" not in json.dumps(schema)


def test_the_key_of_another_patients_request_is_refused(tmp_path: Path) -> None:
    with hospital(tmp_path) as place:
        headers = {**place.key(Scope.SUBMIT), "idempotency-key": "once"}
        made = place.submit(place.key(Scope.SUBMIT)).json()["id"]
        path = f"/v1/submissions/{made}/photos"
        first = place.client.post(path, headers=headers, **form(PATIENT, GOOD))
        assert first.status_code == 200
        again = place.client.post(path, headers=headers, **form(PATIENT, GOOD))
        assert again.headers["idempotency-replayed"] == "true"
        other = place.client.post(path, headers=headers, **form({"names": ["Ann"]}, GOOD))
        assert other.json()["code"] == "key_reused"


def test_it_is_in_no_answer_log_metric_table_picture_or_backup(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    data = tmp_path / "data"
    data.mkdir()
    seen: list[bytes] = []
    with hospital(data, factory=fake_gate) as place:
        headers = place.key(*Scope)
        assessed = place.client.post("/v1/assess?masked=inline", headers=headers, **form(PATIENT))
        seen += [assessed.content, str(assessed.headers).encode()]
        made = place.submit(headers).json()["id"]
        path = f"/v1/submissions/{made}/photos"
        keyed = headers | {"idempotency-key": "once"}
        tried = place.client.post(path, headers=keyed, **form(PATIENT))
        assert tried.status_code == 200
        failed = place.client.post(path, headers=headers, **form({"names": [CANARY], "x": 1}))
        broken = place.client.post(path, headers=headers, **form(PATIENT, b"no photo"))
        assert {failed.status_code, broken.status_code} <= {409, 415, 422}
        seen += [one.content + str(one.headers).encode() for one in (tried, failed, broken)]
        for page in ("/v1/images", "/v1/audit", "/metrics", "/openapi.json", path):
            seen.append(place.client.get(page, headers=headers).content)
        seen.append(json.dumps(place.service.entries, default=str).encode())
        backup(place.storage, tmp_path / "backup")
        files = [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()]
        assert len(files) > 3
    files += [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()]
    out = "".join(capfd.readouterr()).encode()
    for needle in (CANARY, CANARY.casefold(), NUMBER, BORN):
        for coding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert not any(needle.encode(coding) in text for text in (*seen, *files, out))
    assert list(temporary.iterdir()) == []
