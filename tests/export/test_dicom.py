"""DICOM objects: dciodvfy finds no error, identifiers where they belong and nowhere else."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.export.conftest import CONTEXT, NOW, PATIENT, grey_masked, make_item

from sonogate.clinical import Code, Device
from sonogate.errors import ExportError
from sonogate.export.dicom import dicom_bytes
from sonogate.export.fhir import make_bundle
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
        moments = {
            str(element.value) for element in dataset.iterall() if element.VR in ("DA", "TM", "DT")
        }
        assert moments - {""} == {"19000101", "000000"}
        assert b"20261" not in b"".join(
            str(element.value).encode() for element in dataset.iterall() if element.VR != "UI"
        )
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
    assert image.AcquisitionDateTime.startswith("20261031093000+0000")
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


def test_the_same_is_one_object_and_anything_else_another() -> None:
    item = ITEMS["identified"]
    item = replace(item, statement=replace(item.statement, signed_at=NOW))
    first = make_package(item, NOW)
    later = make_package(item, NOW + timedelta(days=3))
    for one, again in zip(first.objects, later.objects, strict=True):
        assert dicom_bytes(one) == dicom_bytes(again)
    others = [
        replace(item, calibration=SCALE),
        replace(item, patient=replace(PATIENT, accession_number="")),
        replace(item, context=replace(CONTEXT, findings="None.")),
    ]
    uids = {make_package(other, NOW).image.SOPInstanceUID for other in others}
    assert len(uids | {first.image.SOPInstanceUID}) == 4


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


def test_texts_that_dicom_would_part_or_cannot_hold() -> None:
    long = Code("http://example.org/codes", "123456789012345678", "a\\b " * 40)
    item = replace(
        make_item(patient=PATIENT),
        context=replace(
            CONTEXT,
            body_part=long,
            acquired_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14, seconds=7))),
        ),
        device=Device("Ac\\me\n", "V" * 100),
    )
    image = pydicom.dcmread(io.BytesIO(dicom_bytes(make_package(item, NOW).image)))
    region = image.AnatomicRegionSequence[0]
    assert region.LongCodeValue == long.value
    assert len(region.CodeMeaning) <= 64
    machine = image.ContributingEquipmentSequence[1]
    assert machine.Manufacturer == "Ac me"
    assert machine.ManufacturerModelName == "V" * 64
    assert image.ContentDate == "00010101"


def test_all_times_are_in_the_zone_that_is_stated() -> None:
    zone = timezone(timedelta(hours=2))
    patient = replace(PATIENT, study_at=datetime(2026, 10, 31, 11, 0, tzinfo=zone))
    image = make_package(make_item(patient=patient), NOW).image
    assert (image.StudyDate, image.StudyTime) == ("20261031", "110000")
    assert (image.ContentTime, image.TimezoneOffsetFromUTC) == ("113000", "+0200")
    assert image.AcquisitionDateTime == "20261031113000+0200"


@given(
    name=st.text(max_size=64),
    patient_id=st.text(max_size=64),
    accession=st.text(max_size=16),
    maker=st.text(min_size=1, max_size=100),
    finding=st.text(min_size=1, max_size=200),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_refused_or_written_without_a_warning(
    name: str, patient_id: str, accession: str, maker: str, finding: str
) -> None:
    # A warning of the library would quote the patient on standard error; here it is an error.
    try:
        patient = PatientContext(patient_id, name=name, accession_number=accession)
    except ValueError:
        return
    item = replace(
        make_item(patient=patient),
        context=replace(CONTEXT, findings=finding),
        device=Device(maker),
    )
    package = make_package(item, NOW)
    for dataset in package.objects:
        back = pydicom.dcmread(io.BytesIO(dicom_bytes(dataset)))
        assert back.PatientID.strip() == patient_id.strip()
    clinical_document(item)
    make_bundle(item, package.objects, NOW)
