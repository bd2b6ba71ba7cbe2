"""The headers of a WebP file (RFC 9649)."""

from __future__ import annotations

from sonogate.errors import PhotoError
from sonogate.photo.parts import FileParts, check_size, usable_icc
from sonogate.policy import PhotoPolicy
from sonogate.types import EncodingFacts

_ANIMATION_FLAG = 0x02
_MAX_CHUNKS = 256


def take_webp_apart(data: bytes, policy: PhotoPolicy) -> FileParts:
    """Walk the chunks of a WebP file.

    Raises:
        PhotoError: ``truncated``, ``corrupt``, ``animated`` or beyond a limit.
    """
    chunks = _chunks(data)
    canvas = chunks.get(b"VP8X")
    if b"ANIM" in chunks or b"ANMF" in chunks or (canvas and canvas[0] & _ANIMATION_FLAG):
        raise PhotoError("animated", "the file is an animation")
    lossless = b"VP8L" in chunks
    bitstream = chunks.get(b"VP8L") if lossless else chunks.get(b"VP8 ")
    if bitstream is None or len(bitstream) < 10 or (canvas is not None and len(canvas) < 10):
        raise PhotoError("truncated", "the file ends before its picture")
    if lossless:
        bits = int.from_bytes(bitstream[1:5], "little")
        size_wh = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    else:
        if bitstream[3:6] != b"\x9d\x01\x2a":
            raise PhotoError("corrupt", "the picture's header is damaged")
        size_wh = (
            int.from_bytes(bitstream[6:8], "little") & 0x3FFF,
            int.from_bytes(bitstream[8:10], "little") & 0x3FFF,
        )
    check_size(size_wh, policy)
    if canvas is not None:
        declared = (
            int.from_bytes(canvas[4:7], "little") + 1,
            int.from_bytes(canvas[7:10], "little") + 1,
        )
        check_size(declared, policy)
        if declared != size_wh:
            raise PhotoError("corrupt", "the file declares two different sizes")
    return FileParts(
        format="webp",
        size_wh=size_wh,
        picture=data,
        exif=chunks.get(b"EXIF"),
        icc=usable_icc(chunks.get(b"ICCP"), policy),
        encoding=EncodingFacts(lossless=lossless, subsampling=None if lossless else "4:2:0"),
    )


def _chunks(data: bytes) -> dict[bytes, bytes]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise PhotoError("truncated", "the file is shorter than it declares")
    chunks: dict[bytes, bytes] = {}
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > end:
            break
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise PhotoError("truncated", "the file ends within a chunk")
        chunks.setdefault(data[at : at + 4], data[at + 8 : at + 8 + length])
        at += 8 + length + (length & 1)
    return chunks
