"""Text that travels with a photo does not outlive its decoding."""

from __future__ import annotations

import dataclasses
import gc
import traceback

import pytest
from PIL import Image, ImageCms
from tests.photo.files import (
    encoded,
    exif,
    jpeg_segment,
    noise,
    png_chunk,
    with_jpeg_segments,
    with_png_chunks,
)

from sonogate.errors import PhotoError
from sonogate.photo import decode
from sonogate.policy import Policy
from sonogate.types import Photo

CANARY = "CANARY-7f3a9-DOE-JANE"
RAW = CANARY.encode()


def canary_files() -> dict[str, bytes]:
    """Files with the canary wherever text can stand."""
    image = Image.fromarray(noise(96, 80))
    block = exif(1, CANARY)
    xmp = b"<x:xmpmeta>" + RAW + b"</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:-30] + RAW.ljust(30)
    thumbnail = encoded(Image.new("RGB", (16, 16)), "JPEG", comment=RAW)
    options = {"exif": block, "icc_profile": profile, "xmp": xmp}
    photoshop = b"Photoshop 3.0\x00" + b"8BIM\x04\x04\x00\x00\x00\x00\x00\x40" + RAW.ljust(64)
    jpeg = with_jpeg_segments(
        encoded(image, "JPEG", quality=90, **options),
        jpeg_segment(0xFE, RAW),
        jpeg_segment(0xED, photoshop),
        jpeg_segment(0xE0, b"JFXX\x00\x10" + thumbnail),
        jpeg_segment(0xE7, RAW),
        jpeg_segment(0xEE, b"Adobe" + RAW),
    )
    png = with_png_chunks(
        encoded(image, "PNG", exif=block, icc_profile=profile),
        png_chunk(b"tEXt", b"Author\x00" + RAW),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp),
        png_chunk(b"prVt", RAW),
        png_chunk(b"tIME", b"\x07\xea\x01\x01\x01\x01\x01"),
    )
    return {
        "jpeg": jpeg + b"ftypmp42" + RAW,
        "mpo": encoded(image, "MPO", save_all=True, append_images=[image], **options) + RAW,
        "png": png + RAW,
        "webp": encoded(image, "WEBP", quality=90, **options) + RAW,
        "heic": encoded(image, "HEIF", quality=90, **options),
        "avif": encoded(image, "AVIF", quality=90, speed=10, **options),
    }


FILES = canary_files()


def everything_in(photo: Photo) -> bytes:
    """All that the photo holds but its colour profile, as one heap of bytes."""
    heap = [repr(photo), repr(photo.camera), repr(photo.encoding)]
    for item in dataclasses.fields(photo):
        if item.name not in ("icc_profile", "pixels"):
            heap.append(repr(getattr(photo, item.name)))
    return "\n".join(heap).encode() + photo.pixels.tobytes()


@pytest.mark.parametrize("kind", FILES)
def test_canary_is_nowhere_in_the_photo(kind: str, policy: Policy) -> None:
    assert RAW in FILES[kind]
    photo = decode(FILES[kind], policy.photo)
    assert photo.camera.iso == 400
    heap = everything_in(photo)
    for text in (RAW, RAW.lower(), CANARY.encode("utf-16-le"), RAW.hex().encode()):
        assert text not in heap
    assert RAW not in repr(photo).encode()


@pytest.mark.parametrize("kind", FILES)
def test_photo_holds_on_to_nothing_else(kind: str, policy: Policy) -> None:
    photo = decode(FILES[kind], policy.photo)
    assert photo.pixels.base is None
    held = [value for value in gc.get_referents(photo) if isinstance(value, bytes)]
    assert all(value == photo.icc_profile for value in held)


def failure_of(data: bytes, policy: Policy) -> str:
    """What a log would show of the error, if there is one."""
    try:
        decode(data, policy.photo)
    except PhotoError as error:
        return "".join(traceback.format_exception(error))
    return ""


@pytest.mark.parametrize("kind", FILES)
def test_canary_is_in_no_error(kind: str, policy: Policy) -> None:
    data = FILES[kind]
    for cut in range(16, len(data) - 60, max(1, len(data) // 9)):
        broken = bytearray(data)
        broken[cut : cut + 6] = b"\xff\x00\xff\x00\xff\x00"
        for attempt in (data[:cut], bytes(broken)):
            assert CANARY not in failure_of(attempt, policy)
