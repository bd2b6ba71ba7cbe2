"""What whoever runs the service sees of it: metrics and spans, without identifiers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send
from tests.http.kit import GOOD, POOR, hospital

from sonogate.http.access import Scope as Allowed
from sonogate.http.traces import TraceRequests

CANARY = "CANARY-4711"


def test_metrics_count_verdicts_causes_stages_and_requests(tmp_path: Path) -> None:
    with hospital(tmp_path) as place:
        headers = place.key(*Allowed)
        submission = place.submit(headers).json()["id"]
        place.try_photo(headers, submission, POOR)
        place.try_photo(headers, submission, GOOD)
        place.client.get(f"/{CANARY}", headers={**headers, "user-agent": CANARY})
        place.client.request(CANARY, "/v1/images", headers=headers)
        text = place.client.get("/metrics", headers=headers).text
    lines = set(text.splitlines())
    assert 'sonogate_verdicts_total{outcome="accepted"} 1.0' in lines
    assert 'sonogate_causes_total{code="glare"} 1.0' in lines
    assert 'sonogate_stage_seconds_count{stage="locate"} 2.0' in lines
    assert (
        'sonogate_requests_total{method="POST",route="/v1/submissions/{submission_id}/photos",'
        'status="200"} 2.0'
    ) in lines
    assert "sonogate_photos_in_pool 0.0" in lines
    assert submission not in text
    assert CANARY not in text


def test_a_span_has_the_route_and_nothing_of_the_request() -> None:
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    exporter = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))

    class Route:
        path = "/v1/images/{image_id}"

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = Route
        await send({"type": "http.response.start", "status": 404, "headers": []})
        raise RuntimeError(CANARY)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        return

    traced = TraceRequests(app, provider.get_tracer("test"))
    scope = {"type": "http", "method": CANARY, "path": f"/{CANARY}", "headers": []}
    with pytest.raises(RuntimeError):
        asyncio.run(traced(scope, receive, send))
    span = exporter.get_finished_spans()[0]
    assert span.name == "_OTHER /v1/images/{image_id}"
    assert span.attributes["http.response.status_code"] == 404
    assert CANARY not in span.to_json()
