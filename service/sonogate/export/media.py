"""A medium as IHE PDI has it: DICOMDIR (PS3.10) with a page that people can read.

A folder, or an ISO 9660 file of the same folder for a disc. Names within are eight
characters and three, capitals and digits, as media of DICOM have them; none is made from
anything that is known of a patient.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pycdlib
from pydicom.uid import generate_uid

from sonogate.errors import ExportError
from sonogate.export.dicom import dicom_bytes
from sonogate.export.dicomdir import directory_bytes
from sonogate.export.index_page import render_index
from sonogate.export.package import Package

INDEX = "INDEX.HTM"
OBJECTS = "DICOM"
PICTURES = "PICTURES"
VOLUME = "SONOGATE"
_ISO_LEVEL = 1


def picture_name(number: int) -> str:
    """Return where the plain copy of the picture with this number, from 1, lies."""
    return f"{PICTURES}/P{number:07}.PNG"


def write_medium(packages: Sequence[Package], folder: Path) -> None:
    """Write a medium into a folder that is empty or not there yet.

    Args:
        packages: What goes on it.
        folder: Where.

    Raises:
        ExportError: There is something in the folder, or it cannot be written.
    """
    if not packages:
        raise ExportError("a medium holds at least one picture")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ExportError("a medium is written into an empty folder")
        (folder / OBJECTS).mkdir()
        objects = [dataset for package in packages for dataset in package.objects]
        names = [f"{OBJECTS}/D{number:07}" for number in range(1, len(objects) + 1)]
        for name, dataset in zip(names, objects, strict=True):
            (folder / name).write_bytes(dicom_bytes(dataset))
        directory = directory_bytes(list(zip(names, objects, strict=True)), VOLUME, generate_uid())
        (folder / "DICOMDIR").write_bytes(directory)
        (folder / PICTURES).mkdir()
        for number, package in enumerate(packages, start=1):
            (folder / picture_name(number)).write_bytes(package.item.picture.png)
        shown = [picture_name(number) for number in range(1, len(packages) + 1)]
        page = render_index([package.item for package in packages], shown)
        (folder / INDEX).write_text(page, "utf-8")
    except OSError as error:
        raise ExportError(f"the medium cannot be written: {error.strerror}") from None


def write_iso(folder: Path, iso: Path) -> None:
    """Write a medium's folder as an ISO 9660 file.

    Args:
        folder: The medium, as ``write_medium`` wrote it.
        iso: A file that is not there yet.

    Raises:
        ExportError: It is there already, or cannot be written.
    """
    disc = pycdlib.PyCdlib()
    disc.new(interchange_level=_ISO_LEVEL, vol_ident=VOLUME)
    partial = iso.with_name(f".{iso.name}.partial")
    try:
        if iso.exists():
            raise ExportError("the file is there already")
        for root, folders, files in os.walk(folder):
            inside = "/" + Path(root).relative_to(folder).as_posix().removeprefix(".")
            place = inside.rstrip("/")
            for name in sorted(folders):
                disc.add_directory(f"{place}/{name}")
            for name in sorted(files):
                disc.add_file(str(Path(root) / name), _iso_path(f"{place}/{name}"))
        disc.write(str(partial))
        partial.replace(iso)
    except OSError as error:
        raise ExportError(f"the disc's file cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
        disc.close()


def _iso_path(path: str) -> str:
    name = path.rpartition("/")[2]
    return f"{path};1" if "." in name else f"{path}.;1"
