"""What a file is, by its first bytes alone."""

from __future__ import annotations

from typing import Literal, TypeAlias

from sonogate.errors import PhotoError, UnreadableReason

Container: TypeAlias = Literal["jpeg", "png", "webp", "heic", "avif"]

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_OTHER_PICTURES: tuple[tuple[bytes, UnreadableReason], ...] = (
    (b"GIF87a", "unsupported_format"),
    (b"GIF89a", "unsupported_format"),
    (b"BM", "unsupported_format"),
    (b"8BPS", "unsupported_format"),
    (b"\xff\x0a", "unsupported_format"),
    (b"\x00\x00\x00\x0cJXL ", "unsupported_format"),
    (b"\x00\x00\x00\x0cjP  ", "unsupported_format"),
    (b"\xff\x4f\xff\x51", "unsupported_format"),
    (b"II+\x00", "unsupported_format"),
    (b"MM\x00+", "unsupported_format"),
    (b"IIRO", "raw_photo"),
    (b"IIRS", "raw_photo"),
    (b"IIU\x00", "raw_photo"),
    (b"FUJIFILMCCD-RAW", "raw_photo"),
    (b"FOVb", "raw_photo"),
    (b"\x00MRM", "raw_photo"),
)
# TIFF tags that only sensor data has: DNGVersion, CFAPattern, and the photometric values
# for a colour filter array and for linear raw (DNG specification 1.7).
_DNG_VERSION, _CFA_PATTERN, _PHOTOMETRIC, _SUB_IFDS = 0xC612, 0x828E, 0x0106, 0x014A
_RAW_PHOTOMETRICS = frozenset({32803, 34892})
_MAX_TAGS = 512


def container_of(data: bytes) -> Container:
    """Return the container by magic bytes; a name or a media type is never asked.

    Raises:
        PhotoError: ``empty``, ``raw_photo``, ``unsupported_format`` or ``not_a_photo``.
    """
    if not data:
        raise PhotoError("empty", "the file is empty")
    if data[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _bmff(data)
    if data[:4] in (b"II*\x00", b"MM\x00*"):
        if _is_raw(data):
            raise PhotoError("raw_photo", "the file is a raw photo")
        raise PhotoError("unsupported_format", "TIFF is not accepted")
    for magic, reason in _OTHER_PICTURES:
        if data.startswith(magic):
            message = "raw photo" if reason == "raw_photo" else "picture of a format not accepted"
            raise PhotoError(reason, f"the file is a {message}")
    for magic in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        if magic.startswith(data):
            raise PhotoError("truncated", "the file ends within its first bytes")
    raise PhotoError("not_a_photo", "the file is no photo")


def _bmff(data: bytes) -> Container:
    """Tell HEIC from AVIF by the brands of ISO/IEC 14496-12's file type box."""
    length = min(int.from_bytes(data[:4], "big"), len(data), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length - 3, 4))]
    for brand in brands:
        if brand in _HEIC_BRANDS:
            return "heic"
        if brand in _AVIF_BRANDS:
            return "avif"
    if brands[0] == b"crx ":
        raise PhotoError("raw_photo", "the file is a raw photo")
    if brands[0] in (b"mif1", b"msf1"):
        raise PhotoError("unsupported_format", "the file is a HEIF of a kind not accepted")
    raise PhotoError("not_a_photo", "the file is no photo")


def _is_raw(data: bytes) -> bool:
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    if data[8:10] == b"CR":
        return True
    start = int.from_bytes(data[4:8], order)
    count = min(int.from_bytes(data[start : start + 2], order), _MAX_TAGS)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        entry = data[at : at + 12]
        if len(entry) < 12:
            break
        tag, value = int.from_bytes(entry[:2], order), int.from_bytes(entry[8:10], order)
        if tag in (_DNG_VERSION, _CFA_PATTERN, _SUB_IFDS):
            return True
        if tag == _PHOTOMETRIC and value in _RAW_PHOTOMETRICS:
            return True
    return False
