"""What every DICOM object of an export has in common: patient, study, equipment, origin."""

from __future__ import annotations

import hashlib
import re
from dataclasses import astuple
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from sonogate.clinical import Code
from sonogate.export.values import ExportItem

MANUFACTURER = "sonogate"
MODALITY = "US"
# Unknown moments of a de-identified copy: DICOM asks for a date in places (PS3.15 E.1).
DUMMY_DATE = "19000101"
DUMMY_TIME = "000000"
IMPLEMENTATION_VERSION = "SONOGATE"
STUDY_ID = "SONOGATE"
# Longest values of SH and LO; the scheme of codes whose own has no designator.
_SHORT, _LINE = 16, 64
_PRIVATE = "99SONOGATE"
_NOT_OF_A_LINE = re.compile(r"[\x00-\x1f\x7f\\\u2028\u2029]")


def code_item(code: Code) -> Dataset:
    """Return a concept as an item of a code sequence (PS3.3 section 8)."""
    item = Dataset()
    if len(code.value) <= _SHORT:
        item.CodeValue = line(code.value)
    else:
        item.LongCodeValue = line(code.value)
    item.CodingSchemeDesignator = line(code.system) if len(code.system) <= _SHORT else _PRIVATE
    item.CodeMeaning = line(code.meaning)
    return item


def line(text: str) -> str:
    """Return a text as one value of a short DICOM text (LO): one line, 64 characters.

    A backslash would part it in two values.
    """
    return _NOT_OF_A_LINE.sub(" ", text)[:_LINE].strip()


def zone_of(item: ExportItem) -> tzinfo:
    """Return the time zone that all times of the item's objects are given in."""
    acquired = None if item.context is None else item.context.acquired_at
    moment = (item.patient.study_at if item.patient is not None else None) or acquired
    offset = None if moment is None else moment.utcoffset()
    # DICOM has zones by the minute.
    return UTC if offset is None else timezone(timedelta(minutes=offset // timedelta(minutes=1)))


def date_and_time(moment: datetime, zone: tzinfo) -> tuple[str, str]:
    """Return a moment as DICOM writes dates and times (DA, TM)."""
    local = in_zone(moment, zone)
    return f"{local.year:04}{local.month:02}{local.day:02}", local.strftime("%H%M%S")


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return the moment in another zone; at the ends of the calendar, as it stands."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment.replace(tzinfo=zone)


def make_uid(item: ExportItem, what: str) -> UID:
    """Return the UID of a part of the export: the same every time the same is exported.

    Sending a picture twice gives one object; with another patient, context or calibration it
    is another object. The identified and the de-identified copy have nothing in common.
    """
    text = f"{what}:{item.identified}:{item.subject_id}:{item.statement.image_id}"
    digest = bytearray(hashlib.sha256(f"{text}:{_content(item)!r}".encode()).digest()[:16])
    # A UUID of version 8 (RFC 9562) under 2.25 (PS3.5 section B.2).
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UID(f"2.25.{int.from_bytes(digest, 'big')}")


def _content(item: ExportItem) -> tuple[object, ...]:
    """Return what an object holds; of a de-identified copy, nothing that names anyone."""
    calibration = None if item.calibration is None else astuple(item.calibration)
    common = (item.picture.sha256, astuple(item.statement), calibration, item.grey)
    context = item.context
    if item.patient is not None:
        about = None if context is None else astuple(context)
        return (*common, astuple(item.patient), about, astuple(item.device))
    machine = (item.device.maker, item.device.model)
    if context is None:
        return (*common, machine)
    return (*common, machine, context.body_part, context.side, context.coded_findings)


def make_object(item: ExportItem, sop_class: UID, what: str, at: datetime) -> Dataset:
    """Return an object with all modules that images and reports share.

    Args:
        item: What is exported.
        sop_class: Class of the object.
        what: Names the object within the export.
        at: When it is made; stands in identified copies where nothing better is known.
    """
    dataset = Dataset()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = make_uid(item, what)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    dataset.file_meta = meta
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    if item.identified:
        dataset.TimezoneOffsetFromUTC = at.astimezone(zone_of(item)).strftime("%z")
    _add_patient(dataset, item)
    _add_study(dataset, item, at)
    _add_equipment(dataset, item)
    _add_deidentification(dataset, item)
    return dataset


def moment_of(item: ExportItem, at: datetime) -> tuple[str, str]:
    """Return the date and time of the picture, or what stands for them."""
    if item.patient is None:
        return DUMMY_DATE, DUMMY_TIME
    acquired = None if item.context is None else item.context.acquired_at
    known = acquired or item.patient.study_at or item.statement.signed_at
    return date_and_time(known or at, zone_of(item))


def _add_patient(dataset: Dataset, item: ExportItem) -> None:
    patient = item.patient
    dataset.PatientID = item.subject_id
    if patient is None:
        dataset.PatientName = "ANONYMOUS^"
        dataset.PatientBirthDate = ""
        dataset.PatientSex = ""
        return
    dataset.PatientName = patient.name
    born = patient.birth_date
    dataset.PatientBirthDate = "" if born is None else born.isoformat().replace("-", "")
    dataset.PatientSex = patient.sex or ""
    if patient.issuer:
        dataset.IssuerOfPatientID = patient.issuer


def _add_study(dataset: Dataset, item: ExportItem, at: datetime) -> None:
    patient = item.patient
    own = make_uid(item, "study")
    dataset.StudyInstanceUID = own if patient is None else UID(patient.study_uid or own)
    study_at = None if patient is None else patient.study_at
    if study_at is None:
        dataset.StudyDate, dataset.StudyTime = moment_of(item, at)
    else:
        dataset.StudyDate, dataset.StudyTime = date_and_time(study_at, zone_of(item))
    dataset.ReferringPhysicianName = "" if patient is None else patient.referring
    dataset.StudyID = STUDY_ID
    dataset.AccessionNumber = "" if patient is None else patient.accession_number


def _add_equipment(dataset: Dataset, item: ExportItem) -> None:
    device = item.device
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = [
        line(item.statement.sonogate),
        line(f"policy {item.statement.policy}"),
    ]
    masker = Dataset()
    masker.PurposeOfReferenceCodeSequence = Sequence(
        [code_item(Code("DCM", "109104", "De-identifying Equipment"))]
    )
    masker.Manufacturer = MANUFACTURER
    masker.ManufacturerModelName = MANUFACTURER
    masker.SoftwareVersions = item.statement.sonogate
    contributors = [masker]
    if device.maker or device.model:
        machine = Dataset()
        machine.PurposeOfReferenceCodeSequence = Sequence(
            [code_item(Code("DCM", "109101", "Acquisition Equipment"))]
        )
        machine.Manufacturer = line(device.maker or "unknown")
        if device.model:
            machine.ManufacturerModelName = line(device.model)
        if device.site and item.identified:
            machine.InstitutionalDepartmentName = line(device.site)
        contributors.append(machine)
    dataset.ContributingEquipmentSequence = Sequence(contributors)


def _add_deidentification(dataset: Dataset, item: ExportItem) -> None:
    """PS3.15 Annex E; an identified copy claims the cleaned pixels alone."""
    codes = [Code("DCM", "113101", "Clean Pixel Data Option")]
    if item.identified:
        dataset.PatientIdentityRemoved = "NO"
        dataset.DeidentificationMethod = "Text in the pixels masked by sonogate"
        dataset.LongitudinalTemporalInformationModified = "UNMODIFIED"
    else:
        codes.insert(0, Code("DCM", "113100", "Basic Application Confidentiality Profile"))
        dataset.PatientIdentityRemoved = "YES"
        dataset.DeidentificationMethod = [
            "Text in the pixels masked by sonogate",
            "Header written anew without identifiers",
        ]
        dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    dataset.DeidentificationMethodCodeSequence = Sequence([code_item(code) for code in codes])
