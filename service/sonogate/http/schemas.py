"""What a client sends about a submission, checked field by field."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sonogate.clinical import (
    BodySide,
    CaseReference,
    ClinicalContext,
    Code,
    Consent,
    Device,
    Purpose,
    case_reference,
    suspected_identifier,
)
from sonogate.http.errors import CONSENT_MISSING, CONTEXT_MISSING, SuspectedIdentifierError
from sonogate.records.values import NewSubmission

# No control characters; the rest of Unicode may be needed in words.
_PRINTABLE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_PRINTABLE)]
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
]
Pixels = Annotated[int, Field(ge=16, le=16384)]
# A field of a model below has the function's name.
_opaque = case_reference


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CodeIn(_Model):
    """A concept of a coding system."""

    system: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,64}$")] = Field(
        description="Coding scheme designator of DICOM PS3.16, such as SCT."
    )
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    meaning: Word

    def value_of(self) -> Code:
        """Return it as the records keep it."""
        return Code(self.system, self.value, self.meaning)


class ConsentIn(_Model):
    """The patient's consent, as it was put on record elsewhere."""

    recorded_by: Reference = Field(description="Who recorded it; never the patient.")
    recorded_at: AwareDatetime
    written: bool = Field(description="Whether it was given in writing.")
    reference: Reference = Field(description="Where it can be found.")
    scope: tuple[Purpose, ...] = Field(min_length=1, max_length=8)


class ContextIn(_Model):
    """What the reader of the picture needs to know."""

    question: Prose | None = None
    body_part: CodeIn | None = None
    side: BodySide | None = Field(default=None, description="R, L, B (both) or U (unpaired).")
    findings: Prose | None = None
    coded_findings: tuple[CodeIn, ...] = Field(default=(), max_length=32)
    acquired_at: AwareDatetime | None = None


class DeviceIn(_Model):
    """The machine whose screen is photographed."""

    maker: Word | None = None
    model: Word | None = None
    kind: Literal["cart", "laptop", "handheld"] | None = None
    site: Word | None = None
    probe: Word | None = None
    preset: Word | None = None
    export_size_wh: tuple[Pixels, Pixels] | None = None


class SubmissionIn(_Model):
    """A picture that is to come: why, with whose consent, of what."""

    purpose: Purpose
    case_reference: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$"),
            AfterValidator(_opaque),
        ]
        | None
    ) = Field(
        default=None,
        description="The sender's own opaque reference: no name, number or birth date.",
    )
    consent: ConsentIn | None = Field(
        default=None, description="Needed for anything but direct_care; its scope must name it."
    )
    context: ContextIn | None = Field(
        default=None, description="Needed for a consultation, with a question and a body part."
    )
    device: DeviceIn = DeviceIn()

    @model_validator(mode="after")
    def _complete(self) -> SubmissionIn:
        if self.purpose.needs_consent and (
            self.consent is None or self.purpose not in self.consent.scope
        ):
            raise PydanticCustomError(CONSENT_MISSING, "this purpose needs consent that covers it")
        context = self.context
        if self.purpose.needs_context and (
            context is None or context.question is None or context.body_part is None
        ):
            raise PydanticCustomError(CONTEXT_MISSING, "a question and a body part are needed")
        return self

    def value_of(self) -> NewSubmission:
        """Return it as the records keep it.

        Raises:
            SuspectedIdentifierError: A text seems to identify the patient.
        """
        self._refuse_identifiers()
        reference = self.case_reference
        return NewSubmission(
            self.purpose,
            None if reference is None else CaseReference(reference),
            self._consent(),
            self._context(),
            Device(**self.device.model_dump()),
        )

    def _consent(self) -> Consent | None:
        given = self.consent
        if given is None:
            return None
        return Consent(
            given.recorded_by, given.recorded_at, given.written, given.reference, given.scope
        )

    def _context(self) -> ClinicalContext | None:
        given = self.context
        if given is None:
            return None
        return ClinicalContext(
            given.question,
            None if given.body_part is None else given.body_part.value_of(),
            given.side,
            given.findings,
            tuple(code.value_of() for code in given.coded_findings),
            given.acquired_at,
        )

    def _refuse_identifiers(self) -> None:
        device = self.device.model_dump(exclude={"export_size_wh", "kind"})
        context = self.context or ContextIn()
        codes = [*context.coded_findings, *([context.body_part] if context.body_part else [])]
        texts = [context.question, context.findings, *device.values()]
        for text in [*texts, *(code.meaning for code in codes)]:
            kind = None if text is None else suspected_identifier(text)
            if kind is not None:
                raise SuspectedIdentifierError(kind)


class ReasonIn(_Model):
    """Why something is done that cannot be undone."""

    reason: Annotated[str, StringConstraints(min_length=3, max_length=400, pattern=_PRINTABLE)]

    def checked(self) -> str:
        """Return the reason.

        Raises:
            SuspectedIdentifierError: It seems to identify the patient.
        """
        kind = suspected_identifier(self.reason)
        if kind is not None:
            raise SuspectedIdentifierError(kind)
        return self.reason


class ReplacementIn(ReasonIn):
    """Which picture replaces another, and why."""

    superseded_by: Annotated[str, StringConstraints(pattern=r"^img_[0-9a-f]{32}$")]
