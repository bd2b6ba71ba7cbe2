"""Consent and clinical context as the encrypted JSON in which they are stored."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sonogate.clinical import BodySide, ClinicalContext, Code, Consent, Purpose
from sonogate.records.keyring import Keyring


def seal_consent(keyring: Keyring, consent: Consent | None, owner: str) -> bytes | None:
    """Return the consent, encrypted for the submission ``owner``."""
    if consent is None:
        return None
    document = {
        "recorded_by": consent.recorded_by,
        "recorded_at": consent.recorded_at.isoformat(),
        "written": consent.written,
        "reference": consent.reference,
        "scope": [str(purpose) for purpose in consent.scope],
    }
    return keyring.seal(json.dumps(document).encode("utf-8"), f"consent:{owner}")


def open_consent(keyring: Keyring, sealed: bytes | None, owner: str) -> Consent | None:
    """Return what ``seal_consent`` was given."""
    if sealed is None:
        return None
    document = json.loads(keyring.open(sealed, f"consent:{owner}"))
    return Consent(
        document["recorded_by"],
        datetime.fromisoformat(document["recorded_at"]),
        document["written"],
        document["reference"],
        tuple(Purpose(purpose) for purpose in document["scope"]),
    )


def seal_context(keyring: Keyring, context: ClinicalContext | None, owner: str) -> bytes | None:
    """Return the context, encrypted for the submission ``owner``."""
    if context is None:
        return None
    document = {
        "question": context.question,
        "body_part": None if context.body_part is None else _code(context.body_part),
        "side": context.side,
        "findings": context.findings,
        "coded_findings": [_code(code) for code in context.coded_findings],
        "acquired_at": None if context.acquired_at is None else context.acquired_at.isoformat(),
    }
    return keyring.seal(json.dumps(document).encode("utf-8"), f"context:{owner}")


def open_context(keyring: Keyring, sealed: bytes | None, owner: str) -> ClinicalContext | None:
    """Return what ``seal_context`` was given."""
    if sealed is None:
        return None
    document = json.loads(keyring.open(sealed, f"context:{owner}"))
    part, side, at = document["body_part"], document["side"], document["acquired_at"]
    return ClinicalContext(
        document["question"],
        None if part is None else Code(*part),
        None if side is None else BodySide(side),
        document["findings"],
        tuple(Code(*code) for code in document["coded_findings"]),
        None if at is None else datetime.fromisoformat(at),
    )


def _code(code: Code) -> list[Any]:
    return [code.system, code.value, code.meaning]
