"""A masked picture as DICOM Secondary Capture (PS3.3 section A.8.1).

Nothing of the photo's own metadata is copied: every attribute is written anew.

``ConversionType`` has no value for a photo of a screen; ``SI`` (scanned image) is the
nearest, because the picture went through a lens and a sensor, and ``DerivationDescription``
says what it is in words. ``Modality`` is ``US``, so that the picture is found with the
ultrasound examinations it belongs to.
"""

from __future__ import annotations

import io
from datetime import datetime

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import SecondaryCaptureImageStorage

from sonogate.clinical import BodySide
from sonogate.export.header import (
    MANUFACTURER,
    MODALITY,
    code_item,
    date_and_time,
    in_zone,
    line,
    make_object,
    make_uid,
    moment_of,
    zone_of,
)
from sonogate.export.values import ExportItem

SERIES_NUMBER = 901
LIMIT_WORDS = {
    "fine_detail": "not for fine detail",
    "grey_levels": "not for grey levels",
    "measuring": "not for measuring",
    "colour": "not for colour",
}


def make_secondary_capture(item: ExportItem, at: datetime) -> Dataset:
    """Return the picture as a DICOM object, pixels uncompressed.

    Args:
        item: The picture, and what is known around it.
        at: When the object is made.
    """
    dataset = make_object(item, SecondaryCaptureImageStorage, "image", at)
    dataset.Modality = MODALITY
    dataset.SeriesInstanceUID = make_uid(item, "image series")
    dataset.SeriesNumber = SERIES_NUMBER
    dataset.SeriesDescription = "Photo of the ultrasound screen"
    dataset.InstanceNumber = 1
    dataset.ConversionType = "SI"
    dataset.SecondaryCaptureDeviceManufacturer = MANUFACTURER
    dataset.SecondaryCaptureDeviceManufacturerModelName = MANUFACTURER
    dataset.SecondaryCaptureDeviceSoftwareVersions = item.statement.sonogate
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.ContentDate, dataset.ContentTime = moment_of(item, at)
    if item.identified:
        dataset.DateOfSecondaryCapture, dataset.TimeOfSecondaryCapture = moment_of(item, at)
    dataset.BurnedInAnnotation = "NO"
    dataset.RecognizableVisualFeatures = "NO"
    dataset.LossyImageCompression = "01" if item.statement.lossy_original else "00"
    dataset.DerivationDescription = (
        "Photographed from the screen of an ultrasound machine, rectified, brought to sRGB, "
        "text that could identify a patient filled with one colour. "
        f"Picture {item.statement.image_id}, SHA-256 {item.picture.sha256}."
    )
    dataset.ImageComments = describe(item)
    dataset.PatientOrientation = ""
    _add_context(dataset, item)
    _add_spacing(dataset, item)
    _add_pixels(dataset, item)
    return dataset


def dicom_bytes(dataset: Dataset) -> bytes:
    """Return a DICOM file (PS3.10) in memory."""
    file = io.BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


def describe(item: ExportItem) -> str:
    """Return in words what the gate said of the picture."""
    said = item.statement
    words = [said.outcome.replace("_", " ").capitalize()]
    words += [LIMIT_WORDS[limit] for limit in said.limits]
    text = ", ".join(words) + "."
    if said.fidelity is not None:
        low, high = round(said.fidelity.low), round(said.fidelity.high)
        text += (
            f" Predicted likeness to the machine's own export {round(said.fidelity.value)} of 100"
            f" (90% interval {low} to {high})."
        )
    if item.calibration is None:
        text += " Not calibrated: no distance can be measured."
    return text


def _add_context(dataset: Dataset, item: ExportItem) -> None:
    dataset.ImageLaterality = str((item.context and item.context.side) or BodySide.UNPAIRED)
    if item.context is None:
        return
    if item.context.body_part is not None:
        dataset.AnatomicRegionSequence = Sequence([code_item(item.context.body_part)])
    if item.identified and item.context.acquired_at is not None:
        zone = zone_of(item)
        day, time = date_and_time(item.context.acquired_at, zone)
        offset = in_zone(item.context.acquired_at, zone).strftime("%z")
        dataset.AcquisitionDateTime = day + time + offset


def _add_spacing(dataset: Dataset, item: ExportItem) -> None:
    calibration = item.calibration
    if calibration is None:
        return
    dataset.PixelSpacing = [f"{calibration.row_mm:.6g}", f"{calibration.column_mm:.6g}"]
    dataset.PixelSpacingCalibrationType = "FIDUCIAL"
    dataset.PixelSpacingCalibrationDescription = line(calibration.how)


def _add_pixels(dataset: Dataset, item: ExportItem) -> None:
    pixels = item.picture.pixels
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    grey = item.grey and np.array_equal(red, green) and np.array_equal(green, blue)
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 1 if grey else 3
    dataset.PhotometricInterpretation = "MONOCHROME2" if grey else "RGB"
    if not grey:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = 8
    dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    data = np.ascontiguousarray(red if grey else pixels).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB"
