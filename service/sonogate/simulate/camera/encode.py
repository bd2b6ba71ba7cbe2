"""The file: JPEG with the tables phones use, HEIC, messengers, EXIF."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pillow_heif
from PIL import Image

from sonogate.simulate.camera.lens import px_scale
from sonogate.simulate.camera.seeds import log_uniform, stage_rng
from sonogate.simulate.camera.setup import CameraSetup, EncodingSetup
from sonogate.types import PixelArray

_MAKERS = (("Orchid", "O5"), ("Pomelo", "12 Pro"), ("Galena", "S"), ("Pixie", "8a"))
_TAG_MAKE, _TAG_MODEL, _TAG_ORIENTATION = 271, 272, 274
_TAG_EXPOSURE, _TAG_ISO, _TAG_FOCAL, _TAG_FOCAL_35 = 33434, 34855, 37386, 41989
_EXIF_IFD = 0x8769
# How each EXIF orientation is stored: quarter turns anticlockwise, then mirrored or not.
_STORED = {
    1: (0, False),
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (1, False),
    7: (1, True),
    8: (3, False),
}


def turn_upright(stored: PixelArray, orientation: int) -> PixelArray:
    """Return the upright picture of stored pixels and their EXIF orientation (1–8)."""
    turns, mirrored = _STORED[orientation]
    upright = stored[:, ::-1] if mirrored else stored
    return np.ascontiguousarray(np.rot90(upright, -turns))


def turn_to_store(upright: PixelArray, orientation: int) -> PixelArray:
    """Return the pixels as a file of this EXIF orientation stores them."""
    turns, mirrored = _STORED[orientation]
    stored = np.rot90(upright, turns)
    return np.ascontiguousarray(stored[:, ::-1] if mirrored else stored)


def encode(pixels: PixelArray, setup: CameraSetup) -> tuple[bytes, PixelArray]:
    """Write the file, and read it back.

    Args:
        pixels: Upright photo.
        setup: All that the photo is made with.

    Returns:
        The file's bytes, and the upright pixels that decoding them gives, which are
        smaller than ``pixels`` after a messenger.
    """
    encoding = setup.encoding
    if encoding.format == "heic":
        return _heic(pixels, setup)
    stored = turn_to_store(pixels, encoding.orientation)
    data = _jpeg(stored, encoding.quality, encoding, _exif(setup, encoding.orientation))
    if encoding.messenger is not None:
        # A messenger turns the picture upright, shrinks it, and drops the EXIF.
        side, quality = encoding.messenger
        sent = turn_upright(_decode(data), encoding.orientation)
        factor = min(side / max(sent.shape[:2]), 1.0)
        size = (round(sent.shape[1] * factor), round(sent.shape[0] * factor))
        small = np.asarray(cv2.resize(sent, size, interpolation=cv2.INTER_AREA), np.uint8)
        data = _jpeg(small, quality, encoding, None)
        return data, _decode(data)
    return data, turn_upright(_decode(data), encoding.orientation)


def _decode(data: bytes) -> PixelArray:
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), flags), np.uint8)


def _jpeg(
    pixels: PixelArray, quality: int, encoding: EncodingSetup, exif: Image.Exif | None
) -> bytes:
    buffer = io.BytesIO()
    picture = Image.fromarray(pixels)
    subsampling = "4:2:0" if encoding.subsampling_420 else "4:4:4"
    extra = b"" if exif is None else exif.tobytes()
    if encoding.flat_tables and exif is not None:
        tables = _flat_tables(quality)
        picture.save(buffer, "JPEG", qtables=tables, subsampling=subsampling, exif=extra)
    else:
        picture.save(buffer, "JPEG", quality=quality, subsampling=subsampling, exif=extra)
    return buffer.getvalue()


def _flat_tables(quality: int) -> list[list[int]]:
    """Return luma and chroma tables that rise more evenly than the IJG's."""
    u, v = np.meshgrid(np.arange(8), np.arange(8))
    scale = (5000.0 / quality if quality < 50 else 200.0 - 2 * quality) / 100.0
    tables = []
    for base, rise in ((14.0, 6.5), (18.0, 10.0)):
        table = np.clip(np.rint(scale * (base + rise * np.hypot(u, v))), 1, 255)
        tables.append([int(value) for value in table.ravel()])
    return tables


def _exif(setup: CameraSetup, orientation: int) -> Image.Exif:
    rng = stage_rng(setup.seed, "exif")
    make, model = _MAKERS[setup.phone_number % len(_MAKERS)]
    focal_35 = setup.sensor.focal_35mm_mm
    binned = min(px_scale(setup.geometry.photo_size_wh), 1.0) ** 2
    exif = Image.Exif()
    exif[_TAG_MAKE], exif[_TAG_MODEL], exif[_TAG_ORIENTATION] = make, model, orientation
    details = exif.get_ifd(_EXIF_IFD)
    details[_TAG_EXPOSURE] = round(log_uniform(rng, 1 / 200, 1 / 15), 5)
    details[_TAG_ISO] = int(np.clip(setup.sensor.shot / binned * 4e5, 50, 6400))
    details[_TAG_FOCAL] = round(focal_35 * 0.22, 2)
    details[_TAG_FOCAL_35] = round(focal_35 * setup.phone.zoom)
    return exif


def _heic(pixels: PixelArray, setup: CameraSetup) -> tuple[bytes, PixelArray]:
    height, width = pixels.shape[:2]
    file = pillow_heif.from_bytes(mode="RGB", size=(width, height), data=pixels.tobytes())
    buffer = io.BytesIO()
    chroma = 420 if setup.encoding.subsampling_420 else 444
    # Phones encode in hardware, about as thoroughly as the fastest preset.
    speed = {"preset": "ultrafast"}
    quality = int(setup.encoding.quality * 0.75)
    file.save(buffer, quality=quality, chroma=chroma, enc_params=speed)
    data = buffer.getvalue()
    back = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    return data, np.ascontiguousarray(np.asarray(back)[:height, :width, :3], np.uint8)
