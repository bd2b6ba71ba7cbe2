"""Who asks, for which organisation, and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fastapi import Request

from sonogate.http.errors import ForbiddenError, UnauthenticatedError
from sonogate.http.throttle import Throttle
from sonogate.records import clients
from sonogate.records.storage import Storage


class Scope(StrEnum):
    """What a client may do."""

    SUBMIT = "submit"
    REVIEW = "review"
    RESEARCH = "research"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        organisation: Whose records they work with; they learn of no others.
        client: ``key:ID`` or ``sub:SUBJECT``, as on the audit trail.
        scopes: What they may do.
    """

    organisation: str
    client: str
    scopes: frozenset[Scope]


class Authenticator(Protocol):
    """Knows one kind of credentials."""

    def __call__(self, token: str) -> Principal | None:
        """Return whom a bearer token stands for; None when it is not of this kind.

        Raises:
            UnauthenticatedError: It is of this kind and does not hold.
            NoProviderError: It cannot be checked at the moment.
        """
        ...


class KeyAuthenticator:
    """API keys, as ``records.clients`` keeps them."""

    def __init__(self, storage: Storage) -> None:
        """Look keys up in ``storage``."""
        self._storage = storage

    def __call__(self, token: str) -> Principal | None:
        """Return the client of an API key."""
        if not token.startswith(clients.PREFIX):
            return None
        client = clients.of_key(self._storage, token)
        if client is None:
            raise UnauthenticatedError
        return Principal(client.organisation, f"key:{client.id}", known_scopes(client.scopes))


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets requests in.

    Attributes:
        authenticators: Asked in order.
        requests: Limits requests of a client.
        quota: Limits a client's photos.
    """

    authenticators: Sequence[Authenticator]
    requests: Throttle
    quota: Throttle

    def admit(self, request: Request, scopes: frozenset[Scope]) -> Principal:
        """Return who asks.

        Args:
            request: The request.
            scopes: One of them is needed.

        Raises:
            UnauthenticatedError: It is not known.
            ForbiddenError: They have none of the scopes.
            ThrottledError: They have asked too often.
        """
        principal = self._identify(request)
        self.requests.take(principal.client)
        if not principal.scopes & scopes:
            raise ForbiddenError
        return principal

    def needing(self, *scopes: Scope) -> Callable[[Request], Principal]:
        """Return a FastAPI dependency that lets in who has one of the scopes."""
        wanted = frozenset(scopes)

        def admitted(request: Request) -> Principal:
            return self.admit(request, wanted)

        return admitted

    def _identify(self, request: Request) -> Principal:
        # Two of them could be read differently by a proxy and by this service.
        headers = request.headers.getlist("authorization")
        kind, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
        if kind.lower() != "bearer" or not token.strip():
            raise UnauthenticatedError
        for authenticate in self.authenticators:
            principal = authenticate(token.strip())
            if principal is not None:
                return principal
        raise UnauthenticatedError


def known_scopes(names: frozenset[str]) -> frozenset[Scope]:
    """Return the scopes that this service knows among ``names``."""
    return frozenset(Scope(name) for name in names if name in set(Scope))
