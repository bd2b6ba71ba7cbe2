"""Exports as pixels: every DICOM picture that pydicom reads comes out as the RGB it shows."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sonogate.errors import PhotoError
from sonogate.evaluate.exports import read_export
from sonogate.policy import Policy

pydicom = pytest.importorskip("pydicom", reason="needs the research extra: pydicom")

CANARY = "CANARY^JANE"
SHAPE = (96, 128)


def picture() -> NDArray[np.uint8]:
    """Return smooth colour: what JPEG changes stays small."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.stack([x * 2, y * 2, 255 - x], axis=2).astype(np.uint8)


def dataset(pixels: NDArray[np.generic], kind: str, bits: int = 8) -> pydicom.Dataset:
    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.6.1"
    made.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    made.PatientName = CANARY
    made.Rows, made.Columns = SHAPE
    made.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    made.PhotometricInterpretation = kind
    made.BitsAllocated, made.BitsStored, made.HighBit = (
        (8, 8, 7) if bits == 8 else (16, bits, bits - 1)
    )
    made.PixelRepresentation = 0
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    made.PixelData = pixels.tobytes()
    made["PixelData"].VR = "OB" if bits == 8 else "OW"
    return made


def file_of(made: pydicom.Dataset) -> bytes:
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, made, enforce_file_format=True)
    return buffer.getvalue()


def ybr_of(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(rgb).convert("YCbCr"))


def test_uncompressed_and_rle_rgb_come_out_exactly(policy: Policy) -> None:
    made = dataset(picture(), "RGB")
    assert np.array_equal(read_export(file_of(made), policy.photo), picture())
    made.compress(pydicom.uid.RLELossless)
    assert np.array_equal(read_export(file_of(made), policy.photo), picture())


def test_ybr_becomes_rgb(policy: Policy) -> None:
    made = dataset(ybr_of(picture()), "YBR_FULL")
    got = read_export(file_of(made), policy.photo)
    assert np.abs(got.astype(int) - picture()).max() <= 3


@pytest.mark.parametrize("subsampling", [0, 1])
def test_jpeg_baseline_ybr_becomes_rgb(policy: Policy, subsampling: int) -> None:
    buffer = io.BytesIO()
    Image.fromarray(picture()).save(buffer, "JPEG", quality=95, subsampling=subsampling)
    made = dataset(picture(), "YBR_FULL_422" if subsampling else "YBR_FULL")
    made.file_meta.TransferSyntaxUID = pydicom.uid.JPEGBaseline8Bit
    made.PixelData = pydicom.encaps.encapsulate([buffer.getvalue()])
    made["PixelData"].VR = "OB"
    got = read_export(file_of(made), policy.photo)
    assert np.abs(got.astype(int) - picture()).mean() < 2.5


def test_a_palette_is_applied(policy: Policy) -> None:
    index = np.arange(SHAPE[0] * SHAPE[1], dtype=np.uint8).reshape(SHAPE)
    made = dataset(index, "PALETTE COLOR")
    tables = {
        "Red": np.arange(256) * 257,
        "Green": (255 - np.arange(256)) * 257,
        "Blue": np.full(256, 128 * 257),
    }
    for name, table in tables.items():
        setattr(made, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(made, f"{name}PaletteColorLookupTableData", table.astype("<u2").tobytes())
    got = read_export(file_of(made), policy.photo)
    assert np.array_equal(got, np.stack([index, 255 - index, np.full(SHAPE, 128)], axis=2))


def test_grey_pictures_keep_their_levels_and_inverted_ones_are_turned(policy: Policy) -> None:
    grey = picture()[..., 0]
    for kind, expected in (("MONOCHROME2", grey), ("MONOCHROME1", 255 - grey)):
        got = read_export(file_of(dataset(grey, kind)), policy.photo)
        assert np.array_equal(got, np.repeat(expected[..., None], 3, axis=2))


def test_a_window_is_applied_to_deep_grey(policy: Policy) -> None:
    deep = np.linspace(0, 4095, SHAPE[0] * SHAPE[1]).reshape(SHAPE).astype("<u2")
    made = dataset(deep, "MONOCHROME2", bits=12)
    whole = read_export(file_of(made), policy.photo)[..., 0]
    assert np.abs(whole - deep / 4095 * 255).max() <= 0.51
    made.WindowCenter, made.WindowWidth = 2048, 1024
    windowed = read_export(file_of(made), policy.photo)[..., 0]
    assert (windowed[deep < 1530] == 0).all()
    assert (windowed[deep > 2565] == 255).all()
    middle = (deep > 1600) & (deep < 2500)
    expected = ((deep - 2047.5) / 1023 + 0.5) * 255
    assert np.abs(windowed - expected)[middle].max() <= 1.0


def test_one_frame_of_a_loop_is_taken(policy: Policy) -> None:
    frames = np.stack([picture(), 255 - picture()])
    made = dataset(picture(), "RGB")
    made.NumberOfFrames = 2
    made.PixelData = frames.tobytes()
    assert np.array_equal(read_export(file_of(made), policy.photo, frame=2), frames[1])
    with pytest.raises(PhotoError, match="frame"):
        read_export(file_of(made), policy.photo, frame=3)


def test_damage_and_what_is_not_read_say_no_attribute(policy: Policy) -> None:
    whole = file_of(dataset(picture(), "RGB"))
    lossless = dataset(picture(), "RGB")
    lossless.file_meta.TransferSyntaxUID = pydicom.uid.JPEGLosslessSV1
    lossless.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8" + CANARY.encode() + b"\xff\xd9"])
    lossless["PixelData"].VR = "OB"
    huge = dataset(picture(), "RGB")
    huge.Rows = huge.Columns = 65535
    for data in (whole[:200], whole[: len(whole) // 2], file_of(lossless), file_of(huge)):
        with pytest.raises(PhotoError) as caught:
            read_export(data, policy.photo)
        assert "CANARY" not in str(caught.value)


def test_a_png_export_is_read_as_it_is(policy: Policy, samples: Path) -> None:
    path = samples / "exports" / "muscle.png"
    assert np.array_equal(
        read_export(path, policy.photo), np.asarray(Image.open(path).convert("RGB"))
    )
