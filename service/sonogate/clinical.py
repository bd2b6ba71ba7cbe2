"""What is recorded around a picture: why it was sent, with whose consent, of what, from where.

Values that the records, the image authority, the exports and the service share. None of them
has a place for a patient's name, number or birth date: a case is known by an opaque reference
that only the sender can resolve.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType

CaseReference = NewType("CaseReference", str)
IdentifierKind = Literal["date", "number", "contact", "name"]

# Random enough references of any sender fit; blanks and punctuation of names do not.
_CASE_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
_BIRTH_DATE = re.compile(r"(19|20)\d{2}[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])")


class Purpose(StrEnum):
    """Why a picture is sent; anything but direct care needs consent on record."""

    DIRECT_CARE = "direct_care"
    CONSULTATION = "consultation"
    TEACHING = "teaching"
    RESEARCH = "research"
    QUALITY = "quality"

    @property
    def needs_consent(self) -> bool:
        """Whether explicit consent must be on record."""
        return self is not Purpose.DIRECT_CARE

    @property
    def needs_context(self) -> bool:
        """Whether the clinical question must be stated."""
        return self is Purpose.CONSULTATION


class BodySide(StrEnum):
    """Laterality, spelled as DICOM (0020,0060) Laterality does."""

    RIGHT = "R"
    LEFT = "L"
    BOTH = "B"
    UNPAIRED = "U"


@dataclass(frozen=True, slots=True)
class Code:
    """A concept of a coding system.

    Attributes:
        system: Coding scheme designator of DICOM PS3.16 section 8, such as ``"SCT"``.
        value: The code.
        meaning: The code in words.
    """

    system: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Consent:
    """The patient's consent, as it was put on record.

    Attributes:
        recorded_by: Who recorded it: a staff number or role, never the patient.
        recorded_at: When, with a time zone.
        written: Whether it was given in writing.
        reference: Where it can be found, opaque to this service.
        scope: The purposes that it covers.
    """

    recorded_by: str
    recorded_at: datetime
    written: bool
    reference: str
    scope: tuple[Purpose, ...]

    def __post_init__(self) -> None:
        if self.recorded_at.tzinfo is None:
            raise ValueError("Consent: recorded_at needs a time zone")

    def covers(self, purpose: Purpose) -> bool:
        """Whether it was given for ``purpose``."""
        return purpose in self.scope


@dataclass(frozen=True, slots=True)
class ClinicalContext:
    """What the reader of the picture needs to know.

    Attributes:
        question: What is asked of whoever reads the picture; or None.
        body_part: What was examined; or None.
        side: Laterality; or None.
        findings: What was found so far, in words.
        coded_findings: What was found so far, coded.
        acquired_at: When the picture was on the screen, with a time zone; or None.
    """

    question: str | None = None
    body_part: Code | None = None
    side: BodySide | None = None
    findings: str | None = None
    coded_findings: tuple[Code, ...] = ()
    acquired_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.acquired_at is not None and self.acquired_at.tzinfo is None:
            raise ValueError("ClinicalContext: acquired_at needs a time zone")

    @property
    def texts(self) -> dict[str, str]:
        """The free text by the name of its field."""
        named = {"question": self.question, "findings": self.findings}
        return {name: text for name, text in named.items() if text is not None}


@dataclass(frozen=True, slots=True)
class Device:
    """The ultrasound machine whose screen was photographed.

    Attributes:
        maker: Manufacturer; or None.
        model: Model; or None.
        kind: What it is; or None.
        site: Where it stands, as the organisation calls it (``"ED-2"``); or None.
        probe: Transducer; or None.
        preset: Examination preset; or None.
        export_size_wh: Pixels of the machine's own exports where known; or None.
    """

    maker: str | None = None
    model: str | None = None
    kind: Literal["cart", "laptop", "handheld"] | None = None
    site: str | None = None
    probe: str | None = None
    preset: str | None = None
    export_size_wh: tuple[int, int] | None = None


def case_reference(text: str) -> CaseReference:
    """Return ``text`` as the opaque reference of a case.

    Eight to 64 letters, digits, hyphens and underscores, and no date that could be one of
    birth: a check of form, which cannot know whether a number is the patient's.

    Raises:
        ValueError: The text has another form. The message does not hold it.
    """
    if _CASE_REFERENCE.fullmatch(text) is None or _BIRTH_DATE.search(text) is not None:
        raise ValueError("a case reference is 8 to 64 letters, digits, - and _, without a date")
    return CaseReference(text)


_SUSPICIONS: tuple[tuple[IdentifierKind, re.Pattern[str]], ...] = (
    ("contact", re.compile(r"\S@\S|https?://|www\.|\+\d[\d ()/.-]{6,}")),
    (
        "date",
        re.compile(
            r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b"
            r"|\b\d{1,2}\.? ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
            r"\.?,? ?\d{2,4}\b"
            r"|\b(?:dob|d\.o\.b|born|geb)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "number",
        re.compile(r"\d{5,}|(?:\d[ -]?){8,}|\b(?:mrn|pid|ssn|nhs|id)\b ?[:#]", re.IGNORECASE),
    ),
    (
        "name",
        re.compile(
            r"\b(?:[Mm](?:r|rs|s|iss|me)|[Hh]err|[Ff]rau|[Ss]r|[Ss]ra|[Dd]r)\b\.? +[^\W\d_]"
            r"|(?i:\b(?:name|patient)\b ?[:=])"
            r"|[^\W\d_]\^+[^\W\d_]"
        ),
    ),
)


def suspected_identifier(text: str) -> IdentifierKind | None:
    """Return what a free text seems to identify a patient by, or None.

    A net with wide meshes: dates, long numbers, addresses of mail and web, titles before
    names. A bare name in running text passes, which is why free text is stored encrypted and
    never leaves in anything de-identified.
    """
    return next((kind for kind, pattern in _SUSPICIONS if pattern.search(text)), None)
