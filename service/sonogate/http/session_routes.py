"""Sessions for pages in a browser: opened with a key, or with the code of a terminal."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from sonogate.http import described
from sonogate.http.access import Scope
from sonogate.http.backend import Backend, MakeRouter
from sonogate.http.errors import ForbiddenError, UnauthenticatedError
from sonogate.http.negotiate import accepted, answer
from sonogate.http.sessions import Pairing, Session, Sessions

# Whoever guesses at codes is one client to the limit of requests.
_UNKNOWN = "pairing"


class SessionIn(BaseModel):
    """What a session is opened with, where it is no key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pairing: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="The code that the service's terminal shows."
    )


def session_router(sessions: Sessions, pairing: Pairing | None) -> MakeRouter:
    """Return what makes the route of sessions.

    Args:
        sessions: Opened with a key.
        pairing: Opened with a code; None where the terminal shows none.
    """

    def make(backend: Backend) -> APIRouter:
        router = APIRouter(prefix="/v1", tags=["service"])

        @router.post(
            "/sessions",
            status_code=201,
            summary="Open a session for a page",
            description=described.SESSION,
            responses=described.responses("Session", 201, 401, 403, 406, 413, 422, 429),
            response_class=Response,
        )
        def opened(request: Request, body: SessionIn) -> Response:
            accepted(request)
            session = _open(backend, request, body.pairing)
            document = {
                "schema": "sonogate.session/1",
                "token": session.token,
                "expires_at": session.expires_at.isoformat(),
                "organisation": session.principal.organisation,
                "scopes": sorted(session.principal.scopes),
            }
            return answer(request, document, 201)

        return router

    def _open(backend: Backend, request: Request, code: str | None) -> Session:
        if code is None:
            who = backend.guard.admit(request, frozenset(Scope))
            if not who.client.startswith("key:"):
                raise ForbiddenError
            return sessions.open(who)
        backend.guard.requests.take(_UNKNOWN)
        if pairing is None:
            raise UnauthenticatedError
        session = pairing.take(code)
        who = session.principal
        backend.records.audit(who.organisation, who.client, "session.pair", who.client)
        return session

    return make
