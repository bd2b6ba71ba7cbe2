"""Stored pictures: searched, fetched, linked to, recalled, replaced; and the audit trail."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

from collections.abc import Sequence
from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathPart
from fastapi.responses import Response
from pydantic import AwareDatetime

from sonogate.clinical import Purpose
from sonogate.http import described
from sonogate.http.access import Principal, Scope
from sonogate.http.backend import Backend
from sonogate.http.documents import (
    audit_document,
    image_document,
    page_document,
    reassessment_document,
)
from sonogate.http.errors import InvalidRequestError, NoSuchPictureError
from sonogate.http.negotiate import accepted, answer, tagged
from sonogate.http.reassess import reassess
from sonogate.http.schemas import ReasonIn, ReplacementIn
from sonogate.http.submission_routes import After, Limit
from sonogate.records.errors import NoSuchRecordError
from sonogate.records.values import ImageFilter, ImageState, StoredImage
from sonogate.types import MEASURE_NAMES, MeasureName, Outcome, ReasonCode
from sonogate.types import Limit as UseLimit

ImageId = Annotated[str, PathPart(pattern="^img_[0-9a-f]{32}$")]
Range = Annotated[
    str | None,
    Query(
        pattern=r"^(100|\d{1,2})(\.\d{1,3})?:(100|\d{1,2})(\.\d{1,3})?$",
        description="Lowest and highest, as LOW:HIGH in points.",
    ),
]
Scores = Annotated[
    list[str] | None,
    Query(
        max_length=12,
        description="Ranges of scores, as MEASURE:LOW:HIGH: " + ", ".join(MEASURE_NAMES) + ".",
    ),
]
Text = Annotated[str | None, Query(max_length=100)]


def wanted_images(
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    device_model: Text = None,
    site: Text = None,
    outcome: Outcome | None = None,
    state: ImageState | None = None,
    policy_version: Text = None,
    limitation: UseLimit | None = None,
    fidelity: Range = None,
    reason: ReasonCode | None = None,
    purpose: Purpose | None = None,
    preset: Text = None,
    score: Scores = None,
) -> ImageFilter:
    """Return which pictures a query asks for (a FastAPI dependency)."""
    return ImageFilter(
        since,
        until,
        device_model,
        site,
        outcome,
        state,
        policy_version,
        limitation,
        reason,
        purpose,
        preset,
        None if fidelity is None else _range(fidelity),
        dict(_score(text) for text in score or ()),
    )


def make_router(backend: Backend) -> APIRouter:
    """Return the routes of stored pictures."""
    router = APIRouter(prefix="/v1", tags=["pictures"])
    records, guard = backend.records, backend.guard
    reader = guard.needing(Scope.SUBMIT, Scope.REVIEW)
    reviewer = guard.needing(Scope.REVIEW)
    admin = guard.needing(Scope.ADMIN)

    def documents(who: Principal, images: Sequence[StoredImage]) -> list[dict[str, Any]]:
        origins = records.origins(who.organisation, {one.submission_id for one in images})
        return [image_document(one, origins[one.submission_id]) for one in images]

    @router.get(
        "/images",
        summary="Search stored pictures",
        description="The organisation's pictures, newest first.",
        responses=described.responses("ImagePage", 200, 304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def search(
        request: Request,
        wanted: Annotated[ImageFilter, Depends(wanted_images)],
        who: Annotated[Principal, Depends(reviewer)],
        after: After = None,
        limit: Limit = 50,
    ) -> Response:
        page = records.images(who.organisation, wanted, after, limit)
        return answer(request, page_document(documents(who, page.items), page.after))

    @router.get(
        "/reassessment",
        summary="Judge stored pictures again by the policy of today",
        description=described.REASSESSMENT,
        responses=described.responses("ReassessmentPage", 200, 304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def reassessed(
        request: Request,
        who: Annotated[Principal, Depends(reviewer)],
        wanted: Annotated[ImageFilter, Depends(wanted_images)],
        after: After = None,
        limit: Limit = 50,
    ) -> Response:
        page = records.images(who.organisation, wanted, after, limit)
        judged = [reassess(item, backend.policy) for item in page.items]
        items = [reassessment_document(one) for one in judged if one is not None]
        document = page_document(items, page.after)
        return answer(request, {"policy_version": backend.policy.version, **document})

    @router.get(
        "/images/{image_id}",
        summary="Look at what is known of a picture",
        responses=described.responses("Image", 200, 304, 401, 403, 404, 406, 422, 429),
        response_class=Response,
    )
    def one(
        request: Request, image_id: ImageId, who: Annotated[Principal, Depends(reader)]
    ) -> Response:
        image = records.image(who.organisation, image_id)
        return answer(request, documents(who, [image])[0])

    @router.get(
        "/images/{image_id}/file",
        summary="Fetch a picture",
        responses=described.picture_responses(304, 401, 403, 404, 422, 429),
        response_class=Response,
    )
    def file(
        request: Request, image_id: ImageId, who: Annotated[Principal, Depends(reader)]
    ) -> Response:
        image = records.image(who.organisation, image_id)
        return tagged(request, records.picture(image), image.media_type)

    @router.post(
        "/images/{image_id}/links",
        status_code=201,
        summary="Make a short-lived link to a picture",
        responses=described.responses("Link", 201, 401, 403, 404, 406, 422, 429),
        response_class=Response,
    )
    def link(
        request: Request, image_id: ImageId, who: Annotated[Principal, Depends(reviewer)]
    ) -> Response:
        accepted(request)
        image = records.image(who.organisation, image_id)
        if image.state is ImageState.DELETED:
            raise NoSuchRecordError("the picture was deleted")
        token = backend.links.make(image_id)
        records.audit(who.organisation, who.client, "image.link", image_id)
        document = {"href": f"/v1/pictures/{token}", "expires_s": backend.links.seconds}
        return answer(request, document, 201)

    @router.get(
        "/pictures/{token}",
        summary="Fetch a picture by its link",
        responses=described.picture_responses(304, 404),
        response_class=Response,
    )
    def linked(request: Request, token: str) -> Response:
        image_id = backend.links.read(token)
        try:
            image = records.linked_image(image_id)
            return tagged(request, records.picture(image), image.media_type)
        except NoSuchRecordError as error:
            raise NoSuchPictureError from error

    @router.post(
        "/images/{image_id}/recall",
        summary="Recall a picture",
        description=described.RECALL,
        responses=described.responses("Image", 200, 401, 403, 404, 406, 409, 413, 422, 429),
        response_class=Response,
    )
    def recall(
        request: Request,
        image_id: ImageId,
        body: ReasonIn,
        who: Annotated[Principal, Depends(reviewer)],
    ) -> Response:
        accepted(request)
        image = records.recall(who.organisation, image_id, who.client, body.checked())
        return answer(request, documents(who, [image])[0])

    @router.post(
        "/images/{image_id}/supersede",
        summary="Replace a picture by a better one",
        responses=described.responses("Image", 200, 401, 403, 404, 406, 409, 413, 422, 429),
        response_class=Response,
    )
    def supersede(
        request: Request,
        image_id: ImageId,
        body: ReplacementIn,
        who: Annotated[Principal, Depends(reviewer)],
    ) -> Response:
        accepted(request)
        image = records.supersede(
            who.organisation, image_id, body.superseded_by, who.client, body.checked()
        )
        return answer(request, documents(who, [image])[0])

    @router.get(
        "/audit",
        summary="Read the audit trail",
        description="The organisation's own chain, from its first entry on.",
        responses=described.responses("AuditPage", 200, 304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def audit(
        request: Request,
        who: Annotated[Principal, Depends(admin)],
        after: Annotated[int, Query(ge=0, le=2**53, description="Sequence number.")] = 0,
        limit: Limit = 50,
    ) -> Response:
        entries = records.audit_entries(who.organisation, after, limit)
        last = str(entries[-1].sequence) if len(entries) == limit else None
        return answer(request, page_document([audit_document(e) for e in entries], last))

    return router


def _range(text: str) -> tuple[float, float]:
    low, _, high = text.partition(":")
    try:
        found = float(low), float(high)
    except ValueError as error:
        raise InvalidRequestError from error
    if not 0.0 <= found[0] <= found[1] <= 100.0:
        raise InvalidRequestError
    return found


def _score(text: str) -> tuple[MeasureName, tuple[float, float]]:
    name, _, rest = text.partition(":")
    if name not in get_args(MeasureName):
        raise InvalidRequestError
    return cast(MeasureName, name), _range(rest)
