"""What the OpenAPI document says of the image authority and of exports."""

from __future__ import annotations

from typing import Any, get_args

from sonogate.authority.audit import ChainFault
from sonogate.authority.values import Detail, Status
from sonogate.http import described

# Carries the signature of a file that has no mark of its own.
SIGNATURE = "Sonogate-Signature"
VERIFY = """
Send a file as it is: the part `photo` of a form, or the whole body. AUTHENTIC means that the
file was issued here, every byte as it was, and is current; RECALLED and SUPERSEDED that it
was, and is no longer to be used; ALTERED that it carries what is left of the authority's
mark; UNKNOWN that it is not on record. None of them says that the screen told the truth.

Any client may ask about any file that it holds. Where a picture stands on the audit trail is
told to its own organisation alone. A file that was exported carries no mark: send its
signature along in the header `Sonogate-Signature`. In the answer, `signature` is a JWS over
the other members.
"""
ROOT = """
Whoever has this certificate, by a way that is trusted, can verify pictures and statements
without the service.
"""
JWKS = "Public keys (RFC 7517) that sign answers, lists and ends of the audit trail."
SNAPSHOT = """
Every picture of the organisation with its digest and state, as a JWS: with it and the root
certificate, `sonogate verify` tells of recalls without the service.
"""
HEAD = """
Keep it where the service is not: only then does it show when the trail's end was cut off.
"""
CHECK = "The whole chain is read and computed anew; each anchor must lie on it."
EVENTS = "Entries in order as a Bundle of FHIR R4 AuditEvents, each with its hash."
EXPORT = """
The picture in another shape: `dicom` (Secondary Capture), `report` (Basic Text SR), `fhir` (a
transaction Bundle), `clinical` (what is known around it, as JSON). With a patient the copy
names them, and what is sent here of them is not kept; without one it is de-identified. A
picture that was taken for teaching, research or quality is given de-identified alone. The
header `Sonogate-Signature` holds the file's signature, a JWS, to be kept beside it.
"""
SEND = """
The picture is stored in an archive that the service knows by name: as Secondary Capture with
a Basic Text SR, by STOW-RS or C-STORE. Sending it again changes nothing there.
"""
_FILE = {"type": "string", "format": "binary"}
VERIFY_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {"photo": _FILE},
                }
            },
            "image/*": {"schema": _FILE},
            "application/octet-stream": {"schema": _FILE},
        },
    }
}


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


_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_HEX = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NUMBER = {"type": "integer", "minimum": 0}
_HEAD = _object("AuditHead", sequence=_NUMBER, hash=_HEX)
AUTHORITY_SCHEMAS: dict[str, Any] = {
    "Verification": _object(
        "Verification",
        status={"enum": list(get_args(Status))},
        detail={"enum": [*get_args(Detail), None]},
        basis={"enum": ["registry", "signature"]},
        mark_intact={"type": "boolean"},
        sha256=_HEX,
        checked_at=_TIME,
        image=_maybe(_TEXT),
        registered_at=_maybe(_TIME),
        recalled=_maybe(_object("Recalled", reason=_TEXT, at=_TIME)),
        superseded_by=_maybe(_TEXT),
        audit_sequence=_maybe(_NUMBER),
        audit_head=_maybe(_HEAD),
        signature=_TEXT,
    ),
    "AuditCheck": _object(
        "AuditCheck",
        entries=_NUMBER,
        head=_HEAD,
        fault={"enum": [*get_args(ChainFault), None]},
        at_sequence=_maybe(_NUMBER),
    ),
    "AuditEvents": _object(
        "AuditEvents",
        resourceType={"const": "Bundle"},
        type={"const": "collection"},
        entry={"type": "array", "items": {"type": "object"}},
    ),
    "Destinations": _object("Destinations", items={"type": "array", "items": _TEXT}),
    "Sent": _object("Sent", destination=_TEXT, study=_TEXT, objects={"type": "array"}),
}


def verified(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of verification."""
    return described.responses("Verification", *statuses)


def file_responses(media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an operation that gives a file of one type."""
    made = described.responses("Verification", 200, *statuses)
    schema = {"type": "object"} if media_type.endswith("json") else _TEXT
    made[200] = {"description": "The file.", "content": {media_type: {"schema": schema}}}
    return made


def export_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an export."""
    made = described.responses("Verification", 200, *statuses)
    made[200] = {
        "description": "The file.",
        "content": {
            "application/dicom": {"schema": _FILE},
            "application/fhir+json": {"schema": {"type": "object"}},
            "application/json": {"schema": {"type": "object"}},
        },
        "headers": {SIGNATURE: {"description": "Signature of the file.", "schema": _TEXT}},
    }
    return made
