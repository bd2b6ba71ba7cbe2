"""An OpenID Connect provider of the tests' own: real keys, real tokens, a real key set URL."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://identity.example/realms/hospital"
AUDIENCE = "sonogate"


class Issuer:
    """Signs tokens; publishes the keys that are current."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.published: dict[str, dict[str, Any]] = {}
        self.fetched = 0
        self.up = True
        self.url = ""

    def rotate(self, key_id: str, algorithm: str = "ES256") -> None:
        """Publish a new key in the place of all others."""
        if algorithm == "ES256":
            private: Any = ec.generate_private_key(ec.SECP256R1())
            public = json.loads(ECAlgorithm.to_jwk(private.public_key()))
        else:
            private = rsa.generate_private_key(65537, 2048)
            public = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
        self.keys[key_id] = (private, algorithm)
        self.published = {key_id: {**public, "kid": key_id, "alg": algorithm, "use": "sig"}}

    def token(self, key_id: str, **changes: Any) -> str:
        """Return a token for the north's submitters, with changed claims; None takes one away."""
        private, algorithm = self.keys[key_id]
        return jwt.encode(
            self.claims(**changes), private, algorithm, {"kid": key_id, "typ": "at+jwt"}
        )

    @staticmethod
    def claims(**changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "nurse-17",
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "organisation": "north",
            "scope": "openid sonogate:submit sonogate:review sonogate:admin",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Serve the keys of a new issuer."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetched += 1
            body = json.dumps({"keys": list(issuer.published.values())}).encode()
            self.send_response(200 if issuer.up else 500)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}/keys"
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
