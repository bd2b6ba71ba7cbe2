"""The few facts that are taken from an EXIF block; everything else is left behind."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import Literal

from sonogate.types import CameraFacts

# Tags of Exif 3.0 (CIPA DC-008-2023), tables 4 to 8.
_ORIENTATION, _EXIF_IFD = 0x0112, 0x8769
_EXPOSURE_TIME, _ISO, _FOCAL_LENGTH, _FOCAL_LENGTH_35MM = 0x829A, 0x8827, 0x920A, 0xA405
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_MAX_TAGS = 512


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """Orientation and camera facts of an EXIF block.

    Attributes:
        orientation: EXIF orientation 1–8; 1 where none or an impossible one is declared.
        camera: What is kept of the rest.
    """

    orientation: int = 1
    camera: CameraFacts = field(default_factory=CameraFacts)


def read_exif(block: bytes | None) -> ExifFacts:
    """Read orientation and camera facts of a TIFF-structured EXIF block.

    Two directories are visited, once each, with at most 512 tags each; strings, GPS,
    maker notes and thumbnails are never read. Damaged blocks yield what can be read.

    Args:
        block: The block, with or without ``Exif`` and two zeros in front; or None.
    """
    if block is not None and block[:6] == b"Exif\x00\x00":
        block = block[6:]
    if block is None or block[:2] not in (b"II", b"MM") or len(block) < 8:
        return ExifFacts()
    order: Literal["<", ">"] = "<" if block[:2] == b"II" else ">"
    first = _numbers(block, order, struct.unpack_from(f"{order}I", block, 4)[0])
    pointer = first.get(_EXIF_IFD)
    tags = _numbers(block, order, int(pointer)) if pointer else {}
    orientation = int(first.get(_ORIENTATION, 1))
    return ExifFacts(
        orientation=orientation if 1 <= orientation <= 8 else 1,
        camera=CameraFacts(
            focal_mm=tags.get(_FOCAL_LENGTH),
            focal_35mm_mm=tags.get(_FOCAL_LENGTH_35MM),
            iso=tags.get(_ISO),
            exposure_s=tags.get(_EXPOSURE_TIME),
        ),
    )


def _numbers(block: bytes, order: Literal["<", ">"], start: int) -> dict[int, float]:
    """Return the first number of each wanted tag in the directory at ``start``."""
    found: dict[int, float] = {}
    if start + 2 > len(block):
        return found
    (count,) = struct.unpack_from(f"{order}H", block, start)
    for at in range(start + 2, start + 2 + 12 * min(count, _MAX_TAGS), 12):
        if at + 12 > len(block):
            break
        tag, kind, _, value = struct.unpack_from(f"{order}HHII", block, at)
        if kind == _SHORT:
            number = float(struct.unpack_from(f"{order}H", block, at + 8)[0])
        elif kind == _LONG:
            number = float(value)
        elif kind == _RATIONAL and value + 8 <= len(block):
            numerator, denominator = struct.unpack_from(f"{order}II", block, value)
            number = numerator / denominator if denominator else math.nan
        else:
            continue
        if math.isfinite(number) and number > 0.0:
            found.setdefault(tag, number)
    return found
