"""Counts and times for Prometheus. Labels come from fixed lists: no id, no path, no client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """What the service counts."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        """Start at nought; ``waiting`` says how many photos are in the pool."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "sonogate_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "sonogate_request_seconds",
            "Time from a request to the end of its answer.",
            ("route",),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._stages = Histogram(
            "sonogate_stage_seconds",
            "Time of each stage of a photo.",
            ("stage",),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._verdicts = Counter(
            "sonogate_verdicts", "Photos by verdict.", ("outcome",), registry=self._registry
        )
        self._causes = Counter(
            "sonogate_causes", "Photos by reason code.", ("code",), registry=self._registry
        )
        queue = Gauge(
            "sonogate_photos_in_pool", "Photos assessed or waiting.", registry=self._registry
        )
        queue.set_function(waiting)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def judge(self, outcome: str, codes: Iterable[str], timings_ms: Mapping[str, float]) -> None:
        """Count a photo's verdict."""
        self._verdicts.labels(outcome).inc()
        for code in codes:
            self._causes.labels(code).inc()
        for stage, spent in timings_ms.items():
            self._stages.labels(stage).observe(spent / 1e3)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)


class MeasureRequests:
    """ASGI middleware that counts and times requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Wrap ``app``."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 0
        state = scope.setdefault("state", {})

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            spent = time.perf_counter() - start
            self._metrics.observe(scope["method"], route, status, spent)
            verdict: Mapping[str, Any] | None = state.get("verdict")
            if verdict is not None:
                self._metrics.judge(verdict["outcome"], verdict["reasons"], verdict["timings_ms"])
