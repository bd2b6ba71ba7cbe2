"""A stored picture with more masked, as a version of its own that takes the old one's place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from sonogate.authority.values import PictureClaim
from sonogate.http.access import Principal
from sonogate.http.backend import Backend
from sonogate.http.errors import InvalidRequestError
from sonogate.http.mask_schemas import MasksIn
from sonogate.identifiers import mask_more
from sonogate.records.errors import ConflictError
from sonogate.records.idempotency import Lease
from sonogate.records.ids import new_id
from sonogate.records.values import Accepted, ImageState, StoredImage
from sonogate.report import decode_png, encode_png
from sonogate.types import Fidelity, MaskedScreen


def amend(
    backend: Backend,
    who: Principal,
    image_id: str,
    body: MasksIn,
    lease: Lease | None,
    render: Callable[[StoredImage], bytes],
) -> StoredImage:
    """Fill more of a picture, sign it anew and put it in the old one's place.

    Raises:
        NoSuchRecordError: There is no such picture.
        ConflictError: It is not active.
        InvalidRequestError: A mask covers nothing of it.
    """
    records = backend.records
    image = records.image(who.organisation, image_id)
    if image.state is not ImageState.ACTIVE:
        raise ConflictError("the picture is not active")
    polygons = [np.array(mask.polygon, np.float64) for mask in body.masks]
    pixels = decode_png(records.picture(image))
    try:
        masked = mask_more(pixels, polygons, backend.policy.identifiers)
    except ValueError as error:
        raise InvalidRequestError from error
    new = new_id("img")
    file = _file(backend, image, masked, new)
    accepted = Accepted(new, file, image.media_type, image.limits, image.original_hmac)
    report = _report(image, body)
    return records.amend(
        who.organisation, who.client, image_id, accepted, report, body.checked(), lease, render
    )


def _file(backend: Backend, image: StoredImage, masked: MaskedScreen, new: str) -> bytes:
    if backend.signer is None:
        return encode_png(masked)
    report = image.report
    versions = report["versions"]
    fidelity = (report.get("quality") or {}).get("fidelity")
    claim = PictureClaim(
        image_id=new,
        outcome=image.outcome,
        limits=image.limits,
        fidelity=None if fidelity is None else Fidelity(**fidelity),
        sonogate=versions["sonogate"],
        policy=versions["policy"],
        models=versions["models"],
        signed_at=backend.clock(),
    )
    return backend.signer.sign(masked, claim).png


def _report(image: StoredImage, body: MasksIn) -> dict[str, Any]:
    report = copy.deepcopy(dict(image.report))
    identifiers = report.get("identifiers") or {"regions": [], "complete": True, "failure": None}
    identifiers["regions"] += [
        {
            "polygon": [list(point) for point in mask.polygon],
            "kind": mask.kind,
            "action": "masked",
            "confidence": 1.0,
        }
        for mask in body.masks
    ]
    return {**report, "identifiers": identifiers}
