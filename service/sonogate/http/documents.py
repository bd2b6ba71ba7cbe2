"""Records as the JSON that a client is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sonogate.clinical import ClinicalContext, Code, Consent, Device
from sonogate.http.reassess import Reassessment
from sonogate.records.values import Attempt, AuditEntry, Origin, StoredImage, Submission
from sonogate.report import to_json
from sonogate.types import Assessment


def kept_report(assessment: Assessment) -> dict[str, Any]:
    """Return the report without the digest of the original, which is not put on record."""
    document = to_json(assessment)
    document["photo"] = {k: v for k, v in document["photo"].items() if k != "sha256"}
    return document


def submission_document(submission: Submission) -> dict[str, Any]:
    """Return a submission."""
    return {
        "schema": "sonogate.submission/1",
        "id": submission.id,
        "state": str(submission.state),
        "created_at": _time(submission.created_at),
        "created_by": submission.created_by,
        "purpose": str(submission.purpose),
        "case_reference": submission.case,
        "consent": _consent(submission.consent),
        "context": _context(submission.context),
        "device": _device(submission.device),
        "attempts": submission.attempts,
        "image_id": submission.image_id,
    }


def attempt_document(submission: Submission, attempt: Attempt) -> dict[str, Any]:
    """Return an attempt, and where its submission stands."""
    return {
        "schema": "sonogate.attempt/1",
        "submission_id": attempt.submission_id,
        "submission_state": str(submission.state),
        "number": attempt.number,
        "created_at": _time(attempt.created_at),
        "photos": attempt.photos,
        "outcome": attempt.outcome,
        "released": attempt.released,
        "image_id": attempt.image_id,
        "report": dict(attempt.report) or None,
    }


def image_document(image: StoredImage, origin: Origin) -> dict[str, Any]:
    """Return what is known of a stored picture, and where it came from."""
    return {
        "schema": "sonogate.image/1",
        "id": image.id,
        "submission_id": image.submission_id,
        "purpose": str(origin.purpose),
        "case_reference": origin.case,
        "device": _device(origin.device),
        "sha256": image.sha256,
        "media_type": image.media_type,
        "size_bytes": image.size_bytes,
        "outcome": image.outcome,
        "limits": list(image.limits),
        "fidelity": image.fidelity,
        "policy_version": image.policy_version,
        "state": str(image.state),
        "state_reason": image.state_reason,
        "state_at": _time(image.state_at),
        "superseded_by": image.superseded_by,
        "created_at": _time(image.created_at),
        "created_by": image.created_by,
        "report": dict(image.report) or None,
    }


def audit_document(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry of the audit trail."""
    return {
        "sequence": entry.sequence,
        "at": _time(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def reassessment_document(judged: Reassessment) -> dict[str, Any]:
    """Return what today's policy says of a picture."""
    return {
        "image_id": judged.image_id,
        "was": judged.was,
        "now": judged.now,
        "worse": judged.worse,
        "failing": list(judged.failing),
        "mediocre": list(judged.mediocre),
    }


def page_document(items: list[dict[str, Any]], after: str | None) -> Mapping[str, Any]:
    """Return a page of a list."""
    return {"items": items, "after": after}


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="microseconds")


def _consent(consent: Consent | None) -> dict[str, Any] | None:
    if consent is None:
        return None
    return {
        "recorded_by": consent.recorded_by,
        "recorded_at": consent.recorded_at.isoformat(),
        "written": consent.written,
        "reference": consent.reference,
        "scope": [str(purpose) for purpose in consent.scope],
    }


def _context(context: ClinicalContext | None) -> dict[str, Any] | None:
    if context is None:
        return None
    at = context.acquired_at
    return {
        "question": context.question,
        "body_part": None if context.body_part is None else _code(context.body_part),
        "side": None if context.side is None else str(context.side),
        "findings": context.findings,
        "coded_findings": [_code(code) for code in context.coded_findings],
        "acquired_at": None if at is None else at.isoformat(),
    }


def _code(code: Code) -> dict[str, str]:
    return {"system": code.system, "value": code.value, "meaning": code.meaning}


def _device(device: Device) -> dict[str, Any]:
    size = device.export_size_wh
    return {
        "maker": device.maker,
        "model": device.model,
        "kind": device.kind,
        "site": device.site,
        "probe": device.probe,
        "preset": device.preset,
        "export_size_wh": None if size is None else list(size),
    }
