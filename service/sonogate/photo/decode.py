"""Bytes in, upright picture out."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from sonogate.errors import PhotoError
from sonogate.photo.child import flatten
from sonogate.photo.exif import read_exif
from sonogate.photo.heif import take_heif_apart
from sonogate.photo.jpeg import JpegStructure, take_jpeg_apart
from sonogate.photo.magic import container_of
from sonogate.photo.parts import FileParts, check_size, usable_icc
from sonogate.photo.png import take_png_apart
from sonogate.photo.sandbox import Decoder
from sonogate.photo.webp import take_webp_apart
from sonogate.policy import PhotoPolicy
from sonogate.types import Photo, PixelArray

DecoderSource: TypeAlias = Callable[[PhotoPolicy], Decoder]

# More entropy-coded bytes than any one block can need; they alter the picture if, and only
# if, the decoder ran out of data before.
_PROBE = bytes(range(1, 251)) * 2
# A block that libjpeg had no data for is mid-grey.
_GREY, _GREY_TOLERANCE = 128, 2


def decode(data: bytes, policy: PhotoPolicy, decoders: DecoderSource = Decoder) -> Photo:
    """Decode a photo and turn it upright.

    JPEG (and of a multi-picture, gain-map or motion photo the base picture), PNG, HEIC, AVIF
    and WebP are told by their magic bytes. Size limits hold before anything is decoded. HEIC,
    AVIF and WebP are decoded in a process without rights; JPEG and PNG are rebuilt from the
    segments that make the picture and decoded here. Transparent pixels become black, 16-bit
    pictures keep their upper byte, CMYK is converted without its profile. An animation (APNG,
    WebP, AVIF sequence) is refused; of a HEIC burst the primary picture is taken. Of the
    metadata only orientation, four camera facts and the RGB profile are kept; the profile
    carries text of its maker and must not be written out.

    Args:
        data: The file's bytes.
        policy: Limits.
        decoders: What starts a sandboxed decoder; give a ``ReadyDecoders`` to have one warm.

    Returns:
        The photo. Its ``orientation`` is what the file declared: for HEIC and AVIF the turn
        and mirror of the container, where a stale EXIF orientation does not count.

    Raises:
        PhotoError: The file cannot be taken as a photo; ``reason`` says why.
    """
    if len(data) > policy.max_bytes:
        raise PhotoError("too_many_bytes", f"the file is larger than {policy.max_bytes} bytes")
    container = container_of(data)
    sha256 = hashlib.sha256(data).hexdigest()
    icc: bytes | None
    try:
        if container == "jpeg":
            parts, structure = take_jpeg_apart(data, policy)
            pixels, exif, icc = _jpeg(parts, structure), parts.exif, parts.icc
        elif container == "png":
            parts = take_png_apart(data, policy)
            pixels, exif, icc = _png(parts), parts.exif, parts.icc
        elif container == "webp":
            parts = take_webp_apart(data, policy)
            pixels = decoders(policy).decode("webp", data).pixels
            exif, icc = parts.exif, parts.icc
        else:
            parts = take_heif_apart(data, container, policy)
            decoded = decoders(policy).decode(container, data)
            pixels, exif = decoded.pixels, decoded.exif
            icc = usable_icc(decoded.icc, policy)
    except MemoryError as error:
        raise PhotoError("decoder_limit", "decoding the picture would take too much") from error
    facts = read_exif(exif)
    orientation = facts.orientation if parts.orientation is None else parts.orientation
    _check_decoded(pixels, parts, policy, turned=container == "heic")
    if container != "heic" and orientation != 1:
        pixels = _turned(pixels, orientation)
    if pixels.base is None:
        pixels.flags.writeable = False
    return Photo(
        pixels=pixels,
        sha256=sha256,
        format=parts.format,
        orientation=orientation,
        icc_profile=icc,
        camera=facts.camera,
        encoding=parts.encoding,
    )


def _turned(pixels: PixelArray, orientation: int) -> PixelArray:
    """Return ``pixels`` as they are meant to be seen (Exif 3.0, tag 274)."""
    turned: Any = pixels
    if orientation in (5, 7):
        turned = cv2.transpose(turned)
    elif orientation in (6, 8):
        clockwise = orientation == 6
        turned = cv2.rotate(
            turned, cv2.ROTATE_90_CLOCKWISE if clockwise else cv2.ROTATE_90_COUNTERCLOCKWISE
        )
    if orientation in (3, 7):
        turned = cv2.rotate(turned, cv2.ROTATE_180)
    elif orientation in (2, 4):
        turned = cv2.flip(turned, 1 if orientation == 2 else 0)
    return cast(PixelArray, turned)


def _check_decoded(
    pixels: PixelArray, parts: FileParts, policy: PhotoPolicy, *, turned: bool
) -> None:
    """Refuse a picture that is not of the size that its file declared."""
    height, width = pixels.shape[:2]
    check_size((width, height), policy)
    declared = parts.size_wh
    if turned and (parts.orientation or 1) >= 5:
        declared = (declared[1], declared[0])
    if (width, height) != declared and not parts.may_be_cropped:
        raise PhotoError("corrupt", "the picture is not of the size that the file declares")


def _jpeg(parts: FileParts, structure: JpegStructure) -> PixelArray:
    if structure.components == 4:
        pixels = _pillow_jpeg(parts.picture)
    else:
        try:
            decoded = cv2.imdecode(
                np.frombuffer(parts.picture, np.uint8),
                cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION,
            )
        except cv2.error as error:
            raise PhotoError("corrupt", "the picture's data are damaged") from error
        if decoded is None:
            raise PhotoError("corrupt", "the picture's data are damaged")
        pixels = cast(PixelArray, decoded)
    corner = pixels[-1, -1].astype(int)
    grey_corner = structure.scans == 1 and bool((abs(corner - _GREY) <= _GREY_TOLERANCE).all())
    several = structure.scans > 1 and not structure.ends_in_refinement
    if grey_corner or several or structure.components == 4:
        longer = parts.picture[:-2] + _PROBE + parts.picture[-2:]
        if not np.array_equal(_pillow_jpeg(parts.picture), _pillow_jpeg(longer)):
            raise PhotoError("truncated", "the picture's last rows are missing")
    return pixels


def _pillow_jpeg(picture: bytes) -> PixelArray:
    return _with_pillow(lambda: Image.open(io.BytesIO(picture), formats=("JPEG",)))


def _png(parts: FileParts) -> PixelArray:
    return _with_pillow(lambda: PngImagePlugin.PngImageFile(io.BytesIO(parts.picture)))


def _with_pillow(source: Callable[[], Image.Image]) -> PixelArray:
    """Decode with Pillow; whatever it does not like is a damaged picture."""
    try:
        with source() as image:
            return np.array(flatten(image))
    except MemoryError:
        raise
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError) as error:
        raise PhotoError("corrupt", "the picture's data are damaged") from error
    except (EOFError, struct.error, zlib.error, OverflowError, AttributeError) as error:
        raise PhotoError("corrupt", "the picture's data are damaged") from error
