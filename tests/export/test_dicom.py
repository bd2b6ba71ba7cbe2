"""DICOM objects: dciodvfy finds no error, identifiers where they belong and nowhere else."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.export.conftest import CONTEXT, NOW, PATIENT, grey_masked, make_item

from sonogate.errors import ExportError
from sonogate.export.dicom import dicom_bytes
from sonogate.export.package import clinical_document, make_package
from sonogate.export.values import (
    Calibration,
    PatientContext,
    picture_of_masked,
    picture_of_signed,
)
from sonogate.report import encode_png

SCALE = Calibration(0.21, 0.2, "depth scale of the screen, 15 cm")
ITEMS = {
    "deidentified": make_item(),
    "identified": make_item(patient=PATIENT),
    "grey": make_item(masked=grey_masked()),
    "calibrated": make_item(patient=PATIENT, calibration=SCALE),
}


@pytest.mark.parametrize("name", ITEMS)
def test_dciodvfy_finds_no_error(name: str, tmp_path: Path) -> None:
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("the package dicom3tools is not installed")
    for number, dataset in enumerate(make_package(ITEMS[name], NOW).objects):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(dicom_bytes(dataset))
        said = subprocess.run([program, "-new", path], capture_output=True, text=True, check=False)
        assert "Error" not in said.stdout + said.stderr, said.stdout + said.stderr
        # It names the object's class when it recognised one.
        assert ("SCImage", "BasicTextSR")[number] in said.stdout + said.stderr
        assert "Warning" not in said.stdout + said.stderr, said.stdout + said.stderr


def test_deidentified_copy_says_so_and_holds_no_text() -> None:
    package = make_package(ITEMS["deidentified"], NOW)
    for dataset in package.objects:
        assert dataset.PatientIdentityRemoved == "YES"
        codes = [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
        assert codes == ["113100", "113101"]
        assert dataset.LongitudinalTemporalInformationModified == "MODIFIED"
        assert b"CANARY" not in dicom_bytes(dataset)
        # No date of the case or of the export.
        assert b"2026" not in dicom_bytes(dataset).replace(b"policy 2026.11.2", b"")
    image = package.image
    assert image.BurnedInAnnotation == "NO"
    assert image.RecognizableVisualFeatures == "NO"
    assert image.LossyImageCompression == "01"
    assert image.ConversionType == "SI"


def test_identified_copy_does_not_claim_more_than_clean_pixels() -> None:
    image, report = make_package(ITEMS["identified"], NOW).objects
    assert image.PatientIdentityRemoved == "NO"
    codes = [item.CodeValue for item in image.DeidentificationMethodCodeSequence]
    assert codes == ["113101"]
    assert image.PatientID == PATIENT.patient_id
    assert image.AcquisitionDateTime.startswith("20261031093000")
    text = report.to_json()
    assert CONTEXT.question is not None
    assert CONTEXT.question in text
    assert "Dyspnea (SCT 267036007)" in text


def test_spacing_only_when_calibrated() -> None:
    assert "PixelSpacing" not in make_package(ITEMS["identified"], NOW).image
    image = make_package(ITEMS["calibrated"], NOW).image
    assert [float(value) for value in image.PixelSpacing] == [0.21, 0.2]
    assert "no distance can be measured" not in image.ImageComments


def test_one_channel_only_when_all_are_alike() -> None:
    grey = make_package(ITEMS["grey"], NOW).image
    assert (grey.SamplesPerPixel, grey.PhotometricInterpretation) == (1, "MONOCHROME2")
    colour = make_package(ITEMS["identified"], NOW).image
    assert (colour.SamplesPerPixel, colour.PhotometricInterpretation) == (3, "RGB")
    assert np.array_equal(colour.pixel_array, ITEMS["identified"].picture.pixels)


def test_uids_are_the_same_again_and_differ_between_copies() -> None:
    first, again = (make_package(ITEMS["identified"], NOW).image for _ in range(2))
    other = make_package(ITEMS["deidentified"], NOW).image
    assert first.SOPInstanceUID == again.SOPInstanceUID
    for name in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        assert first[name].value != other[name].value


def test_joins_the_study_that_is_named() -> None:
    patient = PatientContext("4711", study_uid="1.2.840.99.1")
    assert make_package(make_item(patient=patient), NOW).image.StudyInstanceUID == "1.2.840.99.1"


@pytest.mark.parametrize(
    "fields",
    [
        {"patient_id": ""},
        {"patient_id": "a" * 65},
        {"patient_id": "1", "name": "Doe\\Jane"},
        {"patient_id": "1", "accession_number": "0" * 17},
        {"patient_id": "1", "study_uid": "1.02.3"},
        {"patient_id": "1", "study_uid": "CANARY"},
        {"patient_id": "1", "study_at": datetime(2026, 1, 1)},
    ],
)
def test_impossible_patients_are_refused_without_a_word_of_them(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="PatientContext") as caught:
        PatientContext(**fields)  # type: ignore[arg-type]
    assert "CANARY" not in str(caught.value)


def test_nothing_of_a_patient_is_in_repr() -> None:
    assert "CANARY" not in repr(ITEMS["identified"])
    assert "Canary" not in repr(ITEMS["identified"])
    assert "CANARY" not in repr(make_package(ITEMS["identified"], NOW))


def test_only_masked_pictures_are_handed_on() -> None:
    png = encode_png(grey_masked())
    with pytest.raises(TypeError):
        picture_of_masked(png, encode_png)  # type: ignore[arg-type]
    with pytest.raises(ExportError):
        picture_of_signed(png, lambda _: False)


def test_information_beside_the_picture() -> None:
    identified = clinical_document(ITEMS["identified"])
    assert identified["findings"] == CONTEXT.findings
    assert identified["subject"] == PATIENT.patient_id
    hidden = json.dumps(clinical_document(ITEMS["deidentified"]))
    assert "CANARY" not in hidden
    assert str(datetime.now(UTC).year) not in hidden.replace("2026.11.2", "")
    assert "Dyspnea" in hidden
