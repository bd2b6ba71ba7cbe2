"""For whoever runs the service: its metrics."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from sonogate.http import described
from sonogate.http.access import Scope
from sonogate.http.backend import Backend
from sonogate.http.metrics import CONTENT_TYPE, Metrics


def make_router(metrics: Metrics, backend: Backend | None) -> APIRouter:
    """Return the route of the metrics; with records it asks for the scope ``admin``."""
    router = APIRouter(tags=["service"])
    admitted = [] if backend is None else [Depends(backend.guard.needing(Scope.ADMIN))]

    # Without records its path is left out of the document, which is then of photos alone.
    @router.get(
        "/metrics",
        summary="Counts and times in Prometheus' text format",
        responses=described.text_responses(401, 403, 429),
        dependencies=admitted,
        include_in_schema=backend is not None,
        response_class=Response,
    )
    def metrics_text() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return router
