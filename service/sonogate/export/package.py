"""All shapes of one picture, made together so that they refer to one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset

from sonogate.clinical import Code
from sonogate.export.dicom import describe, make_secondary_capture
from sonogate.export.text_report import make_text_report
from sonogate.export.values import ExportItem


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """What a picture is handed on as.

    Attributes:
        item: The picture, and what is known around it.
        image: Secondary Capture.
        report: Basic Text SR.
    """

    item: ExportItem
    image: Dataset = field(repr=False)
    report: Dataset = field(repr=False)

    @property
    def objects(self) -> tuple[Dataset, Dataset]:
        """The DICOM objects, the image first."""
        return self.image, self.report


def make_package(item: ExportItem, at: datetime) -> Package:
    """Return the DICOM objects of a picture, made at ``at``."""
    image = make_secondary_capture(item, at)
    return Package(item, image, make_text_report(item, image, at))


def clinical_document(item: ExportItem) -> dict[str, Any]:
    """Return what is known around a picture as JSON, to lie beside the plain picture.

    Without a patient it holds no free text and no times, like every de-identified copy.
    """
    said, context, device = item.statement, item.context, item.device
    fidelity = said.fidelity
    document: dict[str, Any] = {
        "schema": "sonogate.export/1",
        "image": said.image_id,
        "sha256": item.picture.sha256,
        "outcome": said.outcome,
        "limits": list(said.limits),
        "fidelity": None
        if fidelity is None
        else {"value": fidelity.value, "low": fidelity.low, "high": fidelity.high},
        "summary": describe(item),
        "versions": {"sonogate": said.sonogate, "policy": said.policy},
        "device": {"maker": device.maker, "model": device.model, "probe": device.probe},
        "calibration": None
        if item.calibration is None
        else {
            "row_mm": item.calibration.row_mm,
            "column_mm": item.calibration.column_mm,
            "how": item.calibration.how,
        },
        "identified": item.identified,
        "subject": item.subject_id,
    }
    if context is not None:
        codes = [context.body_part] if context.body_part is not None else []
        document["body_part"] = next((_code(code) for code in codes), None)
        document["side"] = None if context.side is None else str(context.side)
        document["coded_findings"] = [_code(code) for code in context.coded_findings]
    if context is not None and item.identified:
        document["question"] = context.question
        document["findings"] = context.findings
        at = context.acquired_at
        document["acquired_at"] = None if at is None else at.isoformat()
    return document


def _code(code: Code) -> dict[str, str]:
    return {"system": code.system, "value": code.value, "meaning": code.meaning}
