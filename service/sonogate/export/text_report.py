"""What is known around a picture as a Basic Text SR document (PS3.3 section A.35.1)."""

from __future__ import annotations

from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import BasicTextSRStorage, SecondaryCaptureImageStorage

from sonogate.clinical import Code
from sonogate.export.dicom import describe
from sonogate.export.header import code_item, make_object, make_uid, moment_of
from sonogate.export.values import ExportItem

SERIES_NUMBER = 902
_TITLE = Code("LN", "18748-4", "Diagnostic imaging report")
_REQUEST = Code("DCM", "121062", "Request")
_FINDINGS = Code("DCM", "121070", "Findings")
_FINDING = Code("DCM", "121071", "Finding")
_QUALITY = Code("DCM", "121111", "Summary")
_REGION = Code("SCT", "363698007", "Finding Site")
_EQUIPMENT = Code("DCM", "121106", "Comment")


def make_text_report(item: ExportItem, image: Dataset, at: datetime) -> Dataset:
    """Return the document: question, findings, and what the picture is good for.

    Free text stands in identified copies alone: nobody can be sure that it names no one.

    Args:
        item: The picture, and what is known around it.
        image: The picture's own DICOM object, which the document refers to.
        at: When the document is made.
    """
    dataset = make_object(item, BasicTextSRStorage, "report", at)
    dataset.Modality = "SR"
    dataset.SeriesInstanceUID = make_uid(item, "report series")
    dataset.SeriesNumber = SERIES_NUMBER
    dataset.ReferencedPerformedProcedureStepSequence = Sequence([])
    dataset.InstanceNumber = 1
    dataset.CompletionFlag = "PARTIAL"
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.ContentDate, dataset.ContentTime = moment_of(item, at)
    dataset.PerformedProcedureCodeSequence = Sequence([])
    dataset.CurrentRequestedProcedureEvidenceSequence = Sequence([_evidence(image)])
    dataset.ValueType = "CONTAINER"
    dataset.ConceptNameCodeSequence = Sequence([code_item(_TITLE)])
    dataset.ContinuityOfContent = "SEPARATE"
    dataset.ContentSequence = Sequence([*_content(item), _image_reference(image)])
    return dataset


def _content(item: ExportItem) -> list[Dataset]:
    content: list[Dataset] = []
    context = item.context
    if context is not None:
        if item.identified and context.question:
            content.append(_container(_REQUEST, [_text(_REQUEST, context.question)]))
        found = [_coded(_FINDING, code) for code in context.coded_findings]
        if context.body_part is not None:
            found.insert(0, _coded(_REGION, context.body_part))
        if item.identified and context.findings:
            found.append(_text(_FINDING, context.findings))
        if found:
            content.append(_container(_FINDINGS, found))
    content.append(_container(_QUALITY, [_text(_EQUIPMENT, describe(item))]))
    return content


def _container(name: Code, content: list[Dataset]) -> Dataset:
    item = _item("CONTAINER", name)
    item.ContinuityOfContent = "SEPARATE"
    item.ContentSequence = Sequence(content)
    return item


def _text(name: Code, text: str) -> Dataset:
    item = _item("TEXT", name)
    item.TextValue = text
    return item


def _coded(name: Code, code: Code) -> Dataset:
    # A Basic Text document has no CODE items: the code's meaning, and the code with it.
    return _text(name, f"{code.meaning} ({code.system} {code.value})")


def _item(value_type: str, name: Code) -> Dataset:
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    item.ValueType = value_type
    item.ConceptNameCodeSequence = Sequence([code_item(name)])
    return item


def _image_reference(image: Dataset) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = SecondaryCaptureImageStorage
    reference.ReferencedSOPInstanceUID = image.SOPInstanceUID
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    item.ValueType = "IMAGE"
    item.ReferencedSOPSequence = Sequence([reference])
    return item


def _evidence(image: Dataset) -> Dataset:
    instance = Dataset()
    instance.ReferencedSOPClassUID = image.SOPClassUID
    instance.ReferencedSOPInstanceUID = image.SOPInstanceUID
    series = Dataset()
    series.SeriesInstanceUID = image.SeriesInstanceUID
    series.ReferencedSOPSequence = Sequence([instance])
    study = Dataset()
    study.StudyInstanceUID = image.StudyInstanceUID
    study.ReferencedSeriesSequence = Sequence([series])
    return study
