"""Access tokens of an OpenID Connect provider, checked against its published keys.

RFC 9068 and RFC 8725: the algorithm comes from a fixed list and must be the key's own; the
issuer, the audience and the times must hold. Keys are fetched when they are first needed,
when they are old, and when a token names one that is not known, but never in quick
succession, so that made-up tokens cannot make this service hammer the provider.
"""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jwt
from jwt import PyJWK

from sonogate.http.access import Principal, known_scopes
from sonogate.http.errors import NoProviderError, UnauthenticatedError

# Asymmetric ones alone: with a secret, whoever can check a token could make one.
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
_TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt", ""})
FRESH_S = 300.0
PAUSE_S = 10.0
LEEWAY_S = 30
_FETCH_S = 5.0
_MAX_BYTES = 1 << 20
_MAX_TOKEN = 8192


class FetchKeys(Protocol):
    """Fetches a JSON Web Key Set (RFC 7517)."""

    def __call__(self) -> Mapping[str, Any]:
        """Return the set.

        Raises:
            OSError: It cannot be reached.
            ValueError: What came is no JSON.
        """
        ...


def fetch_from(url: str) -> FetchKeys:
    """Return what fetches the key set at ``url``.

    Raises:
        ValueError: It is neither https nor on this machine.
    """
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError("the provider's keys must be fetched over https")

    def fetch() -> Mapping[str, Any]:
        # The scheme is checked above.
        with urllib.request.urlopen(url, timeout=_FETCH_S) as response:  # noqa: S310
            document = json.loads(response.read(_MAX_BYTES))
        if not isinstance(document, dict):
            raise ValueError("the provider's key set is no object")  # noqa: TRY004
        return document

    return fetch


class KeySet:
    """The provider's keys, kept for a while."""

    def __init__(self, fetch: FetchKeys, clock: Callable[[], float]) -> None:
        """Start without keys; ``clock`` counts seconds and never goes back."""
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched_s = float("-inf")
        self._tried_s = float("-inf")

    def get(self, key_id: str) -> PyJWK:
        """Return the key of this id.

        Raises:
            UnauthenticatedError: The provider has none.
            NoProviderError: The provider cannot be asked, and what it said is too old.
        """
        with self._lock:
            now = self._clock()
            old = now - self._fetched_s > FRESH_S
            if (old or key_id not in self._keys) and now - self._tried_s >= PAUSE_S:
                self._refresh(now)
            if now - self._fetched_s > FRESH_S + PAUSE_S:
                # A key that was withdrawn must not be good for as long as the provider is down.
                raise NoProviderError
            key = self._keys.get(key_id)
        if key is None:
            raise UnauthenticatedError
        return key

    def _refresh(self, now: float) -> None:
        self._tried_s = now
        try:
            entries = self._fetch().get("keys", [])
        except (OSError, ValueError):
            return
        keys: dict[str, PyJWK] = {}
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and entry.get("use", "sig") == "sig":
                try:
                    keys[str(entry["kid"])] = PyJWK(entry)
                except (KeyError, jwt.PyJWTError):
                    continue
        self._keys = keys
        self._fetched_s = now


class OidcAuthenticator:
    """Knows the access tokens of one issuer."""

    def __init__(self, issuer: str, audience: str, organisation_claim: str, keys: KeySet) -> None:
        """Take tokens of ``issuer`` for ``audience``.

        Args:
            issuer: The ``iss`` of its tokens, exactly.
            audience: What must be in their ``aud``.
            organisation_claim: The claim that names the organisation.
            keys: The issuer's keys.
        """
        self._issuer = issuer
        self._audience = audience
        self._claim = organisation_claim
        self._keys = keys

    def __call__(self, token: str) -> Principal | None:
        """Return whom a token stands for; None when it does not look like one."""
        if token.count(".") != 2 or len(token) > _MAX_TOKEN:
            return None
        try:
            claims = self._claims(token)
        except (jwt.PyJWTError, ValueError):
            # Without the cause, which could quote the token.
            raise UnauthenticatedError from None
        return self._principal(claims)

    def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        algorithm, kind = header.get("alg"), str(header.get("typ", "")).lower()
        if algorithm not in ALGORITHMS or kind not in _TYPES or "crit" in header:
            raise UnauthenticatedError
        key = self._keys.get(str(header.get("kid", "")))
        if key.algorithm_name != algorithm:
            raise UnauthenticatedError
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
        return claims

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        organisation, subject = claims.get(self._claim), claims["sub"]
        if not isinstance(organisation, str) or not 0 < len(organisation) <= 64:
            raise UnauthenticatedError
        if not isinstance(subject, str) or not 0 < len(subject) <= 128:
            raise UnauthenticatedError
        scopes = claims.get("scope", "")
        names = scopes.split() if isinstance(scopes, str) else []
        # The service's scopes may stand among others of the provider's, with its name before.
        plain = frozenset(name.removeprefix("sonogate:") for name in names)
        return Principal(organisation, f"sub:{subject}", known_scopes(plain))
