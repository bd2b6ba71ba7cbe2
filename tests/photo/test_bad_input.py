"""Files that are no photo, or not all of one, or one that would cost too much."""

from __future__ import annotations

import dataclasses
import io
import resource
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.photo.files import (
    encoded,
    jpeg_segment,
    noise,
    png,
    png_chunk,
    small_files,
    truth,
    with_jpeg_segments,
    with_png_chunks,
)

from sonogate.errors import PhotoError
from sonogate.photo import decode
from sonogate.policy import Policy

FILES = small_files()
IMAGE = Image.fromarray(truth())


def refusal(data: bytes, policy: Policy) -> str:
    with pytest.raises(PhotoError) as caught:
        decode(data, policy.photo)
    return caught.value.reason


def tiff(*tags: tuple[int, int]) -> bytes:
    entries = b"".join(struct.pack("<HHII", tag, 3, 1, value) for tag, value in tags)
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + entries + bytes(4)


NO_PHOTOS = {
    "empty": (b"", "empty"),
    "one byte": (b"\x00", "not_a_photo"),
    "first byte of a JPEG": (b"\xff", "truncated"),
    "two bytes of a JPEG": (b"\xff\xd8", "truncated"),
    "three bytes of a JPEG": (b"\xff\xd8\xff", "truncated"),
    "PNG signature": (b"\x89PNG\r\n\x1a\n", "truncated"),
    "RIFF header": (b"RIFF\x64\x00\x00\x00WEBP", "truncated"),
    "file type box": (b"\x00\x00\x00\x18ftypheic", "truncated"),
    "text": (b"no photo at all", "not_a_photo"),
    "HTML": (b"<!DOCTYPE html><script>alert(1)</script>", "not_a_photo"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_a_photo"),
    "PDF": (b"%PDF-1.7\n", "not_a_photo"),
    "ZIP": (b"PK\x03\x04" + bytes(40), "not_a_photo"),
    "video": (b"\x00\x00\x00\x18ftypmp42" + bytes(40), "not_a_photo"),
    "other HEIF": (b"\x00\x00\x00\x10ftypmif1" + bytes(40), "unsupported_format"),
    "GIF": (encoded(IMAGE, "GIF"), "unsupported_format"),
    "BMP": (encoded(IMAGE, "BMP"), "unsupported_format"),
    "TIFF": (encoded(IMAGE, "TIFF"), "unsupported_format"),
    "JPEG 2000": (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(40), "unsupported_format"),
    "JPEG XL": (b"\xff\x0a" + bytes(40), "unsupported_format"),
    "DNG": (tiff((0xC612, 1)), "raw_photo"),
    "sensor data in TIFF": (tiff((0x0106, 32803)), "raw_photo"),
    "CR2": (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(40), "raw_photo"),
    "CR3": (b"\x00\x00\x00\x18ftypcrx " + bytes(40), "raw_photo"),
    "RAF": (b"FUJIFILMCCD-RAW 0201" + bytes(40), "raw_photo"),
}


@pytest.mark.parametrize("name", NO_PHOTOS)
def test_no_photo(name: str, policy: Policy) -> None:
    data, reason = NO_PHOTOS[name]
    assert refusal(data, policy) == reason


def test_ten_thousand_frames(policy: Policy) -> None:
    gif = encoded(Image.new("P", (70, 70)), "GIF")
    frame = gif[gif.index(b",") : -1]
    start = time.perf_counter()
    assert refusal(gif[:-1] + frame * 10_000 + b";", policy) == "unsupported_format"
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_animations_are_refused(kind: str, policy: Policy) -> None:
    frames = [Image.fromarray(noise(96, 80)), Image.new("RGB", (96, 80), (9, 9, 9))]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert refusal(data, policy) == "animated"


def test_of_several_heic_pictures_the_primary_one_is_taken(policy: Policy) -> None:
    other = Image.new("RGB", (96, 80), (9, 9, 9))
    data = encoded(IMAGE, "HEIF", save_all=True, append_images=[other], quality=90)
    assert np.abs(decode(data, policy.photo).pixels.astype(int) - truth()).mean() < 3.0


def test_limits_on_bytes(policy: Policy) -> None:
    tight = dataclasses.replace(policy.photo, max_bytes=len(FILES["jpeg"]) - 1)
    with pytest.raises(PhotoError) as caught:
        decode(FILES["jpeg"], tight)
    assert caught.value.reason == "too_many_bytes"
    decode(FILES["jpeg"], dataclasses.replace(tight, max_bytes=len(FILES["jpeg"])))


@pytest.mark.parametrize("kind", FILES)
def test_limits_on_pixels(kind: str, policy: Policy) -> None:
    with pytest.raises(PhotoError) as caught:
        decode(FILES[kind], dataclasses.replace(policy.photo, max_pixels=96 * 80 - 1))
    assert caught.value.reason == "too_many_pixels"
    with pytest.raises(PhotoError) as caught:
        decode(FILES[kind], dataclasses.replace(policy.photo, min_side_px=81))
    assert caught.value.reason == "too_small"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_one_pixel_wide(kind: str, policy: Policy) -> None:
    assert refusal(encoded(Image.new("RGB", (1, 500)), kind), policy) == "too_small"


def cuts(data: bytes) -> list[int]:
    """Every place where a JPEG's marker, a chunk or a box may begin, and some between."""
    marks = {at for at in range(len(data) - 1) if data[at] == 0xFF and data[at + 1] not in (0, 255)}
    names = (b"IHDR", b"IDAT", b"IEND", b"VP8 ", b"VP8X", b"EXIF", b"meta", b"iprp", b"mdat")
    marks |= {data.find(name) for name in names if name in data}
    return sorted(marks | {at + 1 for at in marks} | {len(data) // 2, len(data) - 1})


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "restart", "png"])
def test_truncated_anywhere(kind: str, policy: Policy) -> None:
    for cut in cuts(FILES[kind]):
        assert refusal(FILES[kind][:cut], policy) in ("truncated", "empty"), cut


@pytest.mark.parametrize("kind", ["webp", "webp_lossless", "heic", "avif"])
def test_truncated_anywhere_in_a_container(kind: str, policy: Policy) -> None:
    for cut in [12, 40, *cuts(FILES[kind])[::4], len(FILES[kind]) - 1]:
        reason = refusal(FILES[kind][:cut], policy)
        assert reason in ("truncated", "corrupt", "not_a_photo"), cut


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "restart"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.97])
def test_truncated_and_closed_again(kind: str, share: float, policy: Policy) -> None:
    data = encoded(
        Image.fromarray(noise(320, 240)),
        "JPEG",
        quality=90,
        progressive=kind == "progressive",
        restart_marker_blocks=7 if kind == "restart" else 0,
    )
    start = data.index(b"\xff\xda") + 14
    cut = start + int(share * (len(data) - start))
    if data[cut - 1] == 0xFF:
        cut += 1
    if kind == "progressive" and share > 0.9:
        pytest.skip("what a last refinement scan lacks is invisible")
    assert refusal(data[:cut] + b"\xff\xd9", policy) == "truncated"


def test_png_whose_rows_end_early(policy: Policy) -> None:
    rows = zlib.compress(bytes(90 * (1 + 3 * 100)))
    assert refusal(png(100, 100, rows), policy) == "truncated"
    assert decode(png(100, 90, rows), policy.photo).size_wh == (100, 90)


def test_png_with_a_wrong_checksum(policy: Policy) -> None:
    data = bytearray(FILES["png"])
    data[data.index(b"IDAT") + 30] ^= 1
    assert refusal(bytes(data), policy) == "corrupt"


def test_jpegs_of_rare_kinds(policy: Policy) -> None:
    data = FILES["jpeg"]
    at = data.index(b"\xff\xc0")
    assert refusal(data[: at + 1] + b"\xc9" + data[at + 2 :], policy) == "unsupported_format"
    assert refusal(data[: at + 4] + b"\x0c" + data[at + 5 :], policy) == "unsupported_format"


def jpeg_bomb() -> bytes:
    data = FILES["jpeg"]
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", 65000, 65000) + data[at + 4 :]


def jpeg_within_the_limits_but_empty() -> bytes:
    data = FILES["jpeg"]
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", 7000, 8000) + data[at + 4 :]


def scan_bomb() -> bytes:
    data = FILES["progressive"]
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * 2000 + b"\xff\xd9"


def ispe_lie(kind: str, width: int, height: int) -> bytes:
    data = FILES[kind]
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def tiny_avif() -> bytes:
    return encoded(Image.new("RGB", (64, 16_000)), "AVIF", speed=10)


_MEGABYTES = zlib.compress(bytes(200_000_000), 9)
BOMBS = {
    "JPEG of four gigapixels": (jpeg_bomb(), "too_many_pixels"),
    "JPEG within the limit without data": (jpeg_within_the_limits_but_empty(), "truncated"),
    "JPEG of 2000 scans": (scan_bomb(), "decoder_limit"),
    "PNG of four gigapixels": (png(65000, 65000, _MEGABYTES), "too_many_pixels"),
    "PNG within the limit without data": (png(8000, 7000, b"x\x9c\x03\x00"), "truncated"),
    "PNG profile": (
        with_png_chunks(FILES["png"], png_chunk(b"iCCP", b"a\x00\x00" + _MEGABYTES)),
        "decoder_limit",
    ),
    "HEIC that declares more": (ispe_lie("heic", 60000, 60000), "too_many_pixels"),
    "AVIF that declares more": (ispe_lie("avif", 60000, 60000), "too_many_pixels"),
    "HEIC that declares less": (ispe_lie("heic", 64, 64), "corrupt"),
    "tall AVIF": (tiny_avif(), "too_many_pixels"),
}


def peak_bytes() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_fast_and_in_little_memory(name: str, policy: Policy) -> None:
    data, reason = BOMBS[name]
    limits = dataclasses.replace(
        policy.photo, max_pixels=500_000 if name == "tall AVIF" else policy.photo.max_pixels
    )
    before, start = peak_bytes(), time.perf_counter()
    with pytest.raises(PhotoError) as caught:
        decode(data, limits)
    assert caught.value.reason == reason
    assert time.perf_counter() - start < 1.0
    assert peak_bytes() - before < 30_000_000


def test_avif_that_declares_less_is_scaled_to_what_it_declares(policy: Policy) -> None:
    assert decode(ispe_lie("avif", 64, 70), policy.photo).size_wh == (70, 64)


def test_text_bomb_is_never_inflated(policy: Policy) -> None:
    text = png_chunk(b"zTXt", b"Comment\x00\x00" + _MEGABYTES)
    itxt = png_chunk(b"iTXt", b"Comment\x00\x01\x00\x00\x00" + _MEGABYTES)
    before, start = peak_bytes(), time.perf_counter()
    assert decode(with_png_chunks(FILES["png"], text, itxt), policy.photo).format == "png"
    assert time.perf_counter() - start < 1.0
    assert peak_bytes() - before < 30_000_000


def test_profile_larger_than_the_limit(policy: Policy) -> None:
    tight = dataclasses.replace(policy.photo, max_icc_bytes=1000)
    profile = (b"\x00" * 16 + b"RGB " + bytes(16) + b"acsp").ljust(3000, b"\x00")
    for kind in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF"):
        with pytest.raises(PhotoError) as caught:
            decode(encoded(IMAGE, kind, icc_profile=profile), tight)
        assert caught.value.reason == "decoder_limit", kind


def test_segments_without_end(policy: Policy) -> None:
    data = with_jpeg_segments(FILES["jpeg"], *[jpeg_segment(0xFE, b"")] * 5000)
    assert refusal(data, policy) == "decoder_limit"


def test_decoder_out_of_memory_or_time(policy: Policy) -> None:
    data = encoded(Image.fromarray(noise(800, 600)), "HEIF", quality=60)
    tight = dataclasses.replace(policy.photo, decode_memory_bytes=60_000_000, decode_seconds=1.0)
    with pytest.raises(PhotoError) as caught:
        decode(data, tight)
    assert caught.value.reason in ("decoder_limit", "decoder_unavailable", "corrupt")
    with pytest.raises(PhotoError) as caught:
        decode(data, dataclasses.replace(policy.photo, decode_seconds=0.02))
    assert caught.value.reason == "decoder_limit"


def test_decoding_is_silent() -> None:
    """What libjpeg finds missing is found before it has anything to say."""
    script = """
import io, sys
from sonogate.errors import PhotoError
from sonogate.photo import decode
from sonogate.policy import default_policy
from tests.photo.files import small_files
for name, data in small_files().items():
    decode(data, default_policy().photo)
    for cut in range(0, len(data), max(1, len(data) // 7)):
        try:
            decode(data[:cut], default_policy().photo)
        except PhotoError:
            pass
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=root, check=True)
    assert done.stdout + done.stderr == b""


def test_messages_name_no_content(policy: Policy) -> None:
    for data, _ in [*NO_PHOTOS.values(), *BOMBS.values()]:
        try:
            decode(data, policy.photo)
        except PhotoError as error:
            message = str(error)
            assert 10 < len(message) < 80
            assert message.isascii()


def test_bytes_may_come_from_anywhere(policy: Policy) -> None:
    stream = io.BytesIO(FILES["jpeg"])
    assert decode(stream.getvalue(), policy.photo).size_wh == (80, 96)
