"""Spans for OpenTelemetry, where it is installed and configured (the ``otel`` extra).

A span has the method, the route's template and the status: no path, no query, no client.
Without the package, or without a configured SDK, nothing is recorded.
"""

from __future__ import annotations

import importlib
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sonogate.http.metrics import METHODS


def find_tracer() -> Any | None:
    """Return the tracer of the provider that the process configured; None without the package."""
    try:
        trace = importlib.import_module("opentelemetry.trace")
    except ImportError:
        return None
    return trace.get_tracer("sonogate")


class TraceRequests:
    """ASGI middleware that records a span a request."""

    def __init__(self, app: ASGIApp, tracer: Any) -> None:
        """Wrap ``app``."""
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        # An exception's text could quote what was read: it is not put into the span.
        with self._tracer.start_as_current_span(
            "request", record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                await self._app(scope, receive, watched_send)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                # A method that is none would be the client's own text.
                method = scope["method"] if scope["method"] in METHODS else "_OTHER"
                span.update_name(f"{method} {route}")
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
