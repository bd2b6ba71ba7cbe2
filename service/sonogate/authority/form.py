"""The one form that a signed picture has, byte for byte.

C2PA's own check lets bytes vary that mean nothing to it: padding, box labels, a chunk's
checksum. Here every byte of a signed picture is either a constant, or covered by the
claim's signature or a hash under it, or the signature itself in its one canonical spelling
(the lower of the two values of s that ECDSA admits). A file of this form whose claim and
hashes hold is the file that was issued.

The form: PNG (signature, IHDR, caBX, IDAT..., IEND, nothing after it); in caBX the JUMBF
boxes (ISO/IEC 19566-5) of one C2PA manifest, in this order: assertion store, claim,
signature; the signature a COSE_Sign1 (RFC 9052) with its certificate in the protected
header and nothing but zeros as padding in the unprotected one.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from cryptography import x509

from sonogate.authority.certificates import read_certificate

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MANIFEST_CHUNK = b"caBX"
_SIGNATURE_BYTES = 64
_BOX_TAIL = bytes.fromhex("00110010800000aa00389b71")
_TOGGLES = b"\x03"
_CHECKED_TYPES = (b"IHDR", MANIFEST_CHUNK, b"IDAT", b"IEND")


class FormError(ValueError):
    """The bytes are not a signed picture's."""


@dataclass(frozen=True, slots=True)
class SignedForm:
    """What a file of the form holds.

    Attributes:
        label: The manifest's name.
        leaf: The certificate of the key that signed the claim.
        claim: The claim (CBOR), which the signature covers.
        assertions: Names of the assertions, in their order.
    """

    label: str
    leaf: x509.Certificate
    claim: bytes = field(repr=False)
    assertions: tuple[str, ...]


def read_form(data: bytes) -> SignedForm:
    """Return what a signed picture holds. Nothing is verified but the form.

    Raises:
        FormError: A byte is not as it must be.
    """
    manifest = _manifest_of(data)
    outer = _open(manifest, b"c2pa", "c2pa")
    label = _label(outer)
    store, claim_box, signature_box = _three(_open(outer, b"c2ma", label))
    assertions = _boxes(_open(store, b"c2as", "c2pa.assertions"))
    claim = _content(_open(claim_box, b"c2cl", "c2pa.claim.v2"))
    cose = _content(_open(signature_box, b"c2cs", "c2pa.signature"))
    leaf = _read_cose(cose)
    # The claim names its own signature box by the manifest's label, and each assertion.
    names = tuple(_label(box) for box in assertions)
    wanted = [f"self#jumbf=/c2pa/{label}/c2pa.signature"]
    wanted += [f"self#jumbf=c2pa.assertions/{name}" for name in names]
    if len(set(names)) != len(names) or any(text.encode() not in claim for text in wanted):
        raise FormError("the claim does not cover every box")
    return SignedForm(label, leaf, claim, names)


def low_s(r: int, s: int) -> bytes:
    """Return an ECDSA signature over P-256 in its canonical spelling: r, then the lower s."""
    return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")


def _manifest_of(data: bytes) -> bytes:
    if not data.startswith(PNG_SIGNATURE):
        raise FormError("not a PNG")
    kinds: list[bytes] = []
    manifest = b""
    at = len(PNG_SIGNATURE)
    while at < len(data):
        if len(data) - at < 12:
            raise FormError("a chunk is cut off")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind not in _CHECKED_TYPES or end > len(data):
            raise FormError("a chunk is not one of a signed picture")
        body = memoryview(data)[at + 4 : end - 4]
        if zlib.crc32(body) != struct.unpack_from(">I", data, end - 4)[0]:
            raise FormError("a chunk's checksum is wrong")
        if kind == MANIFEST_CHUNK:
            manifest = bytes(body[4:])
        kinds.append(kind)
        at = end
    data_chunks = len(kinds) - 3
    if kinds != [b"IHDR", MANIFEST_CHUNK, *[b"IDAT"] * data_chunks, b"IEND"] or data_chunks < 1:
        raise FormError("the chunks are not in a signed picture's order")
    return manifest


def _boxes(content: bytes) -> list[bytes]:
    """Return the boxes that follow one another in ``content``, headers included."""
    boxes: list[bytes] = []
    at = 0
    while at < len(content):
        if len(content) - at < 8:
            raise FormError("a box is cut off")
        length = struct.unpack_from(">I", content, at)[0]
        if length < 8 or at + length > len(content) or content[at + 4 : at + 8] != b"jumb":
            raise FormError("a box is not as long as it says")
        boxes.append(content[at : at + length])
        at += length
    return boxes


def _open(box: bytes, kind: bytes, label: str) -> bytes:
    """Return what is in a superbox after its description, which must be the one expected."""
    described = kind + _BOX_TAIL + _TOGGLES + label.encode("ascii", "strict") + b"\0"
    head = struct.pack(">I4sI4s", len(box), b"jumb", len(described) + 8, b"jumd") + described
    if not box.startswith(head):
        raise FormError("a box is not described as it must be")
    return box[len(head) :]


def _label(content: bytes) -> str:
    """Return the label of the superbox that ``content`` starts with."""
    start = 8 + 8 + 4 + len(_BOX_TAIL) + 1
    end = content.find(b"\0", start)
    try:
        label = content[start:end].decode("ascii")
    except UnicodeDecodeError as error:
        raise FormError("a label is not ASCII") from error
    if end < 0 or not label:
        raise FormError("a box has no label")
    return label


def _three(content: bytes) -> tuple[bytes, bytes, bytes]:
    boxes = _boxes(content)
    if len(boxes) != 3:
        raise FormError("a manifest has an assertion store, a claim and a signature")
    return boxes[0], boxes[1], boxes[2]


def _content(content: bytes) -> bytes:
    if len(content) < 8 or content[:8] != struct.pack(">I4s", len(content), b"cbor"):
        raise FormError("a box does not hold CBOR alone")
    return content[8:]


def _read_cose(cose: bytes) -> x509.Certificate:
    reader = _Cbor(cose)
    reader.expect(b"\xd2\x84")
    protected = _Cbor(reader.text(2))
    # {1 (alg): -7 (ES256), 33 (x5chain): one certificate}
    protected.expect(b"\xa2\x01\x26\x18\x21")
    leaf = read_certificate(protected.text(2))
    protected.end()
    pads = reader.head(5)
    for name in (b"\x63pad", b"\x64pad2")[:pads]:
        reader.expect(name)
        if any(reader.text(2)):
            raise FormError("the padding holds something")
    if pads > 2 or leaf is None:
        raise FormError("the signature brings more or less than its certificate")
    reader.expect(b"\xf6\x58\x40")
    signature = reader.take(_SIGNATURE_BYTES)
    reader.end()
    if int.from_bytes(signature[32:], "big") > P256_ORDER // 2:
        raise FormError("the signature is not in its canonical spelling")
    return leaf


class _Cbor:
    """Reads the few items of CBOR (RFC 8949) that are expected, in their shortest spelling."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise FormError("CBOR is cut off")
        self._at += count
        return self._data[self._at - count : self._at]

    def expect(self, wanted: bytes) -> None:
        if self.take(len(wanted)) != wanted:
            raise FormError("CBOR is not as it must be")

    def head(self, major: int) -> int:
        """Return the argument of an item of the major type."""
        first = self.take(1)[0]
        if first >> 5 != major:
            raise FormError("CBOR holds another type")
        short = first & 31
        if short < 24:
            return short
        if short > 26:
            raise FormError("CBOR is longer than can be")
        value = int.from_bytes(self.take(1 << (short - 24)), "big")
        if value < (24, 1 << 8, 1 << 16)[short - 24]:
            raise FormError("CBOR is not in its shortest spelling")
        return value

    def text(self, major: int) -> bytes:
        """Return the bytes of a string of the major type."""
        return self.take(self.head(major))

    def end(self) -> None:
        if self._at != len(self._data):
            raise FormError("CBOR has something behind it")
