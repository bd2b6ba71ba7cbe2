"""What the capture page guides by, and guidance for browsers that cannot do it themselves."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi import Path as PathPart
from fastapi.responses import Response
from pydantic import BaseModel

from sonogate.guidance import FrameMeasures, GuidanceRules
from sonogate.http import openapi
from sonogate.http.access import Guard, Scope
from sonogate.http.guide import MAX_FRAME_BYTES, Guide
from sonogate.http.language import Interpreter, accept_language
from sonogate.http.upload import read_photo
from sonogate.prompts import choose_language

FRAME_SECONDS = 5.0
RULES = """
The limits that a frame is held to, in the native values of its measures, from the policy that
the verdict follows; where the locator's weights are; whether this service keeps submissions.
"""
LOOK = """
Send a small frame (at most 640 pixels along its longer side is enough). The answer says where
the screen is, what was measured, and the one thing to do. Nothing is stored.
"""


class LocatorOut(BaseModel):
    """The weights that find the screen."""

    href: str
    sha256: str


class GuidanceRulesOut(BaseModel):
    """What the capture page guides by."""

    rules: GuidanceRules
    locator: LocatorOut
    keeps_submissions: bool


class HintOut(BaseModel):
    """The one thing to do."""

    code: str
    where: str | None
    prompt: str


class GuidanceOut(BaseModel):
    """A frame, looked at."""

    policy_version: str
    corners_xy: list[tuple[float, float]] | None
    measures: FrameMeasures | None
    hint: HintOut | None


def make_router(
    guide: Guide, interpreter: Interpreter, guard: Guard | None, *, keeps_submissions: bool
) -> APIRouter:
    """Return the routes of guidance.

    Args:
        guide: Looks at frames.
        interpreter: The sentences of the languages there are.
        guard: Lets clients in to send frames; None when that is open.
        keeps_submissions: Whether the service has records.
    """
    router = APIRouter(tags=["guidance"])
    admitted = [] if guard is None else [Depends(guard.needing(Scope.SUBMIT))]
    weights_path = f"/v1/locator/{guide.locator_sha256}.onnx"

    @router.get("/v1/guidance", summary="What the capture page guides by", description=RULES)
    async def rules() -> GuidanceRulesOut:
        return GuidanceRulesOut(
            rules=guide.rules,
            locator=LocatorOut(href=weights_path, sha256=guide.locator_sha256),
            keeps_submissions=keeps_submissions,
        )

    @router.get(
        "/v1/locator/{sha256}.onnx",
        summary="The locator's weights",
        responses=openapi.WEIGHTS_RESPONSES,
        response_class=Response,
    )
    def weights(sha256: Annotated[str, PathPart(pattern="^[0-9a-f]{64}$")]) -> Response:
        if sha256 != guide.locator_sha256:
            raise HTTPException(404)
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        return Response(guide.weights(), media_type="application/octet-stream", headers=headers)

    @router.post(
        "/v1/guidance",
        summary="Look at a frame before the shot",
        description=LOOK,
        responses=openapi.assess_responses(guarded=guard is not None),
        openapi_extra=openapi.ASSESS_BODY,
        dependencies=admitted,
    )
    async def look(
        request: Request,
        accepted: Annotated[str | None, Depends(accept_language)],
        still_scale: Annotated[
            float, Query(gt=0, le=100, description="Photo pixels per pixel of the frame.")
        ] = 1.0,
    ) -> GuidanceOut:
        catalogues = interpreter.catalogues
        sentences = catalogues[choose_language(accepted, tuple(catalogues), interpreter.own)]
        data = await read_photo(request, MAX_FRAME_BYTES, FRAME_SECONDS)
        seen = await guide.look(data, still_scale, sentences)
        corners = None if seen.glance is None else seen.glance.corners_xy.tolist()
        hint = None
        if seen.hint is not None:
            prompt = sentences.prompt(seen.hint.code, place=seen.hint.place)
            hint = HintOut(code=seen.hint.code, where=seen.hint.place, prompt=prompt)
        return GuidanceOut(
            policy_version=guide.rules.policy_version,
            corners_xy=corners,
            measures=seen.measures,
            hint=hint,
        )

    return router
