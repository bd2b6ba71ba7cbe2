"""JSON Schemas of the records' answers, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, get_args

from sonogate.clinical import Purpose
from sonogate.http.access import Scope
from sonogate.records.values import ImageState, SubmissionState
from sonogate.types import MEASURE_NAMES, Limit, Outcome

_TIME = {"type": "string", "format": "date-time"}
_TEXT = {"type": "string"}
_HEX = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_REPORT = {"$ref": "#/components/schemas/KeptReport"}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(title: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _page(title: str, item: str) -> dict[str, Any]:
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{item}"}}
    after = _maybe(_TEXT) | {"description": "Where the next page starts; null at the end."}
    return _object(title, items=items, after=after)


_DEVICE = _object(
    "Device",
    maker=_maybe(_TEXT),
    model=_maybe(_TEXT),
    kind=_maybe(_TEXT),
    site=_maybe(_TEXT),
    probe=_maybe(_TEXT),
    preset=_maybe(_TEXT),
    export_size_wh=_maybe({"type": "array", "items": {"type": "integer"}}),
)
_SUBMISSION = _object(
    "Submission",
    schema={"const": "sonogate.submission/1"},
    id=_TEXT,
    state={"enum": [str(state) for state in SubmissionState]},
    created_at=_TIME,
    created_by=_TEXT,
    purpose=_TEXT,
    case_reference=_maybe(_TEXT),
    consent=_maybe({"type": "object"}),
    context=_maybe({"type": "object"}),
    device={"$ref": "#/components/schemas/Device"},
    attempts={"type": "integer", "minimum": 0},
    image_id=_maybe(_TEXT),
)
_ATTEMPT = _object(
    "Attempt",
    schema={"const": "sonogate.attempt/1"},
    submission_id=_TEXT,
    submission_state={"enum": [str(state) for state in SubmissionState]},
    number={"type": "integer", "minimum": 1},
    created_at=_TIME,
    photos={"type": "integer", "minimum": 1},
    outcome={"enum": list(get_args(Outcome))},
    released={"enum": list(get_args(Outcome))},
    image_id=_maybe(_TEXT),
    report=_maybe(_REPORT),
)
_IMAGE = _object(
    "Image",
    schema={"const": "sonogate.image/1"},
    id=_TEXT,
    submission_id=_TEXT,
    purpose={"enum": [str(purpose) for purpose in Purpose]},
    case_reference=_maybe(_TEXT),
    device={"$ref": "#/components/schemas/Device"},
    sha256=_HEX,
    media_type=_TEXT,
    size_bytes={"type": "integer"},
    outcome={"enum": list(get_args(Outcome))},
    limits={"type": "array", "items": {"enum": list(get_args(Limit))}},
    fidelity=_maybe({"type": "number"}),
    policy_version=_TEXT,
    state={"enum": [str(state) for state in ImageState]},
    state_reason=_maybe(_TEXT),
    state_at=_maybe(_TIME),
    superseded_by=_maybe(_TEXT),
    created_at=_TIME,
    created_by=_TEXT,
    report=_maybe(_REPORT),
)
_AUDIT = _object(
    "AuditEntry",
    sequence={"type": "integer", "minimum": 1},
    at=_TIME,
    actor=_TEXT,
    action=_TEXT,
    subject=_TEXT,
    reason=_TEXT,
    previous_hash=_HEX,
    hash=_HEX,
)
_COUNT = {"type": "integer", "minimum": 0}
_COUNTS = {"type": "object", "additionalProperties": _COUNT}
_STATISTIC = _object(
    "Statistic",
    site=_TEXT,
    maker=_TEXT,
    model=_TEXT,
    attempts=_COUNT,
    submissions=_COUNT,
    accepted=_COUNT,
    accepted_by_cap=_COUNT,
    retakes_per_submission={"type": "number"},
    outcomes=_COUNTS,
    causes=_COUNTS,
)
RECORD_SCHEMAS: dict[str, Any] = {
    "Device": _DEVICE,
    "Submission": _SUBMISSION,
    "SubmissionPage": _page("SubmissionPage", "Submission"),
    "Attempt": _ATTEMPT,
    "AttemptList": _object(
        "AttemptList",
        items={"type": "array", "items": {"$ref": "#/components/schemas/Attempt"}},
    ),
    "Image": _IMAGE,
    "ImagePage": _page("ImagePage", "Image"),
    "AuditEntry": _AUDIT,
    "AuditPage": _page("AuditPage", "AuditEntry"),
    "Reassessment": _object(
        "Reassessment",
        image_id=_TEXT,
        was={"enum": list(get_args(Outcome))},
        now={"enum": list(get_args(Outcome))},
        worse={"type": "boolean"},
        failing={"type": "array", "items": {"enum": list(MEASURE_NAMES)}},
        mediocre={"type": "array", "items": {"enum": list(MEASURE_NAMES)}},
    ),
    "ReassessmentPage": _object(
        "ReassessmentPage",
        policy_version=_TEXT,
        items={"type": "array", "items": {"$ref": "#/components/schemas/Reassessment"}},
        after=_maybe(_TEXT),
    ),
    "Statistics": _object(
        "Statistics",
        schema={"const": "sonogate.statistics/1"},
        items={"type": "array", "items": _STATISTIC},
    ),
    "Session": _object(
        "Session",
        schema={"const": "sonogate.session/1"},
        token=_TEXT,
        expires_at=_TIME,
        organisation=_TEXT,
        scopes={"type": "array", "items": {"enum": [str(scope) for scope in Scope]}},
    ),
    "Limits": _object(
        "Limits",
        policy_version=_TEXT,
        retake_below={"type": "number"},
        limit_below={"type": "number"},
    ),
    "Link": _object("Link", href=_TEXT, expires_s={"type": "integer"}),
    "KeptReport": {
        "title": "KeptReport",
        "description": "The report of /v1/assess without the digest of the original.",
        "type": "object",
    },
}
