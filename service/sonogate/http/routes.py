"""The paths of the service."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from sonogate.errors import UnreadableReason
from sonogate.http import openapi
from sonogate.http.access import Guard, Scope
from sonogate.http.errors import NotReadyError, UnreadablePhotoError
from sonogate.http.language import Interpreter, accept_language
from sonogate.http.pictures import PictureStore
from sonogate.http.pool import GatePool
from sonogate.http.upload import read_upload
from sonogate.report import encode_png, to_json
from sonogate.types import Assessment, MaskedScreen

MaskedAs = Literal["link", "inline", "none"]


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with.

    Attributes:
        pool: Assesses photos.
        pictures: Holds masked pictures.
        interpreter: Tells assessments in the language that a request prefers.
        max_bytes: Largest photo.
        upload_seconds: Time a body may take to arrive.
        link_seconds: Life of a link.
        assess_guard: Lets clients in to ``/v1/assess``; None when it is open.
        is_ready: Whether all that is needed is there, beside the models.
    """

    pool: GatePool
    pictures: PictureStore
    interpreter: Interpreter
    max_bytes: int
    upload_seconds: float
    link_seconds: float
    assess_guard: Guard | None = None
    is_ready: Callable[[], bool] = lambda: True


def make_router(services: Services) -> APIRouter:
    """Return the routes of the service."""
    router = APIRouter()
    guard = services.assess_guard
    admitted = [] if guard is None else [Depends(guard.needing(Scope.SUBMIT))]

    @router.post(
        "/v1/assess",
        summary="Assess a photo of an ultrasound screen",
        description=openapi.ASSESS_DESCRIPTION,
        tags=["photos"],
        responses=openapi.assess_responses(guarded=guard is not None),
        openapi_extra=openapi.ASSESS_BODY,
        dependencies=admitted,
        response_class=JSONResponse,
    )
    async def assess(
        request: Request,
        accepted: Annotated[str | None, Depends(accept_language)],
        masked: Annotated[
            MaskedAs,
            Query(
                description="How the masked picture is given: behind a link that expires, "
                "inside the answer as base64, or not at all."
            ),
        ] = "link",
    ) -> JSONResponse:
        with services.pool.place():
            limit = services.max_bytes
            sent = await read_upload(request, limit, limit, 1, services.upload_seconds)
            assessment = await services.pool.assess(sent.photos[0], sent.patient)
            assessment, language = services.interpreter.tell(assessment, accepted)
            document = await run_in_threadpool(_document, assessment, masked, services)
        request.state.verdict = logged(assessment)
        if assessment.photo is None:
            reason = assessment.verdict.reasons[0]
            raise UnreadablePhotoError(cast(UnreadableReason, reason.detail), reason.prompt)
        return JSONResponse(
            document, headers={"Content-Language": language, "Vary": "Accept-Language"}
        )

    @router.get(
        "/v1/masked/{token}",
        summary="Fetch a masked picture",
        description="The rectified picture with every identifier filled, for a few minutes.",
        tags=["photos"],
        responses=openapi.MASKED_RESPONSES,
        response_class=Response,
    )
    async def masked_picture(token: str) -> Response:
        return Response(services.pictures.get(token), media_type="image/png")

    @router.get(
        "/healthz",
        summary="Whether the service is alive",
        tags=["service"],
    )
    async def health() -> dict[str, str]:
        return {"status": "alive"}

    @router.get(
        "/readyz",
        summary="Whether photos can be served: models loaded, records at hand",
        tags=["service"],
        responses=openapi.READY_RESPONSES,
    )
    async def ready() -> dict[str, str]:
        services.pool.require_ready()
        if not await run_in_threadpool(services.is_ready):
            raise NotReadyError
        return {"status": "ready"}

    return router


def _document(assessment: Assessment, masked: MaskedAs, services: Services) -> dict[str, Any]:
    document = to_json(assessment)
    if assessment.masked is not None and masked != "none":
        document["masked"] = _picture(assessment.masked, masked, services)
    return document


def _picture(
    screen: MaskedScreen, masked: Literal["link", "inline"], services: Services
) -> dict[str, Any]:
    if masked == "inline":
        encoded = base64.b64encode(encode_png(screen)).decode("ascii")
        return {"media_type": "image/png", "base64": encoded}
    token = services.pictures.put(screen)
    return {
        "media_type": "image/png",
        "href": f"/v1/masked/{token}",
        "expires_s": services.link_seconds,
    }


def logged(assessment: Assessment) -> dict[str, Any]:
    """Return what a log may hold of a verdict: codes alone."""
    verdict = assessment.verdict
    return {
        "outcome": verdict.outcome,
        "reasons": [reason.code for reason in verdict.reasons],
        "detail": next((r.detail for r in verdict.reasons if r.detail is not None), None),
        "timings_ms": {name: round(ms) for name, ms in assessment.timings_ms.items()},
    }
