"""The service as a process: TLS by certificate files, and an end that finishes its work."""

from __future__ import annotations

import datetime
import ipaddress
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.http.kit import GOOD

START_S = 60
END_S = 20


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "chain.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    certificate, key = make_certificate(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.http.slow_service", str(port), certificate, key]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    trust = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trust, timeout=END_S) as client:
        try:
            deadline = time.monotonic() + START_S
            while True:
                assert child.poll() is None, "the service ended by itself"
                assert time.monotonic() < deadline, "the service did not start"
                try:
                    if client.get("/readyz").status_code == 200:
                        break
                except httpx.ConnectError:
                    pass
                time.sleep(0.1)
            yield child, client
        finally:
            child.kill()
            child.wait()


def test_tls_from_files_and_work_in_progress_is_finished_when_told_to_stop(
    process: tuple[subprocess.Popen[bytes], httpx.Client],
) -> None:
    child, client = process
    alive = client.get("/healthz")
    assert alive.headers["strict-transport-security"].startswith("max-age=")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(client.post, "/v1/assess", files={"photo": ("a.jpg", GOOD)})
        time.sleep(0.4)  # the photo is being assessed, which takes a second
        child.send_signal(signal.SIGTERM)
        answered = answer.result(END_S)
    assert answered.status_code == 200
    assert answered.json()["verdict"]["outcome"] == "accepted"
    port = client.base_url.port
    client.close()
    assert child.wait(END_S) in (0, -signal.SIGTERM)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"https://127.0.0.1:{port}/healthz", timeout=END_S)


def test_without_tls_the_port_says_nothing(
    process: tuple[subprocess.Popen[bytes], httpx.Client],
) -> None:
    _, client = process
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{client.base_url.port}/healthz", timeout=END_S)
