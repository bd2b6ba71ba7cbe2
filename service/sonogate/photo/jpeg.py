"""The segments of a JPEG file (ITU-T T.81, JFIF, CIPA DC-007 for multi-picture files)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sonogate.errors import PhotoError
from sonogate.photo.parts import FileParts, check_size, usable_icc
from sonogate.photo.tables import luma_quality
from sonogate.policy import PhotoPolicy
from sonogate.types import EncodingFacts

_SOI, _EOI, _SOS, _DQT, _DNL, _DRI = 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HUFFMAN_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_DECODING = frozenset({0xC4, _DQT, _DRI, _SOS}) | _HUFFMAN_FRAMES
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_RESTARTS = tuple(bytes((0xFF, code)) for code in range(0xD0, 0xD8))
_MAX_SEGMENTS = 4096
_SUBSAMPLINGS = {
    (1, 1): "4:4:4",
    (2, 1): "4:2:2",
    (2, 2): "4:2:0",
    (1, 2): "4:4:0",
    (4, 1): "4:1:1",
}


@dataclass(frozen=True, slots=True)
class JpegStructure:
    """What the scans of a JPEG file say of its completeness.

    Attributes:
        components: Number of colour components, 1 to 4.
        scans: Number of scans.
        ends_in_refinement: Whether the last scan only adds a last bit to known values.
    """

    components: int
    scans: int
    ends_in_refinement: bool


@dataclass(slots=True)
class _Walk:
    """What is gathered on the way through the segments."""

    picture: bytearray
    frame: bytes = b""
    progressive: bool = False
    restart_interval: int = 0
    luma_table: bytes | None = None
    exif: bytes | None = None
    icc: dict[int, bytes] = field(default_factory=dict)
    missing: set[tuple[int, int]] = field(default_factory=set)
    multi_picture: bool = False
    scans: int = 0
    refinement: bool = False


def take_jpeg_apart(data: bytes, policy: PhotoPolicy) -> tuple[FileParts, JpegStructure]:
    """Walk a JPEG's segments and rebuild it from those that make its first picture.

    What follows the first picture's end (a gain map, further pictures, a video, a remnant of
    an uncropped picture) is left behind, and so is every comment and application segment but
    those that say how the colours are coded.

    Raises:
        PhotoError: ``truncated``, ``corrupt``, ``unsupported_format`` or beyond a limit.
    """
    walk = _Walk(bytearray(b"\xff\xd8"))
    at = 2
    for _ in range(_MAX_SEGMENTS):
        code, at = _marker(data, at)
        if code == _EOI:
            break
        if code in _STANDALONE:
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise PhotoError("truncated", "the file ends within a segment")
        if end < at + 2:
            raise PhotoError("corrupt", "a segment is damaged")
        body, segment = data[at + 2 : end], data[at:end]
        if code == _SOS:
            at, end = end, _scan_end(data, end)
            _scan_header(walk, body, policy)
            if walk.scans == 1:
                _check_amount(walk, body[0], data, at, end)
            segment += data[at:end]
        elif code in _FRAMES:
            _frame(walk, code, body, policy)
        else:
            _other_segment(walk, code, body)
        if code in _DECODING or _tells_colours(code, body):
            walk.picture += bytes((0xFF, code)) + segment
        at = end
    else:
        raise PhotoError("decoder_limit", "the file has too many segments")
    _check_complete(walk)
    walk.picture += b"\xff\xd9"
    components = walk.frame[5]
    parts = FileParts(
        format="mpo" if walk.multi_picture else "jpeg",
        size_wh=_size(walk.frame),
        picture=bytes(walk.picture),
        exif=walk.exif,
        icc=usable_icc(b"".join(walk.icc[key] for key in sorted(walk.icc)) or None, policy)
        if components == 3
        else None,
        encoding=EncodingFacts(
            lossless=False,
            quality=luma_quality(walk.luma_table),
            subsampling=_subsampling(walk.frame),
        ),
    )
    return parts, JpegStructure(components, walk.scans, walk.refinement)


def _check_complete(walk: _Walk) -> None:
    if not walk.scans:
        raise PhotoError("corrupt", "the file holds no picture")
    if walk.missing:
        raise PhotoError("truncated", "a part of the picture is missing")


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the marker at or after ``at`` and the place after it."""
    if at < len(data) and data[at] != 0xFF:
        raise PhotoError("corrupt", "a segment is not where it must be")
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at >= len(data):
        raise PhotoError("truncated", "the file ends before its picture does")
    return data[at], at + 1


def _tells_colours(code: int, body: bytes) -> bool:
    return (code == _APP14 and body[:5] == b"Adobe" and len(body) == 12) or (
        code == _APP0 and body[:5] == b"JFIF\x00" and len(body) == 14
    )


def _size(frame: bytes) -> tuple[int, int]:
    return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")


def _other_segment(walk: _Walk, code: int, body: bytes) -> None:
    """Take from a segment what is needed, if anything."""
    if code == _DNL:
        raise PhotoError("unsupported_format", "a JPEG without its height is not accepted")
    if code == _DRI:
        walk.restart_interval = int.from_bytes(body[:2], "big")
    elif code == _DQT:
        walk.luma_table = _table(body) or walk.luma_table
    elif code == _APP1 and body[:6] == b"Exif\x00\x00" and walk.exif is None:
        walk.exif = body
    elif code == _APP2 and body[:12] == b"ICC_PROFILE\x00" and len(body) > 14:
        walk.icc.setdefault(body[12], body[14:])
    elif code == _APP2 and body[:4] == b"MPF\x00":
        walk.multi_picture = True


def _frame(walk: _Walk, code: int, body: bytes, policy: PhotoPolicy) -> None:
    """Check a frame header; note the (component, coefficient) pairs that scans must bring."""
    if walk.frame:
        raise PhotoError("corrupt", "the file has two frames")
    if code not in _HUFFMAN_FRAMES or (body and body[0] != 8):
        raise PhotoError("unsupported_format", "a JPEG of a rare kind is not accepted")
    if len(body) < 6 or len(body) != 6 + 3 * body[5] or body[5] not in (1, 3, 4):
        raise PhotoError("corrupt", "the frame header is damaged")
    check_size(_size(body), policy)
    walk.frame, walk.progressive = body, code == 0xC2
    ids = body[6::3]
    if len(set(ids)) != len(ids) or any(
        not (1 <= s >> 4 <= 4 and 1 <= s & 15 <= 4) for s in body[7::3]
    ):
        raise PhotoError("corrupt", "the frame header is damaged")
    bands = range(64) if walk.progressive else range(1)
    walk.missing = {(one, band) for one in ids for band in bands}


def _scan_header(walk: _Walk, body: bytes, policy: PhotoPolicy) -> None:
    """Check a scan header; note the (component, coefficient) pairs that it completes."""
    count = body[0] if body else 0
    if not walk.frame or not 1 <= count <= 4 or len(body) != 4 + 2 * count:
        raise PhotoError("corrupt", "a scan header is damaged")
    walk.scans += 1
    if walk.scans > policy.max_jpeg_scans:
        raise PhotoError("decoder_limit", "the file has too many scans")
    ids, (first, last, bits) = body[1 : 1 + 2 * count : 2], body[-3:]
    walk.refinement = walk.progressive and bits >> 4 > 0
    bands = range(first, min(last, 63) + 1) if walk.progressive else range(1)
    if not (walk.progressive and bits & 15):
        walk.missing -= {(one, band) for one in ids for band in bands}


def _scan_end(data: bytes, start: int) -> int:
    """Return where the entropy-coded data that begin at ``start`` end."""
    found = _NEXT_MARKER.search(data, start)
    if found is None:
        raise PhotoError("truncated", "the file ends within its picture")
    return found.start()


def _check_amount(walk: _Walk, scan_components: int, data: bytes, start: int, end: int) -> None:
    """Refuse a first scan that is too short for the picture, before decoding.

    No Huffman code is shorter than one bit, so each block takes one bit at least; and the
    scan holds one restart marker fewer than it has restart intervals.
    """
    width, height = _size(walk.frame)
    factors = [(s >> 4, s & 15) for s in walk.frame[7::3]]
    interleaved = scan_components == len(factors)
    columns, rows = 8 * max(h for h, _ in factors), 8 * max(v for _, v in factors)
    if len(factors) == 1:
        columns, rows = 8, 8
    units = -(-width // columns) * -(-height // rows)
    if 8 * (end - start) < units:
        raise PhotoError("truncated", "the file holds less than the picture it declares")
    if walk.restart_interval and interleaved:
        wanted = -(-units // walk.restart_interval) - 1
        if sum(data.count(mark, start, end) for mark in _RESTARTS) < wanted:
            raise PhotoError("truncated", "the picture's last rows are missing")


def _table(body: bytes) -> bytes | None:
    """Return quantisation table 0 of a DQT segment: 64 bytes, or 128 for 16-bit entries."""
    at = 0
    while at < len(body):
        length = 128 if body[at] >> 4 else 64
        if body[at] & 15 == 0 and at + 1 + length <= len(body):
            return body[at + 1 : at + 1 + length]
        at += 1 + length
    return None


def _subsampling(frame: bytes) -> str | None:
    if frame[5] != 3:
        return None
    (luma_h, luma_v), *chroma = [(s >> 4, s & 15) for s in frame[7::3]]
    if chroma[0] != chroma[1] or luma_h % chroma[0][0] or luma_v % chroma[0][1]:
        return None
    return _SUBSAMPLINGS.get((luma_h // chroma[0][0], luma_v // chroma[0][1]))
