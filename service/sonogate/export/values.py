"""What is handed on, and to whom it belongs, as frozen values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import cv2
import numpy as np

from sonogate.clinical import ClinicalContext, Device
from sonogate.errors import ExportError
from sonogate.types import Fidelity, Limit, MaskedScreen, Outcome, PixelArray

Sex = Literal["M", "F", "O"]

_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")
# A name has up to three spellings, each of five components (PS3.5 section 6.2.1).
_NAME_GROUPS, _NAME_PARTS = 3, 4
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True, slots=True, eq=False)
class MaskedPicture:
    """A masked picture as it is handed on; made by the two functions below alone.

    Attributes:
        pixels: (height, width, 3) uint8 RGB, read-only.
        png: The file that ``pixels`` come from, with its mark where it was signed.
        sha256: SHA-256 of that file, hexadecimal.
    """

    pixels: PixelArray = field(repr=False)
    png: bytes = field(repr=False)
    sha256: str


def picture_of_masked(
    masked: MaskedScreen, encode: Callable[[MaskedScreen], bytes]
) -> MaskedPicture:
    """Return what a masked screen is handed on as.

    Args:
        masked: The screen.
        encode: The encoder of masked screens, ``sonogate.report.encode_png``.

    Raises:
        TypeError: It was given anything but a masked screen.
    """
    if not isinstance(masked, MaskedScreen):
        raise TypeError("only a masked screen can be handed on")
    png = encode(masked)
    return MaskedPicture(masked.pixels, png, hashlib.sha256(png).hexdigest())


def picture_of_signed(png: bytes, vouched: Callable[[bytes], bool]) -> MaskedPicture:
    """Return what a stored picture is handed on as.

    Args:
        png: The file.
        vouched: Whether the image authority signed the file as it is, which it does with
            masked pictures alone.

    Raises:
        ExportError: Nobody vouches for the file, or it is none.
    """
    if not vouched(png):
        raise ExportError("only a picture that the image authority signed is handed on")
    return MaskedPicture(_decode(png), png, hashlib.sha256(png).hexdigest())


@dataclass(frozen=True, slots=True)
class Statement:
    """What the gate said of the picture.

    Attributes:
        image_id: The picture's opaque name.
        outcome: The verdict.
        limits: What the picture is not good for.
        fidelity: Predicted likeness to the machine's own export; or None.
        sonogate: Version of the package.
        policy: Version of the policy.
        signed_at: When the picture was accepted and signed; or None.
        lossy_original: Whether the photo was compressed with loss, as those of phones are.
    """

    image_id: str
    outcome: Outcome
    limits: tuple[Limit, ...]
    fidelity: Fidelity | None
    sonogate: str
    policy: str
    signed_at: datetime | None = None
    lossy_original: bool = True


@dataclass(frozen=True, slots=True)
class PatientContext:
    """Whose picture it is: handed through to the one who receives it, and never kept.

    Nothing of it is in ``repr``, so that it cannot reach a log.

    Attributes:
        patient_id: Number in the receiving institution.
        issuer: Who gave the number.
        name: As DICOM writes names, ``Family^Given``; may be empty.
        birth_date: Or None.
        sex: Or None.
        accession_number: The order's number; may be empty.
        study_uid: The study that the picture joins; None for one of its own.
        study_at: When the examination was, with a time zone; or None.
        referring: Referring physician; may be empty.
    """

    patient_id: str = field(repr=False)
    issuer: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    accession_number: str = field(default="", repr=False)
    study_uid: str | None = field(default=None, repr=False)
    study_at: datetime | None = field(default=None, repr=False)
    referring: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        limits = {"patient_id": 64, "issuer": 64, "name": 64, "referring": 64}
        for name, longest in {**limits, "accession_number": 16}.items():
            text: str = getattr(self, name)
            if len(text) > longest or _CONTROL.search(text) is not None:
                raise ValueError(f"PatientContext: {name} is not a value that DICOM can hold")
        if not self.patient_id.strip():
            raise ValueError("PatientContext: a patient's number is needed")
        groups = self.name.split("=")
        if len(groups) > _NAME_GROUPS or any(g.count("^") > _NAME_PARTS for g in groups):
            raise ValueError("PatientContext: name is not one that DICOM can hold")
        if self.referring.count("=") or self.referring.count("^") > _NAME_PARTS:
            raise ValueError("PatientContext: referring is not a name that DICOM can hold")
        uid = self.study_uid
        if uid is not None and (_UID.fullmatch(uid) is None or len(uid) > 64):
            raise ValueError("PatientContext: study_uid is no UID")
        if self.study_at is not None and self.study_at.tzinfo is None:
            raise ValueError("PatientContext: study_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Calibration:
    """How large a pixel of the picture is in the body.

    Attributes:
        row_mm: Distance between rows, millimetres.
        column_mm: Distance between columns, millimetres.
        how: How it was found, in words.
    """

    row_mm: float
    column_mm: float
    how: str

    def __post_init__(self) -> None:
        if not (0.0 < self.row_mm < 10.0 and 0.0 < self.column_mm < 10.0):
            raise ValueError("Calibration: a pixel is more than 0 and less than 10 mm")


@dataclass(frozen=True, slots=True)
class ExportItem:
    """A picture with what is known around it.

    Without a ``patient`` the copy is de-identified: no free text, no dates.

    Attributes:
        picture: The picture.
        statement: What the gate said of it.
        context: What its reader needs to know; or None.
        device: The ultrasound machine.
        patient: Whose it is; None for a de-identified copy.
        calibration: Size of a pixel; None when it is not known.
        pseudonym: Stands for the patient in a de-identified copy; None for the picture's
            own name.
        grey: Whether to write one channel where all three are alike.
    """

    picture: MaskedPicture
    statement: Statement
    context: ClinicalContext | None = field(default=None, repr=False)
    device: Device = field(default_factory=Device, repr=False)
    patient: PatientContext | None = field(default=None, repr=False)
    calibration: Calibration | None = None
    pseudonym: str | None = field(default=None, repr=False)
    grey: bool = True

    @property
    def identified(self) -> bool:
        """Whether the copy names the patient."""
        return self.patient is not None

    @property
    def subject_id(self) -> str:
        """The patient's number, or what stands for it."""
        if self.patient is not None:
            return self.patient.patient_id
        return self.pseudonym or self.statement.image_id


def _decode(png: bytes) -> PixelArray:
    bgr = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ExportError("the picture cannot be decoded")
    pixels = np.ascontiguousarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))
    pixels.flags.writeable = False
    return np.asarray(pixels, np.uint8)
