"""What the records hold, as frozen values, and what they can be asked for.

Everything belongs to one organisation; asking for what belongs to another raises the same
``NoSuchRecordError`` as asking for what does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from sonogate.clinical import CaseReference, ClinicalContext, Consent, Device, Purpose
from sonogate.types import Limit, MeasureName, Outcome, ReasonCode

_Item = TypeVar("_Item")


class SubmissionState(StrEnum):
    """Where a submission stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    DELETED = "deleted"


class ImageState(StrEnum):
    """Whether a stored picture may be relied on."""

    ACTIVE = "active"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Submission:
    """A case's picture to be: why, with whose consent, of what; attempts follow.

    Attributes:
        id: ``sub_`` and 32 hexadecimal digits.
        organisation: Whose record it is.
        created_by: The client that made it.
        created_at: When, UTC.
        purpose: Why.
        case: The sender's opaque reference; or None.
        consent: On record for anything but direct care.
        context: What the reader needs to know; or None.
        device: The machine.
        state: Where it stands.
        attempts: Attempts so far.
        image_id: The picture that was accepted; or None.
    """

    id: str
    organisation: str
    created_by: str
    created_at: datetime
    purpose: Purpose
    case: CaseReference | None
    consent: Consent | None = field(repr=False)
    context: ClinicalContext | None = field(repr=False)
    device: Device
    state: SubmissionState
    attempts: int
    image_id: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a submission: the best of the photos that came together.

    Attributes:
        submission_id: Of which submission.
        number: From 1.
        created_at: When, UTC.
        outcome: What the gate said of the best photo.
        released: What the submission took it as: as ``outcome``, or
            ``accepted_with_limits`` where the cap of tries let a safe picture through.
        photos: Photos that came together.
        report: The report of the best photo, without a digest of the original.
        image_id: The stored picture, when it was accepted; or None.
    """

    submission_id: str
    number: int
    created_at: datetime
    outcome: Outcome
    released: Outcome
    photos: int
    report: Mapping[str, Any] = field(repr=False)
    image_id: str | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "report", MappingProxyType(dict(self.report)))


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A masked picture on record.

    Attributes:
        id: ``img_`` and 32 hexadecimal digits.
        organisation: Whose record it is.
        submission_id: Of which submission.
        sha256: Hex SHA-256 of the file as it is handed out (signed, where it is).
        media_type: Of that file.
        size_bytes: Of that file.
        outcome: ``accepted`` or ``accepted_with_limits``.
        limits: What the picture is not good for.
        fidelity: Predicted fidelity, 0–100; or None.
        report: The gate's report, without a digest of the original.
        policy_version: The policy it was accepted under.
        original_hmac: Keyed digest of the original file, hex.
        state: Whether it may be relied on.
        state_reason: Why it no longer may; or None.
        state_at: When that was decided; or None.
        superseded_by: The picture that replaces it; or None.
        created_at: When it was stored, UTC.
        created_by: The client that sent it.
    """

    id: str
    organisation: str
    submission_id: str
    sha256: str
    media_type: str
    size_bytes: int
    outcome: Outcome
    limits: tuple[Limit, ...]
    fidelity: float | None
    report: Mapping[str, Any] = field(repr=False)
    policy_version: str
    original_hmac: str = field(repr=False)
    state: ImageState
    state_reason: str | None
    state_at: datetime | None
    superseded_by: str | None
    created_at: datetime
    created_by: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "report", MappingProxyType(dict(self.report)))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a picture came from: what its submission says that is no text about a patient.

    Attributes:
        purpose: Why it was taken.
        case: The sender's opaque reference; or None.
        device: The machine.
    """

    purpose: Purpose
    case: CaseReference | None
    device: Device


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, when and why; each entry holds the hash of the one before.

    Every organisation has a chain of its own, so that it can be handed out whole.

    Attributes:
        organisation: Whose chain.
        sequence: From 1, without gaps.
        at: When, UTC, to the microsecond.
        actor: The client (key or token subject) or ``system``.
        action: What was done, such as ``submission.create``.
        subject: Id of what it was done to.
        reason: Why, where a reason is asked for; else empty.
        previous_hash: Hash of the entry before; 64 zeros for the first.
        hash: Hash of this entry.
    """

    organisation: str
    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    previous_hash: str
    hash: str


FIRST_PREVIOUS_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """Which pictures are wanted; None and empty mean any.

    Attributes:
        since: Stored at or after.
        until: Stored before.
        device_model: The machine's model.
        site: Where the machine stands.
        outcome: The verdict.
        state: Whether they may be relied on.
        policy_version: The policy they were accepted under.
        limit: One of their limits.
        reason: A cause that the gate named when they were accepted.
        purpose: Why they were taken.
        preset: The machine's preset, which tells the kind of examination.
        fidelity: Lowest and highest fidelity.
        scores: Lowest and highest score by measure.
    """

    since: datetime | None = None
    until: datetime | None = None
    device_model: str | None = None
    site: str | None = None
    outcome: Outcome | None = None
    state: ImageState | None = None
    policy_version: str | None = None
    limit: Limit | None = None
    reason: ReasonCode | None = None
    purpose: Purpose | None = None
    preset: str | None = None
    fidelity: tuple[float, float] | None = None
    scores: Mapping[MeasureName, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """Some of a list, and where the next page starts (None at the end)."""

    items: tuple[_Item, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A masked picture that is to be stored with its attempt.

    Attributes:
        id: The id that it will have (``new_id("img")``), so that it can be signed under it.
        file: The file as it is handed out.
        media_type: Of the file.
        limits: What it is not good for.
        original_hmac: Keyed digest of the original.
    """

    id: str
    file: bytes = field(repr=False)
    media_type: str
    limits: tuple[Limit, ...]
    original_hmac: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """A submission before it is on record; fields as in ``Submission``."""

    purpose: Purpose
    case: CaseReference | None
    consent: Consent | None = field(repr=False)
    context: ClinicalContext | None = field(repr=False)
    device: Device


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """An attempt before it is on record.

    Attributes:
        number: The number that it is to have; when another came first, it is refused.
        outcome: What the gate said.
        released: What it is taken as.
        photos: Photos that came together.
        report: The report of the best, without a digest of the original.
        reasons: Causes, most useful first.
    """

    number: int
    outcome: Outcome
    released: Outcome
    photos: int
    report: Mapping[str, Any] = field(repr=False)
    reasons: tuple[ReasonCode, ...]
