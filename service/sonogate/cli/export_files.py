"""What ``sonogate export`` reads and writes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sonogate.authority.keys import load_roots
from sonogate.authority.verify import Mark, read_mark
from sonogate.errors import ExportError
from sonogate.export.about import About, parse_about
from sonogate.export.cstore import parse_peer, send
from sonogate.export.dicom import dicom_bytes
from sonogate.export.fhir import make_bundle
from sonogate.export.media import write_iso, write_medium
from sonogate.export.package import Package, make_package
from sonogate.export.plain import write_plain
from sonogate.export.stow import StowServer, store
from sonogate.export.values import ExportItem, Statement, picture_of_signed
from sonogate.types import Fidelity

Step = Callable[[list[Package]], None]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where copies go; fields as the options of ``sonogate export``."""

    plain: Path | None
    dicom: Path | None
    medium: Path | None
    iso: Path | None
    fhir: Path | None
    stow: str | None
    cstore: str | None

    @property
    def any(self) -> bool:
        """Whether copies go anywhere."""
        places = (self.plain, self.dicom, self.medium, self.fhir, self.stow, self.cstore)
        return any(place is not None for place in places)

    def steps(self, at: datetime) -> list[tuple[str, Step]]:
        """Return what is to be done, files first, by name."""
        steps: list[tuple[str, Step]] = []
        plain, dicom, medium, fhir = self.plain, self.dicom, self.medium, self.fhir
        if plain is not None:
            steps.append(("plain", lambda all_: _write_plain(all_, plain)))
        if dicom is not None:
            steps.append(("dicom", lambda all_: _write_dicom(all_, dicom)))
        if medium is not None:
            steps.append(("medium", lambda all_: _write_medium(all_, medium, self.iso)))
        if fhir is not None:
            steps.append(("fhir", lambda all_: _write_fhir(all_, fhir, at)))
        if self.stow is not None:
            server = StowServer(self.stow, os.environ.get("SONOGATE_STOW_TOKEN"))
            steps.append(("stow", lambda all_: store([o for p in all_ for o in p.objects], server)))
        if self.cstore is not None:
            peer = parse_peer(self.cstore)
            steps.append(("cstore", lambda all_: send([o for p in all_ for o in p.objects], peer)))
        return steps


def read_packages(
    pictures: list[Path], root: Path, about: Path | None, at: datetime
) -> list[Package]:
    """Return what is handed on of each picture.

    Raises:
        ExportError: A file cannot be read, or is not a picture that the authority signed.
        AuthorityError: The root certificate cannot be used.
        ValueError: The file with what is known is malformed.
    """
    roots = load_roots(root)
    known = About() if about is None else parse_about(_read(about))
    packages: list[Package] = []
    for path in pictures:
        png = _read(path)
        mark = read_mark(png, roots)
        if mark is None:
            raise ExportError("only a picture that the image authority signed is handed on")
        picture = picture_of_signed(png, lambda data: read_mark(data, roots) is not None)
        item = ExportItem(
            picture,
            _statement(mark),
            known.context,
            known.device,
            known.patient,
            known.calibration,
        )
        packages.append(make_package(item, at))
    return packages


def _statement(mark: Mark) -> Statement:
    said = mark.assessment
    fidelity = said["fidelity"]
    return Statement(
        mark.image_id,
        said["outcome"],
        tuple(said["limits"]),
        None if fidelity is None else Fidelity(**fidelity),
        said["versions"]["sonogate"],
        said["versions"]["policy"],
        mark.signed_at,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ExportError(f"a file cannot be read: {error.strerror}") from None


def _write_plain(packages: list[Package], folder: Path) -> None:
    for package in packages:
        write_plain(package.item, folder)


def _write_dicom(packages: list[Package], folder: Path) -> None:
    for package in packages:
        for dataset in package.objects:
            _write(folder / f"{dataset.SOPInstanceUID}.dcm", dicom_bytes(dataset))


def _write_fhir(packages: list[Package], folder: Path, at: datetime) -> None:
    for package in packages:
        bundle = make_bundle(package.item, package.objects, at)
        text = json.dumps(bundle, indent=2, ensure_ascii=False) + "\n"
        name = package.image.SOPInstanceUID
        _write(folder / f"{name}.fhir.json", text.encode("utf-8"))


def _write_medium(packages: list[Package], folder: Path, iso: Path | None) -> None:
    write_medium(packages, folder)
    if iso is not None:
        write_iso(folder, iso)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise ExportError(f"a file cannot be written: {error.strerror}") from None
