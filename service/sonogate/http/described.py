"""What the OpenAPI document says of the routes on the records."""

from __future__ import annotations

from typing import Any

from sonogate.errors import UnreadableReason
from sonogate.http import problems, refusals
from sonogate.http.negotiate import VERSIONED
from sonogate.http.patient_part import FORM_ENCODING, PATIENT
from sonogate.http.problem import MEDIA_TYPE, Problem

CREATE = """
Before the first photo: why it is taken, with whose consent, of what, on which machine. For
anything but direct care the patient's consent must be on record, and cover this purpose; a
consultation needs a question and a body part. Texts that seem to identify the patient are
refused.
"""
PHOTOS = """
Send one photo, or several of the same screen as parts `photo` of a form: the best counts.
The answer says whether it was accepted, and if not, the one thing to do next. From the retry
cap on, a picture that is poor but safe is accepted with limits; one whose masking is not
trusted never is. Only the masked picture is stored. A part `patient` says whom the photo is
of, as for `/v1/assess`; it is used for this request alone.
"""
DELETE = """
The pictures, texts, consent and reports are deleted; a tombstone with the reason stays.
"""
RECALL = """
A recalled picture stays on record, but is not to be relied on: whoever verifies a copy of it
is told so.
"""
MASKS = """
Masks can be added to a picture and never taken away. The new version is signed anew and
takes the old one's place, which is SUPERSEDED for whoever verifies a copy of it; the pixels
of the old version are destroyed, with its key, in the same transaction. Works on active
pictures alone. A request sent again with its `Idempotency-Key` masks nothing twice.
"""
SESSION = """
For pages in a browser, which must not keep a key: a token for some hours, with the scopes of
the API key that the request carries. Where the service was started for the local network, the
code that its terminal shows (`pairing`) opens a session without a key, once. The token is
sent as `Authorization: Bearer`, and dies with its key.
"""
REASSESSMENT = """
After a new policy: what it says of pictures on record, from the native values measured then.
Nothing is measured anew and nothing is changed; recall or replace what has become too poor.
The filters are those of the search.
"""
STATISTICS = """
Counts of the organisation's attempts. A machine at a site with fewer than five attempts is
counted as `other`.
"""
ROWS = """
For research: the week, the machine, the purpose, verdict, causes, fidelity and scores of each
attempt; nothing that leads back to a case, a client or a picture. Rows are in an order of
their own. Needs the `research` extra on the service; without it the answer is 406.
"""
_BINARY = {"type": "string", "format": "binary", "description": "The photo's file."}
PHOTOS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {"type": "array", "items": _BINARY, "minItems": 1},
                        "patient": PATIENT,
                    },
                },
                "encoding": FORM_ENCODING,
            },
            "image/*": {"schema": _BINARY},
            "application/octet-stream": {"schema": _BINARY},
        },
    }
}


def _unreadable(reason: UnreadableReason) -> Problem:
    return problems.unreadable(reason, "Send the photo as JPEG or HEIC.")


_PROBLEMS: dict[int, tuple[str, tuple[Problem, ...]]] = {
    400: ("The request cannot be understood.", (problems.BAD_REQUEST,)),
    401: ("Who is asking is not known.", (refusals.UNAUTHENTICATED,)),
    403: ("The client lacks the scope.", (refusals.FORBIDDEN,)),
    404: (
        "Unknown, or another organisation's.",
        (refusals.NO_SUCH_RECORD, problems.NO_SUCH_PICTURE, refusals.NO_SUCH_DESTINATION),
    ),
    406: ("No answer of a type that is accepted.", (refusals.NOT_ACCEPTABLE,)),
    408: ("The body did not arrive in time.", (problems.SLOW,)),
    409: (
        "The record's state does not allow it.",
        (refusals.CONFLICT, refusals.IN_PROGRESS, refusals.NOT_FOR_EXPORT),
    ),
    413: ("The body is too large.", (refusals.TOO_LARGE_BODY, problems.TOO_LARGE)),
    415: (
        "The body is no photo of a format that is read.",
        (problems.UNSUPPORTED_MEDIA, _unreadable("raw_photo")),
    ),
    422: (
        "The request is not valid.",
        (
            problems.INVALID,
            refusals.KEY_REUSED,
            refusals.CONSENT_NEEDED,
            refusals.CONTEXT_NEEDED,
            refusals.refusal("number"),
            problems.malformed("no_photo_part"),
            _unreadable("truncated"),
        ),
    ),
    429: ("Too many requests, or too many photos waiting.", (refusals.RATE_LIMITED, problems.BUSY)),
    500: ("The service failed.", (problems.FAULT,)),
    502: ("The archive did not take the picture.", (refusals.ARCHIVE,)),
    503: (
        "The service is starting, or cannot reach its records or its identity provider.",
        (problems.NOT_READY, refusals.UNAVAILABLE, refusals.NO_PROVIDER),
    ),
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_TAG = {"ETag": {"description": "Tag of this very answer.", "schema": {"type": "string"}}}


def responses(schema: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an operation whose success is described by ``schema``."""
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    success = {
        "description": "Done.",
        "content": {"application/json": content, VERSIONED: content},
        "headers": _TAG,
    }
    return _answers(success, statuses)


def picture_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an operation that gives a picture."""
    success = {
        "description": "The picture.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        "headers": _TAG,
    }
    return _answers(success, (200, *statuses))


def parquet_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an operation that gives a Parquet file."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    content = {"application/vnd.apache.parquet": schema}
    success = {"description": "The table.", "content": content, "headers": _TAG}
    return _answers(success, (200, *statuses))


def text_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an operation that gives plain text."""
    success = {"description": "Done.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    return _answers(success, (200, *statuses))


def _answers(success: dict[str, Any], statuses: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    made: dict[int | str, dict[str, Any]] = {}
    implied = {500}
    if 401 in statuses:
        implied.add(503)
    if 413 in statuses:
        # A body that is not text at all.
        implied.add(400)
    for status in sorted({*statuses, *implied}):
        if status < 300:
            made[status] = success
        elif status == 304:
            made[status] = {"description": "What the client has is current."}
        else:
            made[status] = _problem(status)
    return made


def _problem(status: int) -> dict[str, Any]:
    description, kinds = _PROBLEMS[status]
    examples = {
        kind.code if kind.reason is None else f"{kind.code}_{kind.reason}": {
            "summary": kind.title,
            "value": kind.document(),
        }
        for kind in kinds
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    answer: dict[str, Any] = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }
    if any(kind.retry for kind in kinds):
        answer["headers"] = _RETRY
    return answer
