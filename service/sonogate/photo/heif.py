"""The boxes of a HEIC or AVIF file (ISO/IEC 14496-12 and 23008-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sonogate.errors import PhotoError
from sonogate.photo.parts import FileParts, check_size
from sonogate.policy import PhotoPolicy
from sonogate.types import EncodingFacts

_MAX_BOXES = 4096
_SEQUENCE_BRANDS = frozenset({b"avis"})
# What an EXIF orientation becomes when a quarter turn anticlockwise, or an exchange of left
# and right, is applied after it.
_AFTER_TURN = {1: 8, 8: 3, 3: 6, 6: 1, 2: 5, 5: 4, 4: 7, 7: 2}
_AFTER_FLIP = {1: 2, 2: 1, 8: 7, 7: 8, 3: 4, 4: 3, 6: 5, 5: 6}


@dataclass(slots=True)
class _Properties:
    """What the item properties say."""

    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    turns: dict[int, int] = field(default_factory=dict)
    mirrors: dict[int, int] = field(default_factory=dict)
    cropped: set[int] = field(default_factory=set)
    of_primary: list[int] = field(default_factory=list)


def take_heif_apart(
    data: bytes, container: Literal["heic", "avif"], policy: PhotoPolicy
) -> FileParts:
    """Read the size and orientation of the primary picture from the file's boxes.

    A burst or a live photo is taken for its primary picture; an AVIF sequence is refused.
    Every size that the file declares anywhere must keep to the limits.

    Raises:
        PhotoError: ``truncated``, ``corrupt``, ``animated`` or beyond a limit.
    """
    top = dict(_boxes(data, 0, len(data), reversed_wins=True))
    brands = top.get(b"ftyp", (0, 0))
    if data[brands[0] : brands[0] + 4] in _SEQUENCE_BRANDS:
        raise PhotoError("animated", "the file is an animation")
    if b"meta" not in top:
        if b"moov" in top:
            raise PhotoError("animated", "the file holds a sequence and no still picture")
        raise PhotoError("truncated", "the file ends before its picture")
    start, end = top[b"meta"]
    meta = dict(_boxes(data, start + 4, end, reversed_wins=True))
    if b"pitm" not in meta or b"iprp" not in meta:
        raise PhotoError("corrupt", "the file declares no main picture")
    at, _ = meta[b"pitm"]
    primary = int.from_bytes(data[at + 4 : at + (6 if data[at] == 0 else 8)], "big")
    found = _properties(data, *meta[b"iprp"], primary)
    for width, height in found.sizes.values():
        if width * height > policy.max_pixels:
            check_size((width, height), policy)
    size_wh = next((found.sizes[i] for i in found.of_primary if i in found.sizes), None)
    if size_wh is None:
        raise PhotoError("corrupt", "the file does not declare its size")
    check_size(size_wh, policy)
    return FileParts(
        format=container,
        size_wh=size_wh,
        picture=data,
        orientation=_orientation(found),
        encoding=EncodingFacts(lossless=False),
        may_be_cropped=any(i in found.cropped for i in found.of_primary),
    )


def _boxes(
    data: bytes, start: int, end: int, *, reversed_wins: bool = False
) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield (type, (start, end) of the body) of each box between ``start`` and ``end``.

    With ``reversed_wins`` they come last first, so that in a dict the first of a kind stays.
    """
    found: list[tuple[bytes, tuple[int, int]]] = []
    at = start
    while at + 8 <= end and len(found) < _MAX_BOXES:
        length, head = int.from_bytes(data[at : at + 4], "big"), 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif length == 0:
            length = end - at
        if length < head:
            raise PhotoError("corrupt", "a box is damaged")
        if at + length > end:
            raise PhotoError("truncated", "the file ends within a box")
        found.append((data[at + 4 : at + 8], (at + head, at + length)))
        at += length
    if 0 < end - at < 8:
        raise PhotoError("truncated", "the file ends within a box")
    yield from reversed(found) if reversed_wins else found


def _properties(data: bytes, start: int, end: int, primary: int) -> _Properties:
    found = _Properties()
    for kind, (at, stop) in _boxes(data, start, end):
        if kind == b"ipco":
            for index, (name, (a, b)) in enumerate(_boxes(data, at, stop), start=1):
                if name == b"ispe" and b - a >= 12:
                    width = int.from_bytes(data[a + 4 : a + 8], "big")
                    found.sizes[index] = (width, int.from_bytes(data[a + 8 : a + 12], "big"))
                elif name == b"irot" and b > a:
                    found.turns[index] = data[a] & 3
                elif name == b"imir" and b > a:
                    found.mirrors[index] = data[a] & 1
                elif name == b"clap":
                    found.cropped.add(index)
        elif kind == b"ipma":
            found.of_primary += _associations(data[at:stop], primary)
    return found


def _associations(body: bytes, primary: int) -> list[int]:
    """Return the property indices of the primary item, in their order of application."""
    if len(body) < 8:
        raise PhotoError("corrupt", "a box is damaged")
    wide_id, wide_index = body[0] > 0, bool(body[3] & 1)
    id_bytes, index_bytes = 4 if wide_id else 2, 2 if wide_index else 1
    at = 8
    for _ in range(min(int.from_bytes(body[4:8], "big"), _MAX_BOXES)):
        item = int.from_bytes(body[at : at + id_bytes], "big")
        at += id_bytes
        if at >= len(body):
            break
        count = body[at]
        stop = at + 1 + count * index_bytes
        if item == primary:
            mask = 0x7FFF if wide_index else 0x7F
            return [
                int.from_bytes(body[i : i + index_bytes], "big") & mask
                for i in range(at + 1, min(stop, len(body)), index_bytes)
            ]
        at = stop
    return []


def _orientation(found: _Properties) -> int:
    """Return the EXIF orientation that the primary picture's turns and mirrors amount to.

    They apply in the order in which they are associated (ISO/IEC 23008-12, 6.5.10 to 6.5.12):
    ``irot`` counts quarter turns anticlockwise; ``imir`` exchanges top and bottom (0) or left
    and right (1).
    """
    orientation = 1
    for index in found.of_primary:
        turns = found.turns.get(index, 0)
        if index in found.mirrors:
            orientation = _AFTER_FLIP[orientation]
            turns = 0 if found.mirrors[index] else 2
        for _ in range(turns):
            orientation = _AFTER_TURN[orientation]
    return orientation
