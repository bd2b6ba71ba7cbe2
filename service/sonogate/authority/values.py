"""What the authority signs and what it answers, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol

from sonogate.types import Assessment, Fidelity, Limit, MaskedScreen, Outcome

Status = Literal["AUTHENTIC", "ALTERED", "UNKNOWN", "RECALLED", "SUPERSEDED"]
Basis = Literal["registry", "signature"]
Detail = Literal[
    "mark_broken",
    "not_registered",
    "deleted",
]


@dataclass(frozen=True, slots=True)
class PictureClaim:
    """What is stated in a signed picture. Nothing here names a patient or the original.

    Attributes:
        image_id: The picture's own opaque name.
        outcome: The gate's verdict.
        limits: What the picture is not good for.
        fidelity: Predicted likeness to the machine's own export.
        sonogate: Version of the package.
        policy: Version of the policy.
        models: SHA-256 of each model.
        signed_at: When.
    """

    image_id: str
    outcome: Outcome
    limits: tuple[Limit, ...]
    fidelity: Fidelity | None
    sonogate: str
    policy: str
    models: Mapping[str, str]
    signed_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", MappingProxyType(dict(self.models)))

    @classmethod
    def of(cls, assessment: Assessment, image_id: str, signed_at: datetime) -> PictureClaim:
        """Return what can be stated of an assessed photo's picture."""
        versions = assessment.versions
        return cls(
            image_id=image_id,
            outcome=assessment.verdict.outcome,
            limits=assessment.verdict.limits,
            fidelity=None if assessment.quality is None else assessment.quality.fidelity,
            sonogate=versions.sonogate,
            policy=versions.policy,
            models=versions.models,
            signed_at=signed_at,
        )


@dataclass(frozen=True, slots=True)
class SignedPicture:
    """A masked picture with its mark. Only the signer makes one.

    Attributes:
        png: The file.
        sha256: SHA-256 of the file, hexadecimal; what it is registered by.
    """

    png: bytes = field(repr=False)
    sha256: str


class Signer(Protocol):
    """Signs masked pictures."""

    def sign(self, masked: MaskedScreen, claim: PictureClaim) -> SignedPicture:
        """Return the picture with its mark.

        Raises:
            AuthorityError: It could not be signed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Recall:
    """Why a picture must no longer be used.

    Attributes:
        reason: In the words of whoever recalled it.
        at: When it was recalled.
    """

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisteredPicture:
    """What the register knows of a picture.

    Attributes:
        image_id: The picture's opaque name.
        sha256: SHA-256 of the file.
        registered_at: When.
        recall: Set once it was recalled.
        superseded_by: The picture that takes its place, if any.
        deleted: Whether it was deleted: nobody vouches for it any more.
        audit_sequence: Entry of the audit trail that registered it.
    """

    image_id: str
    sha256: str
    registered_at: datetime
    recall: Recall | None = None
    superseded_by: str | None = None
    deleted: bool = False
    audit_sequence: int | None = None


class Register(Protocol):
    """Where pictures are looked up."""

    def by_file(self, sha256: str) -> RegisteredPicture | None:
        """Return the picture whose file has this SHA-256."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``verify`` says of a file.

    AUTHENTIC, RECALLED and SUPERSEDED mean that the authority issued the file as it is. It
    says nothing of whether the screen told the truth.

    Attributes:
        status: The answer.
        sha256: SHA-256 of the file that was asked about.
        basis: Whether a register was asked, or the file's own signature alone.
        detail: Why not AUTHENTIC, where the status does not say; or None.
        mark_intact: Whether the file carries the authority's mark and it verifies today.
        image_id: The picture, where known.
        registered_at: When it was registered, where known.
        recall: Why it was recalled.
        superseded_by: The picture that takes its place.
        audit_sequence: Entry of the audit trail that registered it.
    """

    status: Status
    sha256: str
    basis: Basis
    detail: Detail | None = None
    mark_intact: bool = False
    image_id: str | None = None
    registered_at: datetime | None = None
    recall: Recall | None = None
    superseded_by: str | None = None
    audit_sequence: int | None = None
