"""Whether a file is a picture that the authority issued, unaltered and still valid."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import c2pa

from sonogate.authority.canonical import JsonValue, sha256_hex
from sonogate.authority.certificates import Roots
from sonogate.authority.form import FormError, read_form
from sonogate.authority.keys import SigningKey
from sonogate.authority.sign import ASSESSMENT_LABEL, PNG_TYPE
from sonogate.authority.statements import format_time, parse_time, sign_statement
from sonogate.authority.values import Answer, Basis, Register, RegisteredPicture, Status

# What only a file that carries our mark, or what is left of it, holds.
_TRACES = (ASSESSMENT_LABEL.encode("ascii"), b"sonogate image authority")


@dataclass(frozen=True, slots=True)
class Mark:
    """What an intact signed picture says of itself.

    Attributes:
        image_id: The picture's opaque name.
        signed_at: When it was signed, by the authority's clock.
        assessment: The assertion about the verdict, as it was signed.
    """

    image_id: str
    signed_at: datetime
    assessment: Mapping[str, Any] = field(repr=False)


def read_mark(data: bytes, roots: Roots) -> Mark | None:
    """Return what a signed picture says of itself, or None unless every byte is as issued.

    Args:
        data: The file.
        roots: Whose pictures are wanted.
    """
    try:
        form = read_form(data)
    except FormError:
        return None
    settings = {
        "version": 1,
        "trust": {"trust_anchors": roots.pem.decode("ascii")},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    try:
        context = c2pa.Context.from_dict(settings)
        with c2pa.Reader(PNG_TYPE, io.BytesIO(data), context=context) as reader:
            document = json.loads(reader.json())
    except (c2pa.C2paError, ValueError):
        return None
    if document.get("validation_state") != "Trusted":
        return None
    manifests = document.get("manifests", {})
    if document.get("active_manifest") != form.label or list(manifests) != [form.label]:
        return None
    mark = _mark(manifests[form.label])
    # The reader's own list of roots is not ours; ours alone count.
    if mark is None or not roots.issued(form.leaf, "pictures", mark.signed_at):
        return None
    return mark


def verify(data: bytes, roots: Roots, register: Register | None) -> Answer:
    """Say of a file whether the authority issued it as it is.

    With a register, what is registered decides, by the SHA-256 of the whole file; a file that
    is not registered is at best UNKNOWN. Without one, the file's own signature decides, and
    nothing is known of recalls.

    Args:
        data: The file, of whatever kind.
        roots: The authority's root certificates.
        register: Where pictures are looked up; None offline.
    """
    digest = sha256_hex(data)
    mark = read_mark(data, roots)
    found = None if register is None else register.by_file(digest)
    if found is not None and found.sha256 == digest:
        intact = mark is not None and mark.image_id == found.image_id
        return answer_registered(found, intact=intact)
    basis: Basis = "signature" if register is None else "registry"
    if mark is None and any(trace in data for trace in _TRACES):
        return Answer("ALTERED", digest, basis, detail="mark_broken")
    if mark is None or register is not None:
        return Answer("UNKNOWN", digest, basis, "not_registered", mark_intact=mark is not None)
    return Answer("AUTHENTIC", digest, basis, image_id=mark.image_id, mark_intact=True)


def answer_registered(found: RegisteredPicture, *, intact: bool) -> Answer:
    """Return what the register says of a picture that is in it, byte for byte.

    Args:
        found: What the register holds.
        intact: Whether the authority's signature holds today.
    """
    if found.deleted:
        return Answer("UNKNOWN", found.sha256, "registry", "deleted", mark_intact=intact)
    status: Status = "AUTHENTIC"
    if found.superseded_by is not None:
        status = "SUPERSEDED"
    if found.recall is not None:
        status = "RECALLED"
    return Answer(
        status,
        found.sha256,
        "registry",
        mark_intact=intact,
        image_id=found.image_id,
        registered_at=found.registered_at,
        recall=found.recall,
        superseded_by=found.superseded_by,
        audit_sequence=found.audit_sequence,
    )


def answer_document(answer: Answer, at: datetime) -> dict[str, JsonValue]:
    """Return an answer as JSON.

    Args:
        answer: The answer.
        at: When the file was checked.
    """
    recall = answer.recall
    registered_at = answer.registered_at
    return {
        "status": answer.status,
        "detail": answer.detail,
        "basis": answer.basis,
        "mark_intact": answer.mark_intact,
        "sha256": answer.sha256,
        "checked_at": format_time(at),
        "image": answer.image_id,
        "registered_at": None if registered_at is None else format_time(registered_at),
        "recalled": None
        if recall is None
        else {"reason": recall.reason, "at": format_time(recall.at)},
        "superseded_by": answer.superseded_by,
        "audit_sequence": answer.audit_sequence,
    }


def sign_answer(
    answer: Answer, key: SigningKey, at: datetime, more: Mapping[str, JsonValue] | None = None
) -> dict[str, JsonValue]:
    """Return an answer as JSON, with the authority's signature over it (``signature``).

    Args:
        answer: The answer.
        key: The authority's key for statements.
        at: When the file was checked.
        more: What else is told, and signed.
    """
    document = answer_document(answer, at) | dict(more or {})
    return document | {"signature": sign_statement(key, "verification", document, at)}


def _mark(manifest: Mapping[str, Any]) -> Mark | None:
    found = [
        assertion.get("data")
        for assertion in manifest.get("assertions", ())
        if assertion.get("label") == ASSESSMENT_LABEL
    ]
    try:
        (assessment,) = found
        return Mark(str(assessment["image"]), parse_time(assessment["signed_at"]), assessment)
    except (ValueError, KeyError, TypeError):
        return None
