"""``sonogate export``: copies of signed pictures, and silence about whose they are."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pydicom
import pytest
from tests.authority.conftest import make_claim, make_masked
from typer.testing import CliRunner, Result

from sonogate.authority import PictureSigner, create_authority
from sonogate.cli import create_cli
from sonogate.report import encode_png

ABOUT = {
    "patient": {
        "patient_id": "CANARYID",
        "name": "Canary^Doe",
        "birth_date": "1970-01-02",
        "study_at": "2026-10-31T09:00:00+00:00",
    },
    "context": {
        "question": "Free fluid?",
        "side": "L",
        "body_part": {"system": "SCT", "value": "80891009", "meaning": "Heart"},
        "acquired_at": "2026-10-31T09:30:00+00:00",
    },
    "device": {"maker": "Acme", "model": "Voyager", "export_size_wh": [1024, 768]},
    "calibration": {"row_mm": 0.2, "column_mm": 0.2, "how": "depth scale"},
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(create_cli(), [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    now = datetime.now(UTC)
    keys = create_authority(tmp_path / "keys", "Test Hospital", now)
    claim = dataclasses.replace(make_claim(), signed_at=now)
    signed = PictureSigner(keys, encode_png).sign(make_masked(), claim)
    (tmp_path / "a.png").write_bytes(signed.png)
    (tmp_path / "bare.png").write_bytes(encode_png(make_masked()))
    (tmp_path / "about.json").write_text(json.dumps(ABOUT))
    return tmp_path


def test_every_shape(folder: Path) -> None:
    root, out = folder / "keys/root.pem", folder / "out"
    places = ["--plain", out / "plain", "--dicom", out / "dicom", "--fhir", out / "fhir"]
    places += ["--medium", out / "medium", "--iso", out / "disc.iso"]
    about = ["--about", folder / "about.json"]
    said = run("export", folder / "a.png", "--root", root, *about, *places)
    assert said.exit_code == 0, said.output
    assert "CANARY" not in said.output.upper()
    assert (out / "plain" / "img_1.png").read_bytes() == (folder / "a.png").read_bytes()
    objects = [pydicom.dcmread(path) for path in (out / "dicom").glob("*.dcm")]
    assert {str(o.PatientID) for o in objects} == {"CANARYID"}
    assert {o.Modality for o in objects} == {"US", "SR"}
    (image,) = (o for o in objects if o.Modality == "US")
    assert [float(v) for v in image.PixelSpacing] == [0.2, 0.2]
    assert (out / "medium" / "DICOMDIR").exists()
    assert (out / "disc.iso").exists()
    assert len(list((out / "fhir").iterdir())) == 1
    # No file is called after what is known of the patient.
    assert not [path for path in out.rglob("*") if "CANARY" in path.name.upper()]


def test_without_a_patient_the_copy_is_deidentified(folder: Path) -> None:
    out = folder / "out"
    said = run("export", folder / "a.png", "--root", folder / "keys/root.pem", "--dicom", out)
    assert said.exit_code == 0, said.output
    for path in out.glob("*.dcm"):
        assert pydicom.dcmread(path).PatientIdentityRemoved == "YES"


def test_only_what_the_authority_signed(folder: Path) -> None:
    out = folder / "out"
    said = run("export", folder / "bare.png", "--root", folder / "keys/root.pem", "--plain", out)
    assert said.exit_code == 1
    assert not out.exists()


@pytest.mark.parametrize("text", ["CANARY", "[]", '{"patient": {"patient_id": ""}}', '{"x": 1}'])
def test_malformed_information_is_refused_in_silence(text: str, folder: Path) -> None:
    (folder / "about.json").write_text(text)
    about = ["--about", folder / "about.json", "--plain", folder / "out"]
    said = run("export", folder / "a.png", "--root", folder / "keys/root.pem", *about)
    assert said.exit_code == 2
    assert "CANARY" not in said.output


def test_somewhere_to_go_is_needed(folder: Path) -> None:
    said = run("export", folder / "a.png", "--root", folder / "keys/root.pem")
    assert said.exit_code == 2


def test_an_archive_that_is_not_there(folder: Path) -> None:
    root = folder / "keys/root.pem"
    for place in (["--stow", "http://127.0.0.1:1/x"], ["--cstore", "PACS@127.0.0.1:1"]):
        said = run("export", folder / "a.png", "--root", root, *place)
        assert said.exit_code == 1, said.output
    assert run("export", folder / "a.png", "--root", root, "--cstore", "x").exit_code == 2
