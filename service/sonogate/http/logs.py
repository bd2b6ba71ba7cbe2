"""One log entry a request, without anything that could name a patient or a client.

What is logged: method, route (never the path, which may hold a token), status, time, a
random request number, and the verdict's codes. No address, no header, no file name.
"""

from __future__ import annotations

import secrets
import sys
import time
from typing import cast

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger


def json_logger() -> FilteringBoundLogger:
    """Return a logger that writes one JSON object a line on standard error."""
    logger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
    )
    return cast(FilteringBoundLogger, logger)


class RequestLog:
    """ASGI middleware that logs each request once it is answered."""

    def __init__(self, app: ASGIApp, logger: FilteringBoundLogger) -> None:
        """Wrap ``app``."""
        self._app = app
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 0
        state = scope.setdefault("state", {})
        state["verdict"] = None

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, watched_send)
        route = scope.get("route")
        # A method that is none would be the client's own text.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._logger.info(
            "request",
            request=secrets.token_hex(8),
            method=method,
            route=getattr(route, "path", None),
            status=status,
            ms=round((time.perf_counter() - start) * 1e3, 1),
            verdict=state["verdict"],
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
