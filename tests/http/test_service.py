"""The service: the same report as the command line, problems that leak nothing, limits."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2 as httpx
import jsonschema
import pytest
from fastapi.testclient import TestClient
from tests.gatekit import canary_jpeg, empty_room_jpeg, make_gate, photo_jpeg
from tests.http.conftest import Service, serving

from sonogate.errors import ModelError
from sonogate.gate import Assessor
from sonogate.http import Settings, create_app
from sonogate.http.errors import NoSuchPictureError
from sonogate.http.headers import SECURITY_HEADERS
from sonogate.http.pictures import PictureStore
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy
from sonogate.report import report_schema
from sonogate.types import Assessment

CANARY = "CANARY-DOE-JANE-4711"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem document of this kind; return it."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert set(document) <= {"type", "title", "status", "detail", "code", "reason"}
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"] == f"urn:sonogate:problem:{code}"
    return document


def post_raw(service: Service, data: bytes, media_type: str = "image/jpeg") -> httpx.Response:
    return service.client.post("/v1/assess", content=data, headers={"content-type": media_type})


def test_a_form_and_a_raw_body_yield_the_same_valid_report(service: Service) -> None:
    photo = photo_jpeg()
    form = service.client.post("/v1/assess", files={"photo": ("x.jpg", photo, "image/jpeg")})
    raw = post_raw(service, photo, "application/octet-stream")
    assert form.status_code == raw.status_code == 200
    reports = [form.json(), raw.json()]
    for report in reports:
        masked = report.pop("masked")
        assert re.fullmatch(r"/v1/masked/[\w-]{43}", masked["href"])
        jsonschema.validate(report, report_schema())
        del report["timings_ms"]
    assert reports[0] == reports[1]


def test_the_masked_picture_lies_behind_its_link_or_inline_or_is_left_out(
    service: Service,
) -> None:
    photo = photo_jpeg()
    link = post_raw(service, photo).json()["masked"]["href"]
    picture = service.client.get(link)
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "no-store"
    assert picture.content.startswith(PNG_MAGIC)
    headers = {"content-type": "image/jpeg"}
    inline = service.client.post("/v1/assess?masked=inline", content=photo, headers=headers)
    assert base64.b64decode(inline.json()["masked"]["base64"]) == picture.content
    none = service.client.post("/v1/assess?masked=none", content=photo, headers=headers)
    assert "masked" not in none.json()
    room = post_raw(service, empty_room_jpeg())
    assert room.json()["screen"] is None
    assert "masked" not in room.json()


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"", 422, "empty"),
        (b"plain text, no photo", 415, "not_a_photo"),
        (b"GIF89a" + bytes(64), 415, "unsupported_format"),
        (photo_jpeg()[:5000], 422, "truncated"),
    ],
)
def test_a_file_that_is_no_photo_is_the_clients_problem(
    service: Service, data: bytes, status: int, reason: str
) -> None:
    document = problem(post_raw(service, data), status, "unreadable_file")
    assert document["reason"] == reason
    assert document["detail"].startswith("Send ")


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code", "reason"),
    [
        ("text/plain", b"x", 415, "unsupported_media_type", None),
        ("", b"x", 415, "unsupported_media_type", None),
        ("multipart/form-data", b"x", 422, "malformed_upload", "no_boundary"),
        ("multipart/form-data; boundary=b", b"x", 422, "malformed_upload", "bad_multipart"),
        ("multipart/form-data; boundary=b", b"--b\r\n", 422, "malformed_upload", "incomplete_body"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
            422,
            "malformed_upload",
            "no_photo_part",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="photo"\r\n\r\nx\r\n' * 2 + b"--b--\r\n",
            422,
            "malformed_upload",
            "many_photo_parts",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n' * 20 + b"--b--\r\n",
            422,
            "malformed_upload",
            "many_parts",
        ),
    ],
)
def test_a_body_that_is_no_upload_is_the_clients_problem(
    service: Service, content_type: str, body: bytes, status: int, code: str, reason: str | None
) -> None:
    document = problem(post_raw(service, body, content_type), status, code)
    assert document.get("reason") == reason


def test_too_large_is_refused_by_its_declared_length_and_while_it_streams(
    service: Service, policy: Policy
) -> None:
    def streamed() -> Iterator[bytes]:
        for _ in range(policy.photo.max_bytes // 1_000_000 + 2):
            yield bytes(1_000_000)

    declared = post_raw(service, bytes(policy.photo.max_bytes + 1))
    assert problem(declared, 413, "unreadable_file")["reason"] == "too_many_bytes"
    headers = {"content-type": "image/jpeg"}
    undeclared = service.client.post("/v1/assess", content=streamed(), headers=headers)
    assert "content-length" not in undeclared.request.headers
    problem(undeclared, 413, "unreadable_file")
    head = b'--b\r\ncontent-disposition: form-data; name="photo"\r\n\r\n'
    form = head + bytes(policy.photo.max_bytes + 1) + b"\r\n--b--\r\n"
    problem(post_raw(service, form, "multipart/form-data; boundary=b"), 413, "unreadable_file")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", f"/{CANARY}", 404, "not_found"),
        ("GET", "/../pyproject.toml", 404, "not_found"),
        ("GET", "/v1/assess", 405, "method_not_allowed"),
        ("POST", f"/v1/assess?masked={CANARY}", 422, "invalid_request"),
        ("GET", f"/v1/masked/{CANARY}", 404, "no_such_picture"),
        ("GET", "/docs", 404, "not_found"),
    ],
)
def test_every_error_is_a_problem_document_that_echoes_nothing(
    service: Service, method: str, path: str, status: int, code: str
) -> None:
    response = service.client.request(method, path, headers={"content-type": "image/jpeg"})
    problem(response, status, code)
    assert CANARY not in response.text + str(response.headers)
    assert CANARY not in json.dumps(service.entries)


def test_every_answer_carries_the_security_headers(service: Service) -> None:
    for path in ("/", "/capture", "/icon.svg", "/healthz", "/nowhere", "/openapi.json"):
        headers = service.client.get(path).headers
        for name, value in SECURITY_HEADERS.items():
            assert headers[name] == value, (path, name)


def test_the_page_is_self_contained(service: Service) -> None:
    page = service.client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    names = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert len(names) >= 3
    for name in names:
        assert service.client.get(name).status_code == 200
    for name in ["/", *names, "/overlay.js", "/measures.js", "/words.js"]:
        text = service.client.get(name).text
        links = set(re.findall(r"https?://[^\s\"')]+", text))
        assert links <= {"http://www.w3.org/2000/svg"}, name


def test_openapi_refers_only_to_what_it_defines(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    text = json.dumps(document)
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in document["components"]["schemas"]
    assert "$defs" not in text
    assert "HTTPValidationError" not in text
    assert set(document["paths"]) == {
        "/v1/assess",
        "/v1/masked/{token}",
        "/v1/guidance",
        "/v1/locator/{sha256}.onnx",
        "/healthz",
        "/readyz",
    }
    responses = document["paths"]["/v1/assess"]["post"]["responses"]
    assert set(responses) == {"200", "408", "413", "415", "422", "429", "500", "503"}


def test_no_canary_comes_out_anywhere(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    photo = canary_jpeg(CANARY)
    answer = service.client.post(
        "/v1/assess?masked=inline",
        files={"photo": (f"{CANARY}.jpg", photo, f"image/{CANARY}")},
        headers={"user-agent": CANARY, "x-forwarded-for": CANARY},
    )
    assert answer.status_code == 200
    png = base64.b64decode(answer.json()["masked"]["base64"])
    broken = service.client.post(
        "/v1/assess", files={"photo": (f"{CANARY}.jpg", CANARY.encode(), "image/jpeg")}
    )
    seen = answer.text + broken.text + str(answer.headers) + str(broken.headers)
    seen += json.dumps(service.entries) + "".join(capfd.readouterr())
    assert CANARY not in seen
    assert CANARY.encode() not in png
    assert "jpg" not in json.dumps(service.entries)


class GatedGate:
    """Waits until it is let go."""

    def __init__(self, go: threading.Event) -> None:
        self._go = go
        self._gate = make_gate()

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        assert self._go.wait(20.0)
        return self._gate.assess(data)


def test_more_photos_than_places_are_turned_away_and_the_others_are_answered() -> None:
    go = threading.Event()

    def gated(
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        return GatedGate(go)

    for service in serving(Settings(workers=1, waiting=1, retry_after_s=7), gated):
        room = empty_room_jpeg()
        with ThreadPoolExecutor(5) as clients:
            jobs = [clients.submit(post_raw, service, room) for _ in range(5)]
            turned_away: list[Future[httpx.Response]] = []
            while len(turned_away) < 3:
                turned_away = [job for job in jobs if job.done()]
            go.set()
            answers = [job.result() for job in jobs]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert len(refused) == 3
        for answer in refused:
            problem(answer, 429, "busy")
            assert answer.headers["retry-after"] == "7"
        assert post_raw(service, room).status_code == 200


def test_many_photos_at_once_get_their_own_answers() -> None:
    for service in serving(Settings(workers=2, waiting=20)):
        photos = [photo_jpeg(), empty_room_jpeg(), photo_jpeg(right_px=40)] * 2
        alone = [post_raw(service, photo).json()["photo"]["sha256"] for photo in photos[:3]]
        with ThreadPoolExecutor(6) as clients:
            answers = list(clients.map(post_raw, [service] * len(photos), photos))
        assert [answer.json()["photo"]["sha256"] for answer in answers] == alone * 2


def test_a_fault_is_a_bare_500_and_logged_without_its_message(
    capfd: pytest.CaptureFixture[str],
) -> None:
    class Failing:
        def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
            raise RuntimeError(CANARY)

    def failing(
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        return Failing()

    for service in serving(Settings(), failing):
        response = post_raw(service, photo_jpeg())
        problem(response, 500, "internal_fault")
        for name, value in SECURITY_HEADERS.items():
            assert response.headers[name] == value
        faults = [entry for entry in service.entries if entry.get("error")]
        assert [fault["error"] for fault in faults] == ["RuntimeError"]
        assert CANARY not in response.text + json.dumps(service.entries)
        # The place is free again.
        problem(post_raw(service, photo_jpeg()), 500, "internal_fault")
    assert CANARY not in "".join(capfd.readouterr())


def test_without_models_the_service_is_alive_but_not_ready() -> None:
    def missing(
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        raise ModelError(CANARY)

    with TestClient(create_app(Settings(), missing)) as client:
        assert client.get("/healthz").json() == {"status": "alive"}
        for response in (
            client.get("/readyz"),
            client.post("/v1/assess", content=b"x", headers={"content-type": "image/jpeg"}),
        ):
            problem(response, 503, "not_ready")
            assert int(response.headers["retry-after"]) >= 1


def test_links_expire_and_make_room() -> None:
    masked = make_gate().assess(photo_jpeg()).masked
    assert masked is not None
    now = 0.0
    store = PictureStore(seconds=10.0, max_count=2, max_bytes=1 << 30, clock=lambda: now)
    first, second, third = (store.put(masked) for _ in range(3))
    with pytest.raises(NoSuchPictureError):
        store.get(first)
    assert store.get(second) == store.get(third)
    now = 10.0
    with pytest.raises(NoSuchPictureError):
        store.get(third)
    narrow = PictureStore(seconds=10.0, max_count=9, max_bytes=10, clock=lambda: now)
    older, newer = narrow.put(masked), narrow.put(masked)
    assert narrow.get(newer).startswith(PNG_MAGIC)
    with pytest.raises(NoSuchPictureError):
        narrow.get(older)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONOGATE_WAITING", "9")
    monkeypatch.setenv("SONOGATE_POLICY", "/etc/sonogate/policy.toml")
    assert Settings().waiting == 9
    assert Settings().policy == Path("/etc/sonogate/policy.toml")
