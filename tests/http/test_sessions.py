"""Sessions of pages, pairing codes, and the service on the local network with its own TLS."""

from __future__ import annotations

import hashlib
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.http.kit import ORG, Hospital, hospital
from tests.http.test_service import problem

from sonogate.http import Settings
from sonogate.http.access import Principal, Scope
from sonogate.http.errors import UnauthenticatedError
from sonogate.http.lan import LIFE, keep_certificate, pairing_text
from sonogate.http.sessions import Pairing, Sessions
from sonogate.records import clients

WHO = Principal(ORG, "key:1", frozenset({Scope.REVIEW}))


class Seconds:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1.0e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hospital]:
    with hospital(tmp_path, Settings(session_seconds=2)) as made:
        yield made


def test_a_session_has_the_scopes_of_its_key_and_ends_with_it(place: Hospital) -> None:
    headers = place.key(Scope.REVIEW)
    opened = place.client.post("/v1/sessions", json={}, headers=headers)
    assert opened.status_code == 201, opened.text
    session = opened.json()
    assert (session["scopes"], session["organisation"]) == (["review"], ORG)
    bearer = {"authorization": f"Bearer {session['token']}"}
    assert place.client.get("/v1/images", headers=bearer).status_code == 200
    assert place.submit(bearer).status_code == 403
    assert place.client.post("/v1/sessions", json={}, headers=bearer).status_code == 201
    key = headers["authorization"].removeprefix("Bearer ")
    client_id = key.removeprefix(clients.PREFIX).partition("_")[0]
    clients.revoke(place.storage, ORG, client_id, "system", "lost")
    problem(place.client.get("/v1/images", headers=bearer), 401, "unauthenticated")


def test_a_session_ends_by_itself(place: Hospital) -> None:
    opened = place.client.post("/v1/sessions", json={}, headers=place.key(Scope.REVIEW)).json()
    ends = datetime.fromisoformat(opened["expires_at"])
    assert ends - datetime.now(UTC) <= timedelta(seconds=2)
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()))
    bearer = {"authorization": f"Bearer {opened['token']}"}
    assert place.client.get("/v1/images", headers=bearer).status_code == 401


def test_nobody_is_paired_where_no_code_is_shown(place: Hospital) -> None:
    for body in ({"pairing": "x"}, {}):
        assert place.client.post("/v1/sessions", json=body).status_code == 401
    assert place.client.post("/v1/sessions", json={"pairing": ""}).status_code == 422


def test_an_altered_session_is_none() -> None:
    clock = Seconds()
    sessions = Sessions(b"k" * 32, 60, clock, lambda _: True)
    token = sessions.open(WHO).token
    assert sessions(token) == WHO
    assert sessions("sgk_other") is None
    assert Sessions(b"l" * 32, 60, clock, lambda _: True)(token) is None
    for at in range(4, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        changed = token[:at] + other + token[at + 1 :]
        assert sessions(changed) is None, at
    with pytest.raises(UnauthenticatedError):
        sessions("sgs_?")
    clock.now += 60
    with pytest.raises(UnauthenticatedError):
        sessions(token)


def test_a_code_lets_one_phone_in_and_only_for_a_while() -> None:
    clock = Seconds()
    pairing = Pairing("local", 600.0, 3600, clock)
    with pytest.raises(UnauthenticatedError):
        pairing.take("")
    first = pairing.new_code()
    second = pairing.new_code()
    with pytest.raises(UnauthenticatedError):
        pairing.take(first)
    session = pairing.take(second)
    assert session.principal.scopes == {Scope.SUBMIT}
    assert pairing.sessions(session.token) == session.principal
    with pytest.raises(UnauthenticatedError):
        pairing.take(second)
    late = pairing.new_code()
    clock.now += 600.0
    with pytest.raises(UnauthenticatedError):
        pairing.take(late)
    # Another run of the service knows none of its sessions.
    assert Pairing("local", 600.0, 3600, clock).sessions(session.token) is None


def test_the_certificate_is_kept_until_it_no_longer_fits(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made = keep_certificate(tmp_path / "lan", ["192.0.2.7"], now)
    assert stat.S_IMODE(made.key_path.stat().st_mode) == 0o600
    assert keep_certificate(tmp_path / "lan", ["192.0.2.7"], now) == made
    moved = keep_certificate(tmp_path / "lan", ["192.0.2.8"], now)
    assert moved.fingerprint != made.fingerprint
    later = keep_certificate(tmp_path / "lan", ["192.0.2.8"], now + LIFE - timedelta(days=2))
    assert later.fingerprint != moved.fingerprint
    made.key_path.write_text("damaged")
    again = keep_certificate(tmp_path / "lan", ["192.0.2.8"], now)
    assert again.fingerprint != later.fingerprint


def test_the_terminal_shows_a_code_that_can_be_read() -> None:
    text = pairing_text("192.0.2.7", 8765, "c" * 43, "AB:CD")
    assert "https://192.0.2.7:8765/capture#pair=" + "c" * 43 in text
    assert "AB:CD" in text
    rows = [line for line in text.splitlines() if "█" in line or "▀" in line]
    assert len(rows) >= 20
    assert max(map(len, rows)) <= 80


def test_the_local_network_is_served_over_tls_to_a_paired_phone_alone(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-u", "-m", "tests.http.lan_service", str(port), str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert child.stdout is not None
    try:
        told = ""
        while "SHA-256" not in told or not re.search(r"([0-9A-F]{2}:){31}", told):
            line = child.stdout.readline()
            assert line, f"the service ended by itself: {told}"
            told += line
        code = re.search(r"#pair=(\S+)", told)
        shown = re.search(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", told)
        assert code is not None
        assert shown is not None
        certificate = tmp_path / "lan" / "certificate.pem"
        der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
        assert hashlib.sha256(der).hexdigest() == shown[0].replace(":", "").lower()
        trust = ssl.create_default_context(cafile=str(certificate))
        url = f"https://127.0.0.1:{port}"
        with httpx.Client(base_url=url, verify=trust, timeout=20.0) as phone:
            _wait(phone)
            new = {"purpose": "direct_care"}
            assert phone.post("/v1/submissions", json=new).status_code == 401
            assert phone.post("/v1/assess", content=b"x").status_code == 401
            assert phone.post("/v1/sessions", json={"pairing": "guess"}).status_code == 401
            opened = phone.post("/v1/sessions", json={"pairing": code[1]})
            assert opened.status_code == 201, opened.text
            bearer = {"authorization": f"Bearer {opened.json()['token']}"}
            assert phone.post("/v1/submissions", json=new, headers=bearer).status_code == 201
            assert phone.get("/v1/images", headers=bearer).status_code == 403
            assert phone.post("/v1/sessions", json={"pairing": code[1]}).status_code == 401
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5.0)
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(20)
        child.stdout.close()


def _wait(phone: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if phone.get("/readyz").status_code == 200:
                return
        except httpx.ConnectError:
            pass
        time.sleep(0.1)
    raise AssertionError("the service did not start")
