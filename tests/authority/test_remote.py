"""A service is asked only where nobody on the way can read the client's key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sonogate.authority.certificates import Roots
from sonogate.authority.remote import ask_service
from sonogate.errors import AuthorityError


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody to another path, and remembers who came."""

    seen: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.seen.append(self.path)
        self.send_response(302)
        self.send_header("location", "/stolen")
        self.end_headers()

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Handler", (Elsewhere,), {"seen": seen})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "url", ["http://hospital.example", "ftp://localhost", "hospital", "http://localhost.example"]
)
def test_a_key_is_not_sent_in_clear(url: str) -> None:
    with pytest.raises(AuthorityError, match="https"):
        ask_service(url, "key", b"file", Roots(()))


def test_no_redirection_is_followed(elsewhere: tuple[str, list[str]]) -> None:
    url, seen = elsewhere
    with pytest.raises(AuthorityError):
        ask_service(url, "key", b"file", Roots(()))
    assert seen == ["/v1/verify"]
