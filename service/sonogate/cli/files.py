"""Photos found, read and written. Nothing here prints or records a file's name."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonogate import report
from sonogate.identifiers import PatientContext
from sonogate.identifiers.patient import MAX_PATIENT_BYTES, parse_patient
from sonogate.types import Assessment

if TYPE_CHECKING:
    from sonogate.gate import Assessor

# What a directory's pictures may be called, refused formats included: a photo that cannot
# be read is to be reported, not passed over.
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp"}
    | {".heic", ".heif", ".hif", ".avif", ".dng", ".tif", ".tiff", ".jp2", ".jxl"}
)
_HEAD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Job:
    """One photo to assess.

    Attributes:
        number: Place in the order of the work, from 1; what is shown of the photo.
        path: The file.
        stem: What its outputs are called.
    """

    number: int
    path: Path = field(repr=False)
    stem: str = field(repr=False)


def collect(arguments: Sequence[Path]) -> tuple[list[Job], list[str]]:
    """Return the photos that ``arguments`` stand for, and complaints about the others.

    A directory stands for the files directly in it that are called or start like pictures,
    by name; hidden files are left out. Stems that come again get ``-2``, ``-3``.
    """
    jobs: list[Job] = []
    complaints: list[str] = []
    taken: set[str] = set()
    for number, argument in enumerate(arguments, start=1):
        if argument.is_dir():
            paths = sorted(path for path in argument.iterdir() if _is_picture(path))
            if not paths:
                complaints.append(f"argument {number}: the directory holds no photos")
        elif argument.is_file():
            paths = [argument]
        else:
            paths = []
            complaints.append(f"argument {number}: no such file or directory")
        for path in paths:
            jobs.append(Job(len(jobs) + 1, path, _free(path.stem, taken)))
    return jobs, complaints


def read_patient(where: str) -> PatientContext:
    """Read whom the photos are of: a JSON object as ``/v1/assess`` takes it.

    Args:
        where: A file, or ``-`` for standard input. Names never go through the command line,
            where other users of the machine would see them.

    Raises:
        ValueError: It is not such an object; the message says nothing of what it holds.
        OSError: It cannot be read.
    """
    if where == "-":
        return parse_patient(sys.stdin.buffer.read(MAX_PATIENT_BYTES + 1))
    with Path(where).open("rb") as file:
        return parse_patient(file.read(MAX_PATIENT_BYTES + 1))


def read_photo(
    path: Path, max_bytes: int, gate: Assessor, patient: PatientContext | None = None
) -> Assessment:
    """Assess the file in ``path``, never holding more of it than a photo may have.

    Args:
        path: The file.
        max_bytes: Largest file that is accepted.
        gate: What assesses it.
        patient: Whom it is of, where that is known.
    """
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
        if len(data) <= max_bytes:
            return gate.assess(data, patient)
        # One byte too many is enough for the gate to refuse it; the digest is of all.
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(gate.assess(data, patient), sha256=digest)


def write_results(assessment: Assessment, out: Path | None, stem: str) -> dict[str, Any]:
    """Write ``STEM.json`` and ``STEM.masked.png`` and return the report.

    Each file appears whole or not at all, the picture before its report. A masked picture
    that an earlier run left under the same name is removed when there is none now.

    Args:
        assessment: What the gate returned.
        out: An existing directory, or None to write nothing.
        stem: What the outputs are called.
    """
    document = report.to_json(assessment)
    if out is None:
        return document
    picture = out / f"{stem}.masked.png"
    if assessment.masked is None:
        picture.unlink(missing_ok=True)
    else:
        _write(picture, report.encode_png(assessment.masked))
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    _write(out / f"{stem}.json", text.encode("utf-8"))
    return document


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    partial.replace(path)


def _is_picture(path: Path) -> bool:
    if path.name.startswith(".") or not path.is_file():
        return False
    return path.suffix.lower() in SUFFIXES or _starts_like_picture(path)


def _starts_like_picture(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (head[:4] == b"RIFF" and head[8:] == b"WEBP")
        or head[4:8] == b"ftyp"
    )


def _free(stem: str, taken: set[str]) -> str:
    """Return ``stem`` or, where it is taken, the first free one with a number."""
    candidates: Iterable[str] = (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3)))
    # Compared without case: some file systems keep only one of A.json and a.json.
    name = next(name for name in candidates if name.casefold() not in taken)
    taken.add(name.casefold())
    return name
