"""Keys that wrap keys: AES-256-GCM envelopes, and a file of key-encrypting keys.

What is stored is encrypted with a data key of its own (AES-256-GCM, NIST SP 800-38D), and
that key with the active key of the ring. To change the ring's key, only the wrapped data
keys are wrapped anew. A purpose is bound to each envelope as associated data, so that one
cannot be passed off as another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sonogate.records.errors import DamagedRecordError, KeyringError

_MAGIC = b"SGE1"
_KEY_BYTES = 32
_ID_BYTES = 8
_NONCE_BYTES = 12
_WRAPPED_BYTES = _KEY_BYTES + 16
HEADER_BYTES = len(_MAGIC) + _ID_BYTES + _NONCE_BYTES + _WRAPPED_BYTES


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a service.

    Attributes:
        active: Id of the key that wraps what is stored from now on.
        keys: Key-encrypting keys by id.
        digest_key: Key of the HMAC that stands for an original.
        link_key: Key that signs links.
    """

    active: bytes
    keys: Mapping[bytes, bytes] = field(repr=False)
    digest_key: bytes = field(repr=False)
    link_key: bytes = field(repr=False)

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Return ``data`` encrypted, its header before it."""
        header, body = self.seal_apart(data, purpose)
        return header + body

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what ``seal`` was given.

        Raises:
            DamagedRecordError: It was altered, cut short, or sealed for another purpose.
            KeyringError: The ring lacks its key.
        """
        return self.open_apart(sealed[:HEADER_BYTES], sealed[HEADER_BYTES:], purpose)

    def seal_apart(self, data: bytes, purpose: str) -> tuple[bytes, bytes]:
        """Return the header with the wrapped data key, and the encrypted data."""
        data_key = secrets.token_bytes(_KEY_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        body = nonce + AESGCM(data_key).encrypt(nonce, data, purpose.encode("utf-8"))
        return self._wrap(data_key), body

    def open_apart(self, header: bytes, body: bytes, purpose: str) -> bytes:
        """Return the data of a header and a body; raises as ``open`` does."""
        data_key = self._unwrap(header)
        nonce, text = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        try:
            return AESGCM(data_key).decrypt(nonce, text, purpose.encode("utf-8"))
        except (InvalidTag, ValueError) as error:
            raise DamagedRecordError("an encrypted record is not what was stored") from error

    def rewrap(self, header: bytes) -> bytes:
        """Return a header for the same data key under the active key."""
        return self._wrap(self._unwrap(header[:HEADER_BYTES])) + header[HEADER_BYTES:]

    def key_of(self, header: bytes) -> bytes:
        """Return the id of the key that a header was wrapped with."""
        return header[len(_MAGIC) : len(_MAGIC) + _ID_BYTES]

    def digest(self, data: bytes, domain: str) -> str:
        """Return a keyed digest of ``data`` (HMAC-SHA-256), hexadecimal."""
        return hmac.new(self.digest_key, domain.encode() + b"\0" + data, hashlib.sha256).hexdigest()

    def rotated(self) -> Keyring:
        """Return the ring with a new active key; the old ones stay readable."""
        new = secrets.token_bytes(_ID_BYTES)
        return replace(self, active=new, keys={**self.keys, new: secrets.token_bytes(_KEY_BYTES)})

    def retired(self) -> Keyring:
        """Return the ring with its active key alone."""
        return replace(self, keys={self.active: self.keys[self.active]})

    def _wrap(self, data_key: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        start = _MAGIC + self.active
        return start + nonce + AESGCM(self.keys[self.active]).encrypt(nonce, data_key, start)

    def _unwrap(self, header: bytes) -> bytes:
        if len(header) != HEADER_BYTES or not header.startswith(_MAGIC):
            raise DamagedRecordError("an encrypted record has no header")
        key = self.keys.get(self.key_of(header))
        if key is None:
            raise KeyringError("the key file lacks a key that is needed")
        start = len(_MAGIC) + _ID_BYTES
        nonce, wrapped = header[start : start + _NONCE_BYTES], header[start + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, wrapped, header[:start])
        except InvalidTag as error:
            raise DamagedRecordError("an encrypted record is not what was stored") from error


def make_keyring() -> Keyring:
    """Return a ring of new random keys."""
    active = secrets.token_bytes(_ID_BYTES)
    return Keyring(
        active,
        {active: secrets.token_bytes(_KEY_BYTES)},
        secrets.token_bytes(_KEY_BYTES),
        secrets.token_bytes(_KEY_BYTES),
    )


def read_keyring(path: Path) -> Keyring:
    """Read a key file.

    Raises:
        KeyringError: It cannot be read, others may read it too, or it is malformed.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise KeyringError("the key file may be read by others: chmod 600")
        document = json.loads(path.read_text("utf-8"))
        ring = Keyring(
            bytes.fromhex(document["active"]),
            {bytes.fromhex(name): _decoded(key) for name, key in document["keys"].items()},
            _decoded(document["digest_key"]),
            _decoded(document["link_key"]),
        )
    except OSError as error:
        raise KeyringError(f"the key file cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        # The cause would quote the file.
        raise KeyringError("the key file is malformed") from None
    if ring.active not in ring.keys or {len(name) for name in ring.keys} != {_ID_BYTES}:
        raise KeyringError("the key file is malformed")
    return ring


def write_keyring(path: Path, ring: Keyring) -> None:
    """Write a key file that its owner alone may read, whole or not at all, and durably."""
    document = {
        "version": 1,
        "active": ring.active.hex(),
        "keys": {name.hex(): _encoded(key) for name, key in ring.keys.items()},
        "digest_key": _encoded(ring.digest_key),
        "link_key": _encoded(ring.link_key),
    }
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _decoded(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != _KEY_BYTES:
        raise KeyringError("the key file is malformed")
    return key
