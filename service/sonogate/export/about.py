"""What is known around a picture, read from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sonogate.clinical import BodySide, ClinicalContext, Code, Device
from sonogate.export.values import Calibration, PatientContext


@dataclass(frozen=True, slots=True)
class About:
    """What is known around a picture; fields as in ``ExportItem``."""

    patient: PatientContext | None = field(default=None, repr=False)
    context: ClinicalContext | None = field(default=None, repr=False)
    device: Device = field(default_factory=Device)
    calibration: Calibration | None = None


def parse_about(data: bytes) -> About:
    """Return what a JSON object says.

    Its members are ``patient``, ``context``, ``device`` and ``calibration``, each optional,
    with the fields of the values of these names; dates are ISO 8601.

    Raises:
        ValueError: It is not JSON, or a value is impossible. The message quotes nothing.
        KeyError: A field that is needed is missing.
        TypeError: There is a field that is not known.
    """
    try:
        document = json.loads(data)
    except ValueError:
        raise ValueError("what is known around the picture is not JSON") from None
    if not isinstance(document, dict) or set(document) - {
        "patient",
        "context",
        "device",
        "calibration",
    }:
        raise TypeError("what is known is an object with known members")
    patient = document.get("patient")
    context = document.get("context")
    device = document.get("device")
    calibration = document.get("calibration")
    return About(
        patient=None if patient is None else parse_patient(patient),
        context=None if context is None else _context(context),
        device=Device() if device is None else _device(device),
        calibration=None if calibration is None else Calibration(**calibration),
    )


def parse_patient(fields: Mapping[str, Any]) -> PatientContext:
    """Return the patient that JSON names; raises as ``parse_about`` does."""
    values = dict(fields)
    if values.get("birth_date") is not None:
        values["birth_date"] = date.fromisoformat(values["birth_date"])
    if values.get("study_at") is not None:
        values["study_at"] = datetime.fromisoformat(values["study_at"])
    return PatientContext(**values)


def _context(fields: Mapping[str, Any]) -> ClinicalContext:
    values = dict(fields)
    if values.get("body_part") is not None:
        values["body_part"] = Code(**values["body_part"])
    if values.get("side") is not None:
        values["side"] = BodySide(values["side"])
    if values.get("acquired_at") is not None:
        values["acquired_at"] = datetime.fromisoformat(values["acquired_at"])
    values["coded_findings"] = tuple(Code(**code) for code in values.get("coded_findings", ()))
    return ClinicalContext(**values)


def _device(fields: Mapping[str, Any]) -> Device:
    values = dict(fields)
    if values.get("export_size_wh") is not None:
        width, height = values["export_size_wh"]
        values["export_size_wh"] = (int(width), int(height))
    return Device(**values)
