"""Files to decode, made from one recognisable picture."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Transpose
from PIL.TiffImagePlugin import IFDRational

pillow_heif.register_heif_opener()

_UNDO = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}


def truth(width: int = 200, height: int = 152) -> NDArray[np.uint8]:
    """A picture with four different corners and no symmetry."""
    y, x = np.mgrid[:height, :width]
    picture = np.stack(
        [x * 255 // width, y * 255 // height, np.full((height, width), 60)], -1
    ).astype(np.uint8)
    picture[: height // 4, : width // 3] = (250, 20, 20)
    picture[-height // 5 :, -width // 4 :] = (20, 20, 240)
    return picture


def noise(width: int, height: int) -> NDArray[np.uint8]:
    """A smooth random picture, whose last block is not plain."""
    small = np.random.default_rng(5).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def stored(picture: NDArray[np.uint8], orientation: int) -> Image.Image:
    """The picture as a camera held in ``orientation`` stores it."""
    image = Image.fromarray(picture)
    return image.transpose(_UNDO[orientation]) if orientation in _UNDO else image


def exif(orientation: int = 1, text: str = "") -> Image.Exif:
    """An EXIF block with camera facts, and with ``text`` wherever text can stand."""
    block = Image.Exif()
    block[0x0112] = orientation
    tags = block.get_ifd(0x8769)
    tags[0x829A], tags[0x8827], tags[0x920A], tags[0xA405] = (
        IFDRational(1, 50),
        400,
        IFDRational(17, 4),
        26,
    )
    if text:
        for tag in (0x010D, 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298):
            block[tag] = text
        for tag in (0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F):
            block[tag] = text.encode("utf-16-le")
        tags[0x927C] = tags[0x9286] = b"ASCII\x00\x00\x00" + text.encode()
        for tag in (0x9003, 0xA420, 0xA430, 0xA431, 0xA433, 0xA434, 0xA435):
            tags[tag] = text
        place = block.get_ifd(0x8825)
        place[1], place[2], place[29], place[28] = "N", (52.0, 31.0, 12.0), text, text.encode()
    return block


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of ``image`` as Pillow writes them."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def small_files() -> dict[str, bytes]:
    """One valid file of each accepted kind."""
    image = Image.fromarray(noise(96, 80))
    block = exif(6)
    return {
        "jpeg": encoded(image, "JPEG", quality=90, exif=block),
        "progressive": encoded(image, "JPEG", quality=90, progressive=True),
        "restart": encoded(image, "JPEG", quality=90, restart_marker_blocks=2),
        "png": encoded(image, "PNG", exif=block),
        "webp": encoded(image, "WEBP", exif=block),
        "webp_lossless": encoded(image, "WEBP", lossless=True),
        "heic": encoded(image, "HEIF", quality=90, exif=block),
        "avif": encoded(image, "AVIF", quality=90, exif=block, speed=10),
        "mpo": encoded(image, "MPO", save_all=True, append_images=[image]),
    }


def turned_heic(picture: NDArray[np.uint8], turns: int | None, mirror: int | None) -> bytes:
    """A HEIC with ``irot`` and ``imir`` boxes in place of its colour and depth boxes."""
    data = encoded(Image.fromarray(picture), "HEIF", quality=95)
    if turns is not None:
        data = _replace_box(data, b"colr", b"irot", bytes([turns]))
    if mirror is not None:
        data = _replace_box(data, b"pixi", b"imir", bytes([mirror]))
    return data


def _replace_box(data: bytes, old: bytes, new: bytes, body: bytes) -> bytes:
    at = data.index(old) - 4
    length = int.from_bytes(data[at : at + 4], "big")
    filled = body.ljust(length - 8, b"\x00")
    return data[: at + 4] + new + filled + data[at + length :]


def png_chunk(name: bytes, body: bytes) -> bytes:
    """A chunk with its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, rows: bytes, *extra: bytes, kind: int = 2) -> bytes:
    """A PNG of the declared size with ``rows`` as its compressed data."""
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *extra,
            png_chunk(b"IDAT", rows),
            png_chunk(b"IEND", b""),
        ]
    )


def jpeg_segment(code: int, body: bytes) -> bytes:
    """A marker segment."""
    return bytes((0xFF, code)) + struct.pack(">H", len(body) + 2) + body


def with_jpeg_segments(data: bytes, *segments: bytes) -> bytes:
    """``data`` with segments after its first marker."""
    return data[:2] + b"".join(segments) + data[2:]


def with_png_chunks(data: bytes, *chunks: bytes) -> bytes:
    """``data`` with chunks after its header."""
    return data[:33] + b"".join(chunks) + data[33:]
