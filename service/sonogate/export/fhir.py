"""A picture as FHIR R4: a bundle of an ImagingStudy and a DocumentReference."""

from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from sonogate.clinical import Code
from sonogate.export.audit_event import instant
from sonogate.export.dicom import describe
from sonogate.export.values import ExportItem

# URIs of the coding schemes that DICOM names by a designator (PS3.16 section 8).
SYSTEMS = {
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "SCT": "http://snomed.info/sct",
    "LN": "http://loinc.org",
    "UCUM": "http://unitsofmeasure.org",
    "I10": "http://hl7.org/fhir/sid/icd-10",
}
PSEUDONYM_SYSTEM = "urn:sonogate:pseudonym"
IMAGE_SYSTEM = "urn:sonogate:image"
_UID_SYSTEM = "urn:dicom:uid"
_URI_SYSTEM = "urn:ietf:rfc:3986"
_IMAGE_TYPE = Code("LN", "18748-4", "Diagnostic imaging study")


def make_bundle(item: ExportItem, objects: tuple[Dataset, ...], at: datetime) -> dict[str, Any]:
    """Return the bundle, a transaction that a FHIR server can take as it is.

    Args:
        item: The picture, and what is known around it.
        objects: Its DICOM objects, the image first.
        at: When the bundle is made.
    """
    study = _imaging_study(item, objects)
    study_url = _full_url(item, "ImagingStudy")
    document = _document_reference(item, study_url, at)
    entries = [
        _entry(study, study_url),
        _entry(document, _full_url(item, "DocumentReference")),
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(resource: dict[str, Any], url: str) -> dict[str, Any]:
    identifier = resource["identifier"][0]
    return {
        "fullUrl": url,
        "resource": resource,
        "request": {
            "method": "POST",
            "url": resource["resourceType"],
            # Sent again, it is found instead of made twice.
            "ifNoneExist": f"identifier={identifier['system']}|{identifier['value']}",
        },
    }


def _full_url(item: ExportItem, what: str) -> str:
    copy = "identified" if item.identified else "deidentified"
    seed = f"{what}:{copy}:{item.statement.image_id}:{item.picture.sha256}"
    return uuid.uuid5(uuid.NAMESPACE_URL, seed).urn


def _subject(item: ExportItem) -> dict[str, Any]:
    patient = item.patient
    if patient is None:
        return {"identifier": {"system": PSEUDONYM_SYSTEM, "value": item.subject_id}}
    identifier: dict[str, Any] = {"value": patient.patient_id}
    if patient.issuer:
        identifier["assigner"] = {"display": patient.issuer}
    return {"type": "Patient", "identifier": identifier}


def _concept(code: Code) -> dict[str, Any]:
    coding = {"code": code.value, "display": code.meaning}
    system = SYSTEMS.get(code.system)
    if system is not None:
        coding["system"] = system
    return {"coding": [coding], "text": code.meaning}


def _imaging_study(item: ExportItem, objects: tuple[Dataset, ...]) -> dict[str, Any]:
    image = objects[0]
    identifiers: list[dict[str, Any]] = [
        {"system": _UID_SYSTEM, "value": f"urn:oid:{image.StudyInstanceUID}"}
    ]
    if item.patient is not None and item.patient.accession_number:
        kind = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "ACSN"}
        identifiers.append({"type": {"coding": [kind]}, "value": item.patient.accession_number})
    study: dict[str, Any] = {
        "resourceType": "ImagingStudy",
        "identifier": identifiers,
        "status": "available",
        "modality": [_modality("US")],
        "subject": _subject(item),
        "numberOfSeries": len(objects),
        "numberOfInstances": len(objects),
        "series": [_series(item, dataset) for dataset in objects],
    }
    context = item.context
    if item.identified and context is not None and context.acquired_at is not None:
        study["started"] = instant(context.acquired_at)
    reasons = [] if context is None else [_concept(code) for code in context.coded_findings]
    if item.identified and context is not None and context.question:
        reasons.append({"text": context.question})
    if reasons:
        study["reasonCode"] = reasons
    if item.identified and context is not None and context.findings:
        study["note"] = [{"text": context.findings}]
    return study


def _modality(code: str) -> dict[str, str]:
    return {"system": SYSTEMS["DCM"], "code": code}


def _series(item: ExportItem, dataset: Dataset) -> dict[str, Any]:
    series: dict[str, Any] = {
        "uid": str(dataset.SeriesInstanceUID),
        "number": int(dataset.SeriesNumber),
        "modality": _modality(dataset.Modality),
        "numberOfInstances": 1,
        "instance": [
            {
                "uid": str(dataset.SOPInstanceUID),
                "sopClass": {"system": _URI_SYSTEM, "code": f"urn:oid:{dataset.SOPClassUID}"},
                "number": 1,
            }
        ],
    }
    regions = dataset.get("AnatomicRegionSequence", Sequence())
    if regions and item.context is not None and item.context.body_part is not None:
        series["bodySite"] = _concept(item.context.body_part)["coding"][0]
    return series


def _document_reference(item: ExportItem, study_url: str, at: datetime) -> dict[str, Any]:
    picture = item.picture
    attachment: dict[str, Any] = {
        "contentType": "image/png",
        "data": base64.b64encode(picture.png).decode("ascii"),
        "size": len(picture.png),
        # FHIR R4 fixes SHA-1 here; what the picture is verified by is its own signature.
        "hash": base64.b64encode(hashlib.sha1(picture.png, usedforsecurity=False).digest()).decode(
            "ascii"
        ),
        "title": "Photo of an ultrasound screen, masked",
    }
    document: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "identifier": [{"system": IMAGE_SYSTEM, "value": item.statement.image_id}],
        "status": "current",
        "docStatus": "preliminary",
        "type": _concept(_IMAGE_TYPE),
        "subject": _subject(item),
        "description": describe(item),
        "content": [{"attachment": attachment}],
        "context": {"related": [{"reference": study_url}]},
    }
    if item.identified:
        document["date"] = instant(at)
    if item.context is not None and item.context.coded_findings:
        document["context"]["event"] = [_concept(code) for code in item.context.coded_findings]
    return document
