"""Entries of the audit trail as FHIR R4 AuditEvent (after IHE Basic Audit Log Patterns)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

CHAIN_SYSTEM = "urn:sonogate:audit"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_ACTIONS = "urn:sonogate:action"
_SUBJECTS = "urn:sonogate:record"
# The verb at the end of an action's name to create, read, update, delete, execute.
_VERBS = {
    "create": "C",
    "add": "C",
    "accept": "C",
    "attempt": "C",
    "read": "R",
    "search": "R",
    "recall": "U",
    "supersede": "U",
    "revoke": "U",
    "delete": "D",
}


class AuditLine(Protocol):
    """What is needed of an entry of the audit trail."""

    @property
    def organisation(self) -> str:
        """Whose chain."""
        ...

    @property
    def sequence(self) -> int:
        """From 1."""
        ...

    @property
    def at(self) -> datetime:
        """When."""
        ...

    @property
    def actor(self) -> str:
        """Who."""
        ...

    @property
    def action(self) -> str:
        """What was done."""
        ...

    @property
    def subject(self) -> str:
        """To what."""
        ...

    @property
    def reason(self) -> str:
        """Why; may be empty."""
        ...

    @property
    def hash(self) -> str:
        """Hash of the entry."""
        ...


def make_audit_event(entry: AuditLine) -> dict[str, Any]:
    """Return one entry as AuditEvent; its hash goes along, so that the chain can be checked."""
    agent: dict[str, Any] = {
        "who": {"identifier": {"system": f"{CHAIN_SYSTEM}:actor", "value": entry.actor}},
        "requestor": True,
    }
    details = [
        {"type": "hash", "valueString": entry.hash},
        {"type": "sequence", "valueString": str(entry.sequence)},
    ]
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "type": {"system": _DICOM, "code": "110100", "display": "Application Activity"},
        "subtype": [{"system": _ACTIONS, "code": entry.action}],
        "action": _VERBS.get(entry.action.rpartition(".")[2], "E"),
        "recorded": instant(entry.at),
        "outcome": "0",
        "agent": [agent],
        "source": {
            "site": entry.organisation,
            "observer": {"display": "sonogate"},
        },
        "entity": [
            {
                "what": {"identifier": {"system": _SUBJECTS, "value": entry.subject}},
                "detail": details,
            }
        ],
    }
    if entry.reason:
        event["purposeOfEvent"] = [{"text": entry.reason}]
    return event


def make_audit_bundle(entries: Iterable[AuditLine]) -> dict[str, Any]:
    """Return entries as a bundle of AuditEvents, in their order."""
    resources = [{"resource": make_audit_event(entry)} for entry in entries]
    return {"resourceType": "Bundle", "type": "collection", "entry": resources}


def instant(at: datetime) -> str:
    """Return a moment as FHIR writes it."""
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        # At the ends of the calendar, as it stands.
        at = at.replace(tzinfo=UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
