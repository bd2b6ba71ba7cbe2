"""Media: DICOMDIR that pydicom reads, on a folder and on a disc's file, with its page."""

from __future__ import annotations

import io
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pycdlib
import pydicom
import pytest
from pydicom.fileset import FileSet
from tests.export.conftest import NOW, PATIENT, make_item

from sonogate.errors import ExportError
from sonogate.export.media import INDEX, write_iso, write_medium
from sonogate.export.package import Package, make_package
from sonogate.export.plain import write_plain


@pytest.fixture(scope="module")
def packages() -> list[Package]:
    return [
        make_package(make_item(patient=PATIENT, number=1), NOW),
        make_package(make_item(number=2), NOW),
    ]


@pytest.fixture(scope="module")
def medium(packages: list[Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media") / "medium"
    write_medium(packages, folder)
    return folder


def test_pydicom_reads_the_directory(medium: Path, packages: list[Package]) -> None:
    files = FileSet(pydicom.dcmread(medium / "DICOMDIR"))
    assert len(files) == 4
    images = {i.SOPInstanceUID: i.load() for i in files.find(Modality="US", load=True)}
    for package in packages:
        back = images[package.image.SOPInstanceUID]
        assert np.array_equal(back.pixel_array, package.item.picture.pixels)
    # Its folder for changes, which nobody else removes.
    files._stage["t"].cleanup()
    assert set(files.find_values("PatientID")) == {PATIENT.patient_id, f"img_{2:032x}"}


def test_dciodvfy_finds_no_error_in_the_directory(medium: Path) -> None:
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("the package dicom3tools is not installed")
    said = subprocess.run(
        [program, "-new", medium / "DICOMDIR"], capture_output=True, text=True, check=False
    )
    assert "Error" not in said.stdout + said.stderr, said.stdout + said.stderr
    assert "BasicDirectory" in said.stdout + said.stderr


class Sources(HTMLParser):
    """What a page shows and loads."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href") and value is not None:
                (self.pictures if tag == "img" else self.others).append(value)


def test_page_shows_every_picture_and_needs_nothing_from_elsewhere(
    medium: Path, packages: list[Package]
) -> None:
    text = (medium / INDEX).read_text("utf-8")
    page = Sources()
    page.feed(text)
    assert page.others == []
    assert [(medium / name).read_bytes() for name in page.pictures] == [
        package.item.picture.png for package in packages
    ]
    # The first names its patient, the second nobody.
    first, second = text.split("<h2>")[1:]
    assert "Canary, Jané" in first
    assert "CANARYQUESTION?" in first
    assert "CANARY" not in second.upper()


def test_page_takes_nothing_for_markup() -> None:
    from dataclasses import replace

    from sonogate.export.index_page import render_index

    item = make_item(patient=replace(PATIENT, name="<script>alert(1)</script>"))
    assert "<script" not in render_index([item], ["P.PNG"])


def test_disc(medium: Path, packages: list[Package], tmp_path: Path) -> None:
    iso = tmp_path / "disc.iso"
    write_iso(medium, iso)
    disc = pycdlib.PyCdlib()
    disc.open(str(iso))
    try:
        held = {}
        for root, _, names in disc.walk(iso_path="/"):
            for name in names:
                data = io.BytesIO()
                disc.get_file_from_iso_fp(data, iso_path=f"{root.rstrip('/')}/{name}")
                plain = f"{root.rstrip('/')}/{name}".split(";")[0].rstrip(".")
                held[plain] = data.getvalue()
    finally:
        disc.close()
    for path in medium.rglob("*"):
        if path.is_file():
            assert held["/" + path.relative_to(medium).as_posix()] == path.read_bytes()
    # What DICOMDIR names is found under that name.
    records = pydicom.dcmread(io.BytesIO(held["/DICOMDIR"])).DirectoryRecordSequence
    named = ["/".join(["", *r.ReferencedFileID]) for r in records if "ReferencedFileID" in r]
    assert len(named) == 4
    assert all(name in held for name in named)


def test_nothing_is_overwritten(medium: Path, packages: list[Package], tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        write_medium(packages, medium)
    (tmp_path / "a.iso").write_bytes(b"mine")
    with pytest.raises(ExportError):
        write_iso(medium, tmp_path / "a.iso")
    assert (tmp_path / "a.iso").read_bytes() == b"mine"
    with pytest.raises(ExportError):
        write_medium([], tmp_path / "empty")


def test_plain_files(packages: list[Package], tmp_path: Path) -> None:
    picture, beside = write_plain(packages[1].item, tmp_path / "out")
    assert picture.read_bytes() == packages[1].item.picture.png
    assert "CANARY" not in beside.read_text("utf-8")
    assert picture.stem == beside.stem == f"img_{2:032x}"
