"""What a client sends to have a picture handed on, checked field by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from sonogate.export.values import Calibration, PatientContext
from sonogate.http.errors import InvalidRequestError

_DICOM_TEXT = r"^[^\x00-\x1f\x7f\\]*$"
Text = Annotated[str, StringConstraints(max_length=64, pattern=_DICOM_TEXT)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PatientIn(_Model):
    """Whose picture it is; handed through to the copy and never kept."""

    patient_id: Annotated[
        str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f\\]+$")
    ] = Field(repr=False)
    issuer: Text = Field(default="", repr=False)
    name: Text = Field(default="", repr=False, description="As in DICOM: Family^Given.")
    birth_date: date | None = Field(default=None, repr=False)
    sex: Literal["M", "F", "O"] | None = Field(default=None, repr=False)
    accession_number: Annotated[str, StringConstraints(max_length=16, pattern=_DICOM_TEXT)] = Field(
        default="", repr=False
    )
    study_uid: (
        Annotated[str, StringConstraints(max_length=64, pattern=r"^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$")]
        | None
    ) = Field(default=None, repr=False)
    study_at: AwareDatetime | None = Field(default=None, repr=False)
    referring: Text = Field(default="", repr=False)

    def value_of(self) -> PatientContext:
        """Return it as exports take it.

        Raises:
            InvalidRequestError: DICOM cannot hold it.
        """
        try:
            return PatientContext(**self.model_dump())
        except ValueError:
            # Without the cause, which could quote what is known of the patient.
            raise InvalidRequestError from None


class CalibrationIn(_Model):
    """How large a pixel of the picture is in the body."""

    row_mm: Annotated[float, Field(gt=0, lt=10)]
    column_mm: Annotated[float, Field(gt=0, lt=10)]
    how: Annotated[str, StringConstraints(min_length=3, max_length=64, pattern=_DICOM_TEXT)]

    def value_of(self) -> Calibration:
        """Return it as exports take it."""
        return Calibration(self.row_mm, self.column_mm, self.how)


class ExportIn(_Model):
    """The shape of a copy, and whom it names."""

    shape: Literal["dicom", "report", "fhir", "clinical"]
    patient: PatientIn | None = None
    calibration: CalibrationIn | None = None


class SendIn(_Model):
    """Where a copy is sent, and whom it names."""

    destination: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    patient: PatientIn | None = None
    calibration: CalibrationIn | None = None
