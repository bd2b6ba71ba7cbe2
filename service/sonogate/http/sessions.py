"""Sessions of pages in a browser, which must not keep an API key; and codes that pair phones.

A session is what it stands for and its end under a keyed digest (HMAC-SHA-256): nothing to
store, and nothing to guess. One that was opened with a key dies with the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sonogate.http.access import Principal, Scope, known_scopes
from sonogate.http.errors import UnauthenticatedError

PREFIX = "sgs_"
_MAC_BYTES = 32
_MAX_TOKEN = 2048


@dataclass(frozen=True, slots=True)
class Session:
    """A session that was just opened.

    Attributes:
        token: What stands for it, as a bearer token.
        principal: Whom it stands for.
        expires_at: When it ends, UTC, to the second.
    """

    token: str = field(repr=False)
    principal: Principal
    expires_at: datetime


class Sessions:
    """Opens sessions and knows them again; an ``Authenticator``."""

    def __init__(
        self,
        key: bytes,
        seconds: int,
        clock: Callable[[], float],
        stands: Callable[[Principal], bool],
    ) -> None:
        """Sign with ``key``.

        Args:
            key: Of the digest.
            seconds: Life of a session.
            clock: Seconds since 1970.
            stands: Whether a session's client may still use the service.
        """
        self._key = key
        self._seconds = seconds
        self._clock = clock
        self._stands = stands

    def open(self, principal: Principal) -> Session:
        """Return a session of ``principal``."""
        expires = int(self._clock()) + self._seconds
        content = [principal.organisation, principal.client, sorted(principal.scopes), expires]
        body = json.dumps(content).encode("utf-8")
        token = PREFIX + base64.urlsafe_b64encode(self._mac(body) + body).decode("ascii")
        return Session(token, principal, datetime.fromtimestamp(expires, UTC))

    def __call__(self, token: str) -> Principal | None:
        """Return whom a session stands for; None when the token is none of these."""
        if not token.startswith(PREFIX) or len(token) > _MAX_TOKEN:
            return None
        try:
            raw = base64.b64decode(token.removeprefix(PREFIX), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise UnauthenticatedError from None
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            return None
        organisation, client, scopes, expires = json.loads(body)
        principal = Principal(organisation, client, known_scopes(frozenset(scopes)))
        if expires <= self._clock() or not self._stands(principal):
            raise UnauthenticatedError
        return principal

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, b"session\0" + body, hashlib.sha256).digest()


class Pairing:
    """Codes that let phones in, one at a time: a code is good for one phone and a while.

    Sessions that were opened with one end with the process, which alone has their key.
    """

    def __init__(
        self,
        organisation: str,
        code_seconds: float,
        session_seconds: int,
        clock: Callable[[], float],
    ) -> None:
        """Pair with nobody until a code is made.

        Args:
            organisation: Whose records paired phones send to.
            code_seconds: Life of a code that nobody takes.
            session_seconds: Life of a session.
            clock: Seconds since 1970.
        """
        self._organisation = organisation
        self._code_seconds = code_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._code: tuple[str, float] | None = None
        key = secrets.token_bytes(32)
        self.sessions = Sessions(key, session_seconds, clock, lambda _: True)

    def new_code(self) -> str:
        """Return a new code; the one before is good for nothing from now on."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._code = code, self._clock() + self._code_seconds
        return code

    def take(self, code: str) -> Session:
        """Return a session for who has the code, which is used up by it.

        Raises:
            UnauthenticatedError: It is not the code, or its time is over.
        """
        with self._lock:
            known, until = self._code or ("", 0.0)
            fits = hmac.compare_digest(known.encode("ascii"), code.encode("utf-8"))
            if self._code is None or not fits or until <= self._clock():
                raise UnauthenticatedError
            self._code = None
        phone = f"phone:{secrets.token_hex(4)}"
        return self.sessions.open(Principal(self._organisation, phone, frozenset({Scope.SUBMIT})))
