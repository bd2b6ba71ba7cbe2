"""Direct exports as pixels: PNG and the other picture formats, and DICOM.

Of a DICOM file nothing but the picture is taken: no name, number or date that it carries
is read. Grey levels follow its modality and value-of-interest transforms (PS3.3 C.11.1,
C.11.2), palettes and YBR become RGB (PS3.3 C.7.6.3).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sonogate.errors import PhotoError
from sonogate.photo import decode
from sonogate.policy import PhotoPolicy
from sonogate.screen.colour import to_srgb
from sonogate.types import PixelArray

_PREAMBLE_BYTES = 128
_MAGIC = b"DICM"
_COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})
_GREYS = frozenset({"MONOCHROME1", "MONOCHROME2"})


def read_export(source: Path | bytes, policy: PhotoPolicy, frame: int = 1) -> PixelArray:
    """Return the picture of a direct export, (height, width, 3) uint8 RGB.

    Args:
        source: The file, or its bytes.
        policy: Limits on its size.
        frame: Which frame of a DICOM loop, from 1.

    Raises:
        PhotoError: It cannot be read as a picture; the reason says why.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    if data[_PREAMBLE_BYTES : _PREAMBLE_BYTES + len(_MAGIC)] == _MAGIC:
        return _read_dicom(data, policy, frame)
    picture = decode(data, policy)
    return np.asarray(to_srgb(picture.pixels, picture.icc_profile), np.uint8)


def _read_dicom(data: bytes, policy: PhotoPolicy, frame: int) -> PixelArray:
    try:
        import pydicom  # noqa: PLC0415
        from pydicom.pixels.utils import pixel_array  # noqa: PLC0415
    except ImportError as error:
        raise PhotoError(
            "decoder_unavailable", "DICOM needs the research extra: pip install sonogate[research]"
        ) from error
    try:
        dataset = pydicom.dcmread(io.BytesIO(data))
        frames = int(dataset.get("NumberOfFrames", 1) or 1)
        pixels = int(dataset.Rows) * int(dataset.Columns)
    except Exception as error:
        # The type alone: a message could quote an attribute.
        raise PhotoError("corrupt", f"the DICOM file is damaged ({type(error).__name__})") from None
    if pixels > policy.max_pixels:
        raise PhotoError("too_many_pixels", "the DICOM picture has more pixels than are allowed")
    if not 1 <= frame <= frames:
        raise PhotoError("unsupported_format", f"there is no such frame: it has {frames}")
    try:
        stored = pixel_array(dataset, index=frame - 1)
    except Exception as error:
        raise PhotoError(
            "unsupported_format",
            f"the DICOM picture cannot be decoded ({type(error).__name__}); "
            "uncompressed, RLE and JPEG are read",
        ) from None
    return _as_rgb(stored, dataset)


def _as_rgb(stored: NDArray[Any], dataset: Any) -> PixelArray:
    from pydicom.pixels.processing import apply_color_lut  # noqa: PLC0415

    kind = str(dataset.PhotometricInterpretation)
    if kind in _COLOURS and stored.ndim == 3 and stored.dtype == np.uint8:
        return np.ascontiguousarray(stored)
    if kind == "PALETTE COLOR":
        colours = np.asarray(apply_color_lut(stored, dataset))
        return np.asarray(colours >> 8 if colours.dtype == np.uint16 else colours, np.uint8)
    if kind in _GREYS and stored.ndim == 2:
        grey = _grey(stored, dataset)
        grey = 255 - grey if kind == "MONOCHROME1" else grey
        return np.repeat(grey[..., None], 3, axis=2)
    raise PhotoError("unsupported_format", "this kind of DICOM picture is not read")


def _grey(stored: NDArray[Any], dataset: Any) -> NDArray[np.uint8]:
    """Apply the grey transforms and bring what they give onto 0–255."""
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut  # noqa: PLC0415

    bits = int(dataset.BitsStored)
    low, high = (
        (-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1)
        if int(dataset.get("PixelRepresentation", 0))
        else (0.0, 2.0**bits - 1)
    )
    if "ModalityLUTSequence" not in dataset:
        slope = float(dataset.get("RescaleSlope", 1) or 1)
        intercept = float(dataset.get("RescaleIntercept", 0) or 0)
        low, high = sorted((low * slope + intercept, high * slope + intercept))
    else:
        entry = dataset.ModalityLUTSequence[0]
        low, high = 0.0, 2.0 ** int(entry.LUTDescriptor[2]) - 1
    values = apply_modality_lut(stored, dataset)
    if "VOILUTSequence" in dataset:
        low, high = 0.0, 2.0 ** int(dataset.VOILUTSequence[0].LUTDescriptor[2]) - 1
    values = np.asarray(apply_voi_lut(values, dataset), np.float64)
    return np.clip(np.rint((values - low) / (high - low) * 255.0), 0, 255).astype(np.uint8)
