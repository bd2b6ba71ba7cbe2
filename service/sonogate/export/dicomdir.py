"""The directory of a medium, DICOMDIR (PS3.3 annex F), written straight to the medium.

Libraries that make one keep copies of the objects in a temporary folder on the way. These
copies would name patients, so the directory is made here, in memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as ItemSequence
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage

_IN_USE = 0xFFFF
_KEYS: dict[str, tuple[str, ...]] = {
    "PATIENT": ("PatientName", "PatientID"),
    "STUDY": ("StudyDate", "StudyTime", "StudyInstanceUID", "StudyID", "AccessionNumber"),
    "SERIES": ("Modality", "SeriesInstanceUID", "SeriesNumber"),
    "IMAGE": ("InstanceNumber",),
    "SR DOCUMENT": (
        "InstanceNumber",
        "CompletionFlag",
        "VerificationFlag",
        "ContentDate",
        "ContentTime",
        "ConceptNameCodeSequence",
    ),
}


@dataclass(eq=False, slots=True)
class _Node:
    """A record with those below it."""

    record: Dataset
    below: dict[str, _Node] = field(default_factory=dict)


def directory_bytes(files: Sequence[tuple[str, Dataset]], volume: str, uid: UID) -> bytes:
    """Return the file DICOMDIR.

    Args:
        files: Path within the medium, with ``/``, and object, for each file.
        volume: The medium's name.
        uid: The medium's UID.
    """
    top: dict[str, _Node] = {}
    for path, dataset in files:
        patient = _child(top, "PATIENT", dataset, dataset.PatientID)
        study = _child(patient.below, "STUDY", dataset, dataset.StudyInstanceUID)
        series = _child(study.below, "SERIES", dataset, dataset.SeriesInstanceUID)
        kind = "SR DOCUMENT" if dataset.Modality == "SR" else "IMAGE"
        _refer(_child(series.below, kind, dataset, dataset.SOPInstanceUID).record, path, dataset)
    records = list(_walk(top.values()))
    directory = _directory(records, volume, uid)
    # Offsets have a fixed size: written once to learn the places, and again with them in.
    places = _places(_write(directory))
    offsets = {id(node.record): place for node, place in zip(records, places, strict=True)}
    _link(list(top.values()), offsets)
    first, last = records[0], list(top.values())[-1]
    directory.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = offsets[id(first.record)]
    directory.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = offsets[id(last.record)]
    return _write(directory)


def _child(level: dict[str, _Node], kind: str, dataset: Dataset, key: str) -> _Node:
    node = level.get(str(key))
    if node is None:
        record = Dataset()
        record.OffsetOfTheNextDirectoryRecord = 0
        record.RecordInUseFlag = _IN_USE
        record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
        record.DirectoryRecordType = kind
        record.SpecificCharacterSet = dataset.SpecificCharacterSet
        for keyword in _KEYS[kind]:
            record[keyword] = dataset[keyword]
        if kind == "STUDY":
            record.StudyDescription = ""
        node = level[str(key)] = _Node(record)
    return node


def _refer(record: Dataset, path: str, dataset: Dataset) -> None:
    record.ReferencedFileID = path.split("/")
    record.ReferencedSOPClassUIDInFile = dataset.SOPClassUID
    record.ReferencedSOPInstanceUIDInFile = dataset.SOPInstanceUID
    record.ReferencedTransferSyntaxUIDInFile = dataset.file_meta.TransferSyntaxUID


def _walk(level: Iterable[_Node]) -> Iterable[_Node]:
    for node in level:
        yield node
        yield from _walk(node.below.values())


def _link(level: list[_Node], offsets: dict[int, int]) -> None:
    for node, following in zip(level, [*level[1:], None], strict=True):
        if following is not None:
            node.record.OffsetOfTheNextDirectoryRecord = offsets[id(following.record)]
        below = list(node.below.values())
        if below:
            lower = offsets[id(below[0].record)]
            node.record.OffsetOfReferencedLowerLevelDirectoryEntity = lower
            _link(below, offsets)


def _directory(records: Sequence[_Node], volume: str, uid: UID) -> Dataset:
    directory = Dataset()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    directory.file_meta = meta
    directory.FileSetID = volume
    directory.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 0
    directory.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = 0
    directory.FileSetConsistencyFlag = 0
    directory.DirectoryRecordSequence = ItemSequence([node.record for node in records])
    return directory


def _write(directory: Dataset) -> bytes:
    file = io.BytesIO()
    dcmwrite(file, directory, enforce_file_format=True)
    return file.getvalue()


def _places(data: bytes) -> list[int]:
    """Return where each record's item starts in the file."""
    records = dcmread(io.BytesIO(data)).DirectoryRecordSequence
    return [int(record.seq_item_tell) for record in records]
