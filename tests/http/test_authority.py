"""The image authority over HTTP: from an accepted photo to every copy's verification."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import jwt
import pydicom
import pytest
import uvicorn
from fastapi.testclient import TestClient
from fhir.resources.R4B.bundle import Bundle
from tests.export.conftest import Orthanc, orthanc
from tests.http.kit import CONSULTATION, ORG, OTHER_ORG, Hospital, hospital, known_photos
from tests.http.test_service import problem
from tests.records.kit import Clock
from typer.testing import CliRunner

from sonogate.authority import AuthorityKeys, load_roots, verify
from sonogate.authority.detached import verify_copy
from sonogate.authority.snapshot import read_snapshot
from sonogate.authority.statements import read_statement
from sonogate.cli import create_cli
from sonogate.http import Settings
from sonogate.http.access import Scope
from sonogate.http.authority import authority_parts, open_authority
from sonogate.http.server import prepare

__all__ = ["orthanc"]

CONSENT = {
    "recorded_by": "nurse-17",
    "recorded_at": "2026-03-01T08:00:00+00:00",
    "written": True,
    "reference": "form-88",
    "scope": ["research"],
}
PATIENT = {"patient_id": "CANARYID", "name": "Canary^Doe", "birth_date": "1970-01-02"}


class Authority:
    """A service with an authority and an archive."""

    def __init__(self, place: Hospital, keys: AuthorityKeys) -> None:
        self.place = place
        self.keys = keys
        self.client = place.client
        self.every = place.key(*Scope)

    def file(self, image_id: str) -> bytes:
        answer = self.client.get(f"/v1/images/{image_id}/file", headers=self.every)
        assert answer.status_code == 200
        return answer.content

    def verify(self, data: bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
        answer = self.client.post(
            "/v1/verify",
            content=data,
            headers={**(headers or self.every), "content-type": "application/octet-stream"},
        )
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        signed = read_statement(document.pop("signature"), "verification", self.keys.roots)
        assert signed.content == document
        return document


@contextmanager
def authority(folder: Path, archives: str) -> Iterator[Authority]:
    # The records of the tests have a clock of their own.
    keys = open_authority(folder / "authority", "Test Hospital", Clock())
    (folder / "archives.toml").write_text(archives)
    parts = authority_parts(keys, folder / "archives.toml")
    with hospital(folder, factory=known_photos, more=parts.routers, signer=parts.signer) as place:
        yield Authority(place, keys)


def consultation(service: Authority) -> str:
    """Return the id of a new picture."""
    made = service.client.post("/v1/submissions", json=CONSULTATION, headers=service.every)
    tried = service.place.try_photo(service.every, made.json()["id"], b"good photo")
    return str(tried.json()["image_id"])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    gone = '[gone]\nkind = "stow"\nurl = "http://127.0.0.1:1/dicom-web"\n'
    with authority(tmp_path_factory.mktemp("authority"), gone) as made:
        yield made


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory, orthanc: Orthanc) -> Iterator[Authority]:
    archives = (
        f'[pacs]\nkind = "stow"\nurl = "{orthanc.dicomweb}"\n'
        '[store]\nkind = "cstore"\ntitle = "ORTHANC"\nhost = "127.0.0.1"\n'
        f"port = {orthanc.dicom_port}\n"
    )
    with authority(tmp_path_factory.mktemp("sending"), archives) as made:
        yield made


@pytest.fixture
def image_id(service: Authority) -> str:
    return consultation(service)


def test_what_was_accepted_is_authentic(service: Authority, image_id: str) -> None:
    data = service.file(image_id)
    said = service.verify(data)
    assert (said["status"], said["image"], said["mark_intact"]) == ("AUTHENTIC", image_id, True)
    assert said["sha256"] == hashlib.sha256(data).hexdigest()
    assert said["audit_sequence"] <= said["audit_head"]["sequence"]
    # And without the service, by the certificate that it publishes.
    pem = service.client.get("/v1/authority/root.pem").content
    assert pem == service.keys.roots.pem
    assert verify(data, service.keys.roots, None).status == "AUTHENTIC"


def test_altered_and_unknown(service: Authority, image_id: str) -> None:
    data = bytearray(service.file(image_id))
    data[-20] ^= 1
    assert service.verify(bytes(data))["status"] == "ALTERED"
    assert service.verify(b"\x89PNG no such picture")["status"] == "UNKNOWN"
    assert service.verify(b"x")["status"] == "UNKNOWN"


def test_recall_reaches_every_copy(service: Authority, image_id: str) -> None:
    data = service.file(image_id)
    path = f"/v1/images/{image_id}/recall"
    body = {"reason": "taken of the wrong patient"}
    assert service.client.post(path, json=body, headers=service.every).status_code == 200
    said = service.verify(data)
    assert said["status"] == "RECALLED"
    assert said["recalled"]["reason"] == "taken of the wrong patient"
    listed = service.client.get("/v1/authority/snapshot", headers=service.every).text
    snapshot = read_snapshot(listed, service.keys.roots)
    assert verify(data, service.keys.roots, snapshot).status == "RECALLED"
    # A recalled picture is handed on no more.
    answer = service.client.post(
        f"/v1/images/{image_id}/export", json={"shape": "dicom"}, headers=service.every
    )
    problem(answer, 409, "not_for_export")


def test_superseded(service: Authority, image_id: str) -> None:
    other = service.place.accepted(service.every)
    data = service.file(image_id)
    body = {"reason": "a better one was taken", "superseded_by": other}
    path = f"/v1/images/{image_id}/supersede"
    assert service.client.post(path, json=body, headers=service.every).status_code == 200
    said = service.verify(data)
    assert (said["status"], said["superseded_by"]) == ("SUPERSEDED", other)


def test_another_organisation_learns_what_the_file_says_and_no_more(
    service: Authority, image_id: str
) -> None:
    stranger = service.place.key(*Scope, organisation=OTHER_ORG)
    said = service.verify(service.file(image_id), stranger)
    assert said["status"] == "AUTHENTIC"
    assert (said["audit_sequence"], said["audit_head"]) == (None, None)
    for path, body in (
        (f"/v1/images/{image_id}/export", {"shape": "dicom"}),
        (f"/v1/images/{image_id}/send", {"destination": "pacs"}),
    ):
        problem(service.client.post(path, json=body, headers=stranger), 404, "no_such_record")
    listed = service.client.get("/v1/authority/snapshot", headers=stranger).text
    assert dict(read_snapshot(listed, service.keys.roots).pictures) == {}


def test_each_route_asks_for_its_scope(service: Authority, image_id: str) -> None:
    weak = service.place.key(Scope.SUBMIT)
    posts = {
        f"/v1/images/{image_id}/export": {"shape": "dicom"},
        f"/v1/images/{image_id}/send": {"destination": "pacs"},
    }
    gets = ["/v1/authority/snapshot", "/v1/audit/head", "/v1/audit/check", "/v1/audit/events"]
    for path, body in posts.items():
        problem(service.client.post(path, json=body, headers=weak), 403, "insufficient_scope")
        problem(service.client.post(path, json=body), 401, "unauthenticated")
    for path in gets:
        problem(service.client.get(path, headers=weak), 403, "insufficient_scope")
        problem(service.client.get(path), 401, "unauthenticated")
    problem(service.client.post("/v1/verify", content=b"x"), 401, "unauthenticated")


def test_trail_is_sound_anchored_and_told_as_fhir(service: Authority, image_id: str) -> None:
    kept = service.client.get("/v1/audit/head", headers=service.every).text
    service.place.accepted(service.every)
    check = service.client.get(
        "/v1/audit/check", params={"anchor": kept}, headers=service.every
    ).json()
    assert check["fault"] is None
    assert check["entries"] == check["head"]["sequence"] > 1
    bundle = service.client.get("/v1/audit/events?limit=200", headers=service.every).json()
    Bundle.model_validate(bundle)
    about = [
        entry["resource"]["entity"][0]["what"]["identifier"]["value"] for entry in bundle["entry"]
    ]
    assert image_id in about
    wrong = service.client.get("/v1/audit/check", params={"anchor": "a.b.c"}, headers=service.every)
    problem(wrong, 422, "invalid_request")
    stranger = service.place.key(*Scope, organisation=OTHER_ORG)
    theirs = service.client.get("/v1/audit/check", params={"anchor": kept}, headers=stranger)
    problem(theirs, 422, "invalid_request")


def test_trail_is_checked_away_from_the_service(
    service: Authority, image_id: str, tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_bytes(service.keys.roots.pem)
    kept = service.client.get("/v1/audit/head", headers=service.every).text
    (tmp_path / "head.jws").write_text(kept)
    after, number = "0", 0
    while after is not None:
        path = f"/v1/audit?limit=7&after={after}"
        page = service.client.get(path, headers=service.every).json()
        (tmp_path / f"{number:03}.json").write_text(json.dumps(page))
        after, number = page["after"], number + 1
    pages = [str(path) for path in sorted(tmp_path.glob("*.json"))]
    end = ["--organisation", ORG, "--root", str(tmp_path / "root.pem")]
    end += ["--anchor", str(tmp_path / "head.jws")]
    said = CliRunner().invoke(create_cli(), ["audit", *pages, *end])
    assert (said.exit_code, said.output.startswith("sound")) == (0, True), said.output
    cut = CliRunner().invoke(create_cli(), ["audit", *pages[:-1], *end])
    assert (cut.exit_code, "cut_off" in cut.output) == (1, True), cut.output
    first = Path(pages[0])
    first.write_text(first.read_text().replace("submission.create", "submission.delete", 1))
    altered = CliRunner().invoke(create_cli(), ["audit", *pages, *end])
    assert (altered.exit_code, "altered" in altered.output) == (1, True)


def test_published_keys_check_answers(service: Authority) -> None:
    keys = service.client.get("/v1/authority/jwks.json").json()
    head = service.client.get("/v1/audit/head", headers=service.every).text
    jwk = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(head)["kid"]]
    assert jwt.api_jws.decode(head, jwk.key, algorithms=["ES256"])
    assert "d" not in keys["keys"][0]


@pytest.mark.parametrize("shape", ["dicom", "report", "fhir", "clinical"])
@pytest.mark.parametrize("named", [True, False])
def test_every_shape(service: Authority, image_id: str, shape: str, named: bool) -> None:
    body = {"shape": shape, "patient": PATIENT if named else None}
    answer = service.client.post(f"/v1/images/{image_id}/export", json=body, headers=service.every)
    assert answer.status_code == 200, answer.text
    assert (b"CANARYID" in answer.content) == named
    if shape in ("dicom", "report"):
        dataset = pydicom.dcmread(io.BytesIO(answer.content))
        assert dataset.PatientIdentityRemoved == ("NO" if named else "YES")
    else:
        json.loads(answer.content)


def test_exported_files_are_verified_by_the_signature_beside_them(
    service: Authority, image_id: str
) -> None:
    path = f"/v1/images/{image_id}/export"
    answer = service.client.post(path, json={"shape": "dicom"}, headers=service.every)
    beside = {**service.every, "Sonogate-Signature": answer.headers["Sonogate-Signature"]}
    said = service.verify(answer.content, beside)
    assert (said["status"], said["image"]) == ("AUTHENTIC", image_id)
    assert said["sha256"] == hashlib.sha256(answer.content).hexdigest()
    offline = verify_copy(answer.content, beside["Sonogate-Signature"], service.keys.roots, None)
    assert offline.status == "AUTHENTIC"
    altered = answer.content[:-1] + bytes([answer.content[-1] ^ 1])
    assert service.verify(altered, beside)["status"] == "ALTERED"
    assert service.verify(answer.content)["status"] == "UNKNOWN"
    forged = {**service.every, "Sonogate-Signature": "a.b.c"}
    assert service.verify(answer.content, forged)["status"] == "UNKNOWN"
    # A recall reaches copies in every shape.
    body = {"reason": "taken of the wrong patient"}
    service.client.post(f"/v1/images/{image_id}/recall", json=body, headers=service.every)
    assert service.verify(answer.content, beside)["status"] == "RECALLED"


@pytest.mark.parametrize("destination", ["pacs", "store"])
def test_sent_to_the_archive(sending: Authority, destination: str, orthanc: Orthanc) -> None:
    from dicomweb_client import DICOMwebClient

    image_id = consultation(sending)
    body = {"destination": destination, "patient": PATIENT}
    answer = sending.client.post(f"/v1/images/{image_id}/send", json=body, headers=sending.every)
    assert answer.status_code == 200, answer.text
    sent = answer.json()
    found = DICOMwebClient(orthanc.dicomweb).search_for_instances(sent["study"])
    assert {i["00080018"]["Value"][0] for i in found} == set(sent["objects"])


def test_archives_that_are_gone_or_not_known(service: Authority, image_id: str) -> None:
    path = f"/v1/images/{image_id}/send"
    gone = service.client.post(path, json={"destination": "gone"}, headers=service.every)
    problem(gone, 502, "archive_failed")
    unknown = service.client.post(path, json={"destination": "none"}, headers=service.every)
    problem(unknown, 404, "no_such_destination")


@pytest.mark.parametrize(
    "strange",
    [
        {"name": "a=b=c=d"},
        {"name": "a^b^c^d^e^f"},
        {"name": "Doe\\\\Jane"},
        {"referring": "a=b"},
        {"patient_id": " "},
        {"birth_date": "1970-13-01"},
        {"study_at": "2026-10-31T09:00:00"},
        {"accession_number": "0" * 17},
        {"surprise": "CANARY"},
    ],
)
def test_what_dicom_cannot_hold_is_refused(
    service: Authority, image_id: str, strange: dict[str, str]
) -> None:
    body = {"shape": "dicom", "patient": {**PATIENT, **strange}}
    path = f"/v1/images/{image_id}/export"
    answer = service.client.post(path, json=body, headers=service.every)
    problem(answer, 422, "invalid_request")
    assert b"CANARY" not in answer.content


def test_research_copies_name_nobody(service: Authority) -> None:
    body = {"purpose": "research", "consent": CONSENT}
    made = service.client.post("/v1/submissions", json=body, headers=service.every).json()["id"]
    tried = service.place.try_photo(service.every, made, b"good photo").json()
    path = f"/v1/images/{tried['image_id']}/export"
    named = {"shape": "dicom", "patient": PATIENT}
    problem(service.client.post(path, json=named, headers=service.every), 409, "not_for_export")
    plain = service.client.post(path, json={"shape": "dicom"}, headers=service.every)
    assert plain.status_code == 200


def test_the_patient_is_kept_nowhere(service: Authority, image_id: str) -> None:
    body = {"shape": "dicom", "patient": PATIENT}
    service.client.post(f"/v1/images/{image_id}/export", json=body, headers=service.every)
    wrong = {"shape": "dicom", "patient": {**PATIENT, "study_uid": "CANARY"}}
    answer = service.client.post(f"/v1/images/{image_id}/export", json=wrong, headers=service.every)
    problem(answer, 422, "invalid_request")
    assert b"CANARY" not in answer.content
    trail = service.client.get("/v1/audit?limit=200", headers=service.every).text
    log = json.dumps(service.place.service.entries, default=str)
    assert "CANARY" not in (trail + log).upper()
    assert "names the patient" in trail
    folder = Path(str(service.place.storage.engine.url.database)).parent
    for path in folder.rglob("*"):
        assert not path.is_file() or b"CANARYID" not in path.read_bytes()


def test_authority_is_made_once(tmp_path: Path) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    made = open_authority(tmp_path / "a", "Test Hospital", now)
    again = open_authority(tmp_path / "a", "Other Hospital", now)
    assert made.roots.pem == again.roots.pem


def test_a_served_folder_signs_by_itself(tmp_path: Path) -> None:
    app, key = prepare(known_photos, Settings(data=tmp_path / "data"), "127.0.0.1")
    with TestClient(app) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.02)
        headers = {"authorization": f"Bearer {key}"}
        body = {"purpose": "direct_care"}
        made = client.post("/v1/submissions", json=body, headers=headers).json()["id"]
        files = [("photo", ("x.jpg", b"good photo", "image/jpeg"))]
        tried = client.post(f"/v1/submissions/{made}/photos", files=files, headers=headers).json()
        picture = client.get(f"/v1/images/{tried['image_id']}/file", headers=headers).content
    roots = load_roots(tmp_path / "data" / "authority" / "root.pem")
    answer = verify(picture, roots, None)
    assert (answer.status, answer.image_id) == ("AUTHENTIC", tried["image_id"])


def test_openapi_names_every_answer(service: Authority) -> None:
    document = service.client.get("/openapi.json").json()
    text = json.dumps(document)
    for path in ("/v1/verify", "/v1/images/{image_id}/send", "/v1/audit/events"):
        assert path in document["paths"]
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])


def test_command_asks_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=tmp_path / "data")
    app, key = prepare(known_photos, settings, "127.0.0.1")
    assert key is not None
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            monkeypatch.setenv("SONOGATE_KEY", key)
            path, image = _recalled(url, key, tmp_path)
            root = tmp_path / "data" / "authority" / "root.pem"
            command = ["verify", str(path), "--root", str(root), "--service", url]
            said = CliRunner().invoke(create_cli(), command)
            # Another root: the answer is not under its signature.
            open_authority(tmp_path / "other", "Test Hospital", lambda: datetime.now(UTC))
            other = [*command[:3], str(tmp_path / "other" / "root.pem"), *command[4:]]
            forged = CliRunner().invoke(create_cli(), other)
            monkeypatch.setenv("SONOGATE_KEY", "wrong")
            refused = CliRunner().invoke(create_cli(), command)
        finally:
            server.should_exit = True
            thread.join()
    assert (said.exit_code, "RECALLED" in said.output) == (1, True)
    assert image not in said.output
    assert "wrong patient" in said.output
    assert forged.exit_code == 2
    assert (refused.exit_code, "401" in refused.output) == (2, True)


def _recalled(url: str, key: str, folder: Path) -> tuple[Path, str]:
    """Return a recalled picture's file and id."""
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.02)
        made = client.post("/v1/submissions", json={"purpose": "direct_care"}).json()["id"]
        files = [("photo", ("x.jpg", b"good photo", "image/jpeg"))]
        image = client.post(f"/v1/submissions/{made}/photos", files=files).json()["image_id"]
        path = folder / "picture.png"
        path.write_bytes(client.get(f"/v1/images/{image}/file").content)
        client.post(f"/v1/images/{image}/recall", json={"reason": "wrong patient"})
    return path, str(image)
