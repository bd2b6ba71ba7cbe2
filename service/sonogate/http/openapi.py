"""What /openapi.json says beyond what the framework finds out by itself."""

from __future__ import annotations

import copy
import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from sonogate.http import problems, refusals
from sonogate.http.authority_described import AUTHORITY_SCHEMAS
from sonogate.http.patient_part import FORM_ENCODING, PATIENT
from sonogate.http.problem import MEDIA_TYPE, Problem
from sonogate.http.record_schemas import RECORD_SCHEMAS
from sonogate.report import report_schema

DESCRIPTION = """
A phone photo of an ultrasound machine's screen goes in. The screen is found and seen
straight on, its quality is scored against what the machine would have exported, whatever
could identify a patient is filled, and a verdict comes out with the one thing to do next.

`/v1/assess` stores nothing; a submission's accepted picture is stored masked, and nothing
else of the photo. Poor quality is an answer, not an error: an error (`4xx`, a problem
document of RFC 9457) means that there was no photo to assess.
"""
ASSESS_DESCRIPTION = """
Send the photo as it came from the camera: JPEG, PNG, HEIC, AVIF, WebP or MPO, as the part
`photo` of a form or as the whole body. File names are not looked at.

A client that knows whom the photo is of may say so in the part `patient` of the form: what
could name that patient is then masked even where it looks clinical. It is used for this
request alone and is kept nowhere.

The answer is the report that `sonogate assess` writes, and, where a screen was found,
`masked`: the rectified, masked picture behind a link or as base64.
"""
_BINARY = {"type": "string", "format": "binary", "description": "The photo's file."}
ASSESS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {"photo": _BINARY, "patient": PATIENT},
                },
                "encoding": FORM_ENCODING,
            },
            "image/*": {"schema": _BINARY},
            "application/octet-stream": {"schema": _BINARY},
        },
    }
}


def _problem_response(description: str, *kinds: Problem) -> dict[str, Any]:
    examples = {
        kind.code if kind.reason is None else f"{kind.code}_{kind.reason}": {
            "summary": kind.title,
            "value": kind.document(),
        }
        for kind in kinds
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


def _retry(response: dict[str, Any]) -> dict[str, Any]:
    header = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    return response | {"headers": {"Retry-After": header}}


_RAW = problems.unreadable("raw_photo", "Send the photo as JPEG or HEIC.")
_TRUNCATED = problems.unreadable("truncated", "Send the photo again.")
_NOT_READY = _retry(_problem_response("The models are being loaded.", problems.NOT_READY))
_EXAMPLE_REASON = {
    "code": "glare",
    "where": "upper right",
    "prompt": "Move a little or turn off a lamp until the reflection in the upper right of the"
    " screen is gone.",
    "gain": 11.5,
    "detail": None,
}
ASSESS_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report; the verdict may be any, rejected included.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ServiceReport"}}},
    },
    408: _problem_response("The body did not arrive in time.", problems.SLOW),
    413: _problem_response("The photo is too large.", problems.TOO_LARGE),
    415: _problem_response(
        "The body is no photo of a format that is read.", problems.UNSUPPORTED_MEDIA, _RAW
    ),
    422: _problem_response(
        "The photo is damaged, or the request is not valid.",
        _TRUNCATED,
        problems.malformed("no_photo_part"),
        problems.INVALID,
    ),
    429: _retry(_problem_response("Too many photos are waiting.", problems.BUSY)),
    500: _problem_response("The service failed.", problems.FAULT),
    503: _NOT_READY,
}


def assess_responses(*, guarded: bool) -> dict[int | str, dict[str, Any]]:
    """Return the answers of ``/v1/assess``, those of the guard included when there is one."""
    if not guarded:
        return ASSESS_RESPONSES
    refused = {401: refusals.UNAUTHENTICATED, 403: refusals.FORBIDDEN}
    added: dict[int | str, dict[str, Any]] = {
        status: _problem_response(kind.title + ".", kind) for status, kind in refused.items()
    }
    return ASSESS_RESPONSES | added


MASKED_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    },
    404: _problem_response("Unknown or expired.", problems.NO_SUCH_PICTURE),
}
WEIGHTS_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An ONNX file.",
        "content": {"application/octet-stream": {"schema": {"type": "string"}}},
    },
    404: _problem_response("Other weights are in use.", problems.NOT_FOUND),
    422: _problem_response("The request is not valid.", problems.INVALID),
}
READY_RESPONSES: dict[int | str, dict[str, Any]] = {503: _NOT_READY}

_PROBLEM_SCHEMA = {
    "title": "Problem",
    "description": "A problem document (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do about it."},
        "code": {"type": "string"},
        "reason": {"type": "string", "description": "Why, from a fixed list."},
    },
}
_MASKED_SCHEMA = {
    "title": "MaskedPicture",
    "description": "The rectified, masked picture: behind a link, or as base64.",
    "type": "object",
    "required": ["media_type"],
    "properties": {
        "media_type": {"const": "image/png"},
        "href": {"type": "string", "description": "Path of the picture on this service."},
        "expires_s": {"type": "number", "description": "Seconds until the link expires."},
        "base64": {"type": "string", "contentEncoding": "base64"},
    },
}


def install(app: FastAPI) -> None:
    """Make ``app`` describe itself with the report's own schema."""
    made: dict[str, Any] = {}

    def describe() -> dict[str, Any]:
        if not made:
            made.update(_describe(app))
        return made

    # The framework's documented way to replace the description.
    app.openapi = describe  # type: ignore[method-assign]


def _describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=[
            {"name": "photos", "description": "Photos in, verdicts and masked pictures out."},
            {"name": "submissions", "description": "Pictures for the record, tried until good."},
            {"name": "pictures", "description": "What is on record: found, given, recalled."},
            {"name": "authority", "description": "What was issued here, and what was done to it."},
            {"name": "export", "description": "Pictures handed on."},
            {"name": "statistics", "description": "Counts and rows without identifiers."},
            {"name": "service", "description": "For whoever runs the service."},
        ],
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    # Invalid parameters are answered with a problem document like everything else.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= _report_schemas()
    schemas["Problem"] = _PROBLEM_SCHEMA
    schemas["MaskedPicture"] = _MASKED_SCHEMA
    if any(path.startswith("/v1/submissions") for path in document["paths"]):
        schemas |= RECORD_SCHEMAS | AUTHORITY_SCHEMAS
        _secure(document)
    for path in document["paths"].values():
        for operation in path.values():
            stray = operation["responses"].get("422", {}).get("content", {})
            if "HTTPValidationError" in json.dumps(stray):
                del operation["responses"]["422"]
    return document


def _secure(document: dict[str, Any]) -> None:
    """Say which operations ask for a bearer token: those that may refuse one."""
    document["components"]["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, or an access token of the configured OIDC provider.",
        }
    }
    for path in document["paths"].values():
        for operation in path.values():
            if "401" in operation["responses"]:
                operation["security"] = [{"bearer": []}]


def _report_schemas() -> dict[str, Any]:
    """Return the report's schema as components, its references pointing there."""
    text = json.dumps(report_schema()).replace("#/$defs/", "#/components/schemas/")
    report: dict[str, Any] = json.loads(text)
    schemas: dict[str, Any] = report.pop("$defs")
    for key in ("$schema", "$id"):
        report.pop(key)
    schemas["Reason"]["examples"] = [_EXAMPLE_REASON]
    with_picture = copy.deepcopy(report)
    with_picture["title"] = "ServiceReport"
    with_picture["properties"]["masked"] = {"$ref": "#/components/schemas/MaskedPicture"}
    return schemas | {"ServiceReport": with_picture}
