"""What a reviewer works with: more masked on a stored picture, small pictures, the limits."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

from typing import Annotated

import cv2
import numpy as np
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from sonogate.http import described
from sonogate.http.access import Principal, Scope
from sonogate.http.amend import amend
from sonogate.http.backend import Backend
from sonogate.http.documents import image_document
from sonogate.http.image_routes import ImageId
from sonogate.http.mask_schemas import MasksIn
from sonogate.http.negotiate import accepted, answer, encode, tagged
from sonogate.http.submission_routes import Key
from sonogate.records.idempotency import Replay
from sonogate.records.values import StoredImage
from sonogate.report import decode_png, encode_png
from sonogate.types import MaskedScreen

THUMBNAIL_PX = 240


def make_router(backend: Backend) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["pictures"])
    records, guard = backend.records, backend.guard
    reviewer = guard.needing(Scope.REVIEW)

    @router.post(
        "/images/{image_id}/masks",
        status_code=201,
        summary="Mask more of a picture",
        description=described.MASKS,
        responses=described.responses("Image", 201, 401, 403, 404, 406, 409, 413, 422, 429),
        response_class=Response,
    )
    def mask_more(
        request: Request,
        image_id: ImageId,
        body: MasksIn,
        who: Annotated[Principal, Depends(reviewer)],
        key: Key = None,
    ) -> Response:
        accepted(request)
        digest = records.digest(body.model_dump_json().encode("utf-8"), f"POST masks of {image_id}")
        lease = None if key is None else records.begin(who.organisation, who.client, key, digest)
        if isinstance(lease, Replay):
            again = {"idempotency-replayed": "true"}
            return answer(request, lease.body, lease.status, again)

        def render(image: StoredImage) -> bytes:
            origins = records.origins(who.organisation, [image.submission_id])
            return encode(image_document(image, origins[image.submission_id]))

        try:
            made = amend(backend, who, image_id, body, lease, render)
        except Exception:
            if lease is not None:
                records.give_up(lease)
            raise
        headers = {"location": f"/v1/images/{made.id}"}
        return answer(request, render(made), 201, headers)

    @router.get(
        "/images/{image_id}/thumbnail",
        summary="Fetch a small picture",
        description=f"At most {THUMBNAIL_PX} pixels wide, made from the masked picture.",
        responses=described.picture_responses(304, 401, 403, 404, 422, 429),
        response_class=Response,
    )
    def thumbnail(
        request: Request, image_id: ImageId, who: Annotated[Principal, Depends(reviewer)]
    ) -> Response:
        image = records.image(who.organisation, image_id)
        return tagged(request, _small(records.picture(image)), image.media_type)

    @router.get(
        "/limits",
        summary="Look at the scores that pictures are held to",
        responses=described.responses("Limits", 200, 304, 401, 403, 406, 429),
        response_class=Response,
    )
    def limits(request: Request, _: Annotated[Principal, Depends(reviewer)]) -> Response:
        rules = backend.policy.verdict
        document = {
            "policy_version": backend.policy.version,
            "retake_below": rules.retake_below,
            "limit_below": rules.limit_below,
        }
        return answer(request, document)

    return router


def _small(png: bytes) -> bytes:
    pixels = decode_png(png)
    height, width = pixels.shape[:2]
    scale = min(1.0, THUMBNAIL_PX / width)
    size_wh = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    return encode_png(MaskedScreen(small, np.zeros(small.shape[:2], np.bool_)))
