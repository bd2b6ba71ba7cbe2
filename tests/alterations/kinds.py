"""Ways to alter a signed picture, each seeded; none may return the picture as it was."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image, PngImagePlugin

from sonogate.authority.form import P256_ORDER, PNG_SIGNATURE

Chunk = tuple[bytes, bytes]


@dataclass(frozen=True)
class Material:
    """What an attacker has.

    Attributes:
        picture: The signed picture.
        bare: The same picture before it was signed.
        other: Another picture that the authority signed.
        forged: The same picture, signed by an authority of the same name.
    """

    picture: bytes = field(repr=False)
    bare: bytes = field(repr=False)
    other: bytes = field(repr=False)
    forged: bytes = field(repr=False)


Alteration = Callable[[Material, Generator], bytes]


def split(data: bytes) -> list[Chunk]:
    chunks: list[Chunk] = []
    at = len(PNG_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunks.append((kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def join(chunks: list[Chunk]) -> bytes:
    parts = [PNG_SIGNATURE]
    for kind, body in chunks:
        head = struct.pack(">I", len(body)) + kind + body
        parts.append(head + struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(parts)


def _flip(data: bytes, at: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1 << bit
    return bytes(changed)


def _manifest_span(data: bytes) -> tuple[int, int]:
    """Where the manifest chunk's content starts and ends."""
    at = data.index(b"caBX")
    return at + 4, at + 4 + struct.unpack_from(">I", data, at - 4)[0]


def _with_manifest(data: bytes, manifest: bytes) -> bytes:
    return join([(k, manifest if k == b"caBX" else b) for k, b in split(data)])


def _manifest(data: bytes) -> bytes:
    start, end = _manifest_span(data)
    return data[start:end]


def flip_a_bit(m: Material, rng: Generator) -> bytes:
    return _flip(m.picture, int(rng.integers(len(m.picture))), int(rng.integers(8)))


def flip_a_bit_of_the_manifest(m: Material, rng: Generator) -> bytes:
    """With the chunk's checksum mended."""
    manifest = _manifest(m.picture)
    # Half the time in what carries meaning, half anywhere, padding included.
    reach = len(manifest) if rng.random() < 0.5 else 2600
    return _with_manifest(
        m.picture, _flip(manifest, int(rng.integers(reach)), int(rng.integers(8)))
    )


def overwrite_bytes(m: Material, rng: Generator) -> bytes:
    changed = bytearray(m.picture)
    count = int(rng.integers(1, 64))
    at = int(rng.integers(len(changed) - count))
    fresh = rng.bytes(count)
    changed[at : at + count] = fresh
    return bytes(changed) if bytes(changed) != m.picture else flip_a_bit(m, rng)


def cut_off(m: Material, rng: Generator) -> bytes:
    return m.picture[: int(rng.integers(len(m.picture)))]


def append(m: Material, rng: Generator) -> bytes:
    return m.picture + rng.bytes(int(rng.integers(1, 200)))


def insert_bytes(m: Material, rng: Generator) -> bytes:
    at = int(rng.integers(len(m.picture)))
    return m.picture[:at] + rng.bytes(int(rng.integers(1, 40))) + m.picture[at:]


def delete_bytes(m: Material, rng: Generator) -> bytes:
    count = int(rng.integers(1, 40))
    at = int(rng.integers(len(m.picture) - count))
    return m.picture[:at] + m.picture[at + count :]


def swap_ranges(m: Material, rng: Generator) -> bytes:
    a, b, c = sorted(int(x) for x in rng.choice(len(m.picture), 3, replace=False))
    changed = m.picture[:a] + m.picture[b:c] + m.picture[a:b] + m.picture[c:]
    return changed if changed != m.picture else flip_a_bit(m, rng)


def add_a_chunk(m: Material, rng: Generator) -> bytes:
    chunks = split(m.picture)
    kinds = [b"tEXt", b"gAMA", b"pHYs", b"eXIf", b"iTXt", b"prVt", b"caBX", b"IDAT"]
    kind = kinds[int(rng.integers(len(kinds)))]
    body = _manifest(m.picture) if kind == b"caBX" else rng.bytes(int(rng.integers(0, 60)))
    chunks.insert(int(rng.integers(len(chunks) + 1)), (kind, body))
    return join(chunks)


def drop_a_chunk(m: Material, rng: Generator) -> bytes:
    chunks = split(m.picture)
    del chunks[int(rng.integers(len(chunks)))]
    return join(chunks)


def move_a_chunk(m: Material, rng: Generator) -> bytes:
    chunks = split(m.picture)
    a, b = rng.choice(len(chunks), 2, replace=False)
    chunks[a], chunks[b] = chunks[b], chunks[a]
    return join(chunks)


def split_the_data(m: Material, rng: Generator) -> bytes:
    """The same pixels in other chunks."""
    chunks: list[Chunk] = []
    for kind, body in split(m.picture):
        if kind == b"IDAT":
            at = int(rng.integers(1, len(body)))
            chunks += [(kind, body[:at]), (kind, body[at:])]
        else:
            chunks.append((kind, body))
    return join(chunks)


def compress_anew(m: Material, rng: Generator) -> bytes:
    """The same pixels, compressed otherwise, the manifest kept."""
    chunks = split(m.picture)
    rows = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    data = zlib.compress(rows, int(rng.integers(2, 10)))
    first = next(i for i, (kind, _) in enumerate(chunks) if kind == b"IDAT")
    kept = [(k, b) for k, b in chunks if k != b"IDAT"]
    return join([*kept[:first], (b"IDAT", data), *kept[first:]])


def _pixels(data: bytes) -> np.ndarray:
    return np.array(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))


def _encode_with_manifest(m: Material, pixels: np.ndarray) -> bytes:
    chunks = split(cv2.imencode(".png", pixels)[1].tobytes())
    return join([chunks[0], (b"caBX", _manifest(m.picture)), *chunks[1:]])


def change_pixels(m: Material, rng: Generator) -> bytes:
    """One pixel, or a patch, with the manifest kept."""
    pixels = _pixels(m.picture)
    height, width = pixels.shape[:2]
    side = int(rng.integers(1, 12))
    y, x = int(rng.integers(height - side)), int(rng.integers(width - side))
    pixels[y : y + side, x : x + side] ^= np.uint8(1 << int(rng.integers(8)))
    return _encode_with_manifest(m, pixels)


def turn_or_crop(m: Material, rng: Generator) -> bytes:
    pixels = _pixels(m.picture)
    way = int(rng.integers(4))
    if way == 0:
        pixels = pixels[:, ::-1]
    elif way == 1:
        pixels = np.rot90(pixels, int(rng.integers(1, 4)))
    elif way == 2:
        pixels = pixels[int(rng.integers(1, 9)) :]
    else:
        pixels = cv2.resize(pixels, None, fx=0.5 + rng.random(), fy=0.75)
    return _encode_with_manifest(m, np.ascontiguousarray(pixels))


def save_again(m: Material, rng: Generator) -> bytes:
    """By an ordinary editor, which drops or keeps what it does not know."""
    with Image.open(io.BytesIO(m.picture)) as image:
        image.load()
        out = io.BytesIO()
        way = int(rng.integers(4))
        if way == 0:
            image.save(out, "JPEG", quality=int(rng.integers(60, 100)))
        elif way == 1:
            image.save(out, "WEBP", lossless=True)
        elif way == 2:
            notes = PngImagePlugin.PngInfo()
            notes.add_text("Comment", f"seen {rng.integers(1 << 30)}")
            image.save(out, "PNG", pnginfo=notes)
        else:
            image.save(out, "PNG", compress_level=int(rng.integers(0, 10)))
    return out.getvalue()


def remove_the_mark(m: Material, rng: Generator) -> bytes:
    return m.bare


def graft_a_manifest(m: Material, rng: Generator) -> bytes:
    """The mark of another picture on this one, or this one's mark on the other."""
    if rng.random() < 0.5:
        return _with_manifest(m.picture, _manifest(m.other))
    return _with_manifest(m.other, _manifest(m.picture))


def forge(m: Material, rng: Generator) -> bytes:
    """Another authority of the same name; half the time with a box of the true mark in it."""
    if rng.random() < 0.5:
        return m.forged
    true, false = _manifest(m.picture), _manifest(m.forged)
    at = int(rng.integers(1, min(len(true), len(false))))
    mixed = true[:at] + false[at:]
    return _with_manifest(m.picture, mixed) if mixed != true else m.forged


def other_spelling_of_the_signature(m: Material, rng: Generator) -> bytes:
    """ECDSA's second valid value of s."""
    manifest = bytearray(_manifest(m.picture))
    s = int.from_bytes(manifest[-32:], "big")
    manifest[-32:] = (P256_ORDER - s).to_bytes(32, "big")
    return _with_manifest(m.picture, bytes(manifest))


def write_in_the_padding(m: Material, rng: Generator) -> bytes:
    manifest = bytearray(_manifest(m.picture))
    note = rng.bytes(int(rng.integers(1, 400)))
    at = manifest.index(b"cpad") + 8 if b"cpad" in manifest else len(manifest) // 2
    at += int(rng.integers(0, 2000))
    manifest[at : at + len(note)] = bytes(b | 1 for b in note)
    return _with_manifest(m.picture, bytes(manifest))


def reword_the_verdict(m: Material, rng: Generator) -> bytes:
    """Statements changed in place, of the same length."""
    swaps = [
        (b"accepted_with_limits", b"accepted_with_limitz"),
        (b"fine_detail", b"grey_levels"),
        (b"2026.11.2", b"2026.12.2"),
        (b"img_", b"imG_"),
        (b"c2pa.edited", b"c2pa.placed"),
        (b"c2pa.claim.v2", b"c2pa.claim.v1"),
        (b"c2pa.signature", b"c2pa.signaturf"),
        (b"Test Hospital", b"Best Hospital"),
    ]
    manifest = _manifest(m.picture)
    for index in rng.permutation(len(swaps)):
        old, new = swaps[index]
        if old in manifest:
            return _with_manifest(m.picture, manifest.replace(old, new, int(rng.integers(1, 3))))
    return flip_a_bit(m, rng)


ALTERATIONS: tuple[Alteration, ...] = (
    flip_a_bit,
    flip_a_bit_of_the_manifest,
    overwrite_bytes,
    cut_off,
    append,
    insert_bytes,
    delete_bytes,
    swap_ranges,
    add_a_chunk,
    drop_a_chunk,
    move_a_chunk,
    split_the_data,
    compress_anew,
    change_pixels,
    turn_or_crop,
    save_again,
    remove_the_mark,
    graft_a_manifest,
    forge,
    other_spelling_of_the_signature,
    write_in_the_padding,
    reword_the_verdict,
)
