"""The chunks of a PNG file (ISO/IEC 15948, third edition)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from sonogate.errors import PhotoError
from sonogate.photo.parts import FileParts, check_size, usable_icc
from sonogate.policy import PhotoPolicy
from sonogate.types import EncodingFacts

_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# First column, first row, column step, row step of the seven passes of Adam7.
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_DEFLATE_MAX_RATIO = 1040  # DEFLATE cannot expand by more than 1032
_STEP_BYTES = 1 << 20
_MAX_CHUNKS = 200_000


def take_png_apart(data: bytes, policy: PhotoPolicy) -> FileParts:
    """Walk the chunks of a PNG file and rebuild it from those that make the picture.

    Text chunks are never inflated; the colour profile is inflated up to the policy's limit.

    Raises:
        PhotoError: ``truncated``, ``corrupt``, ``animated`` or beyond a limit.
    """
    header = data[16:29]
    if len(data) < 33:
        raise PhotoError("truncated", "the file ends within its header")
    if data[8:16] != b"\x00\x00\x00\rIHDR":
        raise PhotoError("corrupt", "the file does not begin with a header")
    size_wh = (int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big"))
    check_size(size_wh, policy)
    depth, kind, interlaced = header[8], header[9], header[12]
    if depth not in _DEPTHS.get(kind, ()) or header[10] or header[11] or interlaced > 1:
        raise PhotoError("corrupt", "the header declares an impossible picture")
    kept, rows, icc, exif = [data[:8]], [], None, None
    for name, start, end in _chunks(data):
        body = data[start + 8 : end - 4]
        if name in _KEPT:
            if zlib.crc32(body, zlib.crc32(name)) != int.from_bytes(data[end - 4 : end], "big"):
                raise PhotoError("corrupt", "a chunk's checksum is wrong")
            kept.append(data[start:end])
        if name == b"IDAT":
            rows.append(body)
        elif name in _ANIMATION:
            raise PhotoError("animated", "the file is an animation")
        elif name == b"iCCP":
            icc = _inflated_icc(body, policy)
        elif name == b"eXIf":
            exif = body
    _check_rows(rows, _row_bytes(size_wh, depth * _CHANNELS[kind], bool(interlaced)))
    return FileParts(
        format="png",
        size_wh=size_wh,
        picture=b"".join(kept),
        exif=exif,
        icc=usable_icc(icc, policy) if kind in (2, 3, 6) else None,
        encoding=EncodingFacts(lossless=True),
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, start, end) of each chunk up to the last, IEND."""
    start = 8
    for _ in range(_MAX_CHUNKS):
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        if start + 12 > len(data) or end > len(data):
            raise PhotoError("truncated", "the file ends within a chunk")
        name = data[start + 4 : start + 8]
        yield name, start, end
        if name == b"IEND":
            return
        start = end
    raise PhotoError("decoder_limit", "the file has too many chunks")


def _inflated_icc(body: bytes, policy: PhotoPolicy) -> bytes | None:
    """Inflate an iCCP chunk's profile to one byte beyond the limit at most."""
    name_end = body.find(b"\x00", 0, 80)
    if name_end < 0:
        return None
    try:
        return zlib.decompressobj().decompress(body[name_end + 2 :], policy.max_icc_bytes + 1)
    except zlib.error:
        return None


def _row_bytes(size_wh: tuple[int, int], bits_per_pixel: int, interlaced: bool) -> int:
    """Return how many bytes the inflated rows have, filter bytes included."""
    width, height = size_wh
    total = 0
    for x0, y0, dx, dy in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - x0) // dx), -(-(height - y0) // dy)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits_per_pixel + 7) // 8)
    return total


def _check_rows(pieces: Sequence[bytes], wanted: int) -> None:
    """Make sure that the compressed rows are all there, in bounded memory."""
    if sum(map(len, pieces)) * _DEFLATE_MAX_RATIO < wanted:
        raise PhotoError("truncated", "the file holds less than the picture it declares")
    inflater, found = zlib.decompressobj(), 0
    try:
        for piece in pieces:
            rest = piece
            while rest and found < wanted and not inflater.eof:
                found += len(inflater.decompress(rest, _STEP_BYTES))
                rest = inflater.unconsumed_tail
            if found >= wanted:
                return
        while found < wanted and not inflater.eof:
            more = inflater.decompress(inflater.unconsumed_tail, _STEP_BYTES)
            found += len(more)
            if not more:
                break
    except zlib.error as error:
        raise PhotoError("corrupt", "the picture's data are damaged") from error
    if found < wanted:
        raise PhotoError("truncated", "the picture's last rows are missing")
