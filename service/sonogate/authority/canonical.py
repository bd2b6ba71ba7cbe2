"""JSON with one spelling only, so that it can be hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TypeAlias

JsonValue: TypeAlias = (
    str
    | int
    | bool
    | list["JsonValue"]
    | tuple["JsonValue", ...]
    | Mapping[str, "JsonValue"]
    | None
)


def canonical_json(value: JsonValue) -> bytes:
    """Return ``value`` as JSON in UTF-8 with sorted keys and without spaces.

    For what is let in (no fractions, no keys beyond the Basic Multilingual Plane) this is the
    JSON Canonicalization Scheme of RFC 8785.

    Raises:
        ValueError: The value holds a fraction, whose spelling differs between writers, or
            text that is not Unicode.
    """
    return json.dumps(
        _checked(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _checked(value: JsonValue) -> JsonValue:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) and max(key, default="") <= "\uffff" for key in value):
            raise ValueError("canonical JSON: keys are text of the Basic Multilingual Plane")
        return {key: _checked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_checked(item) for item in value]
    raise ValueError("canonical JSON holds text, whole numbers, truth values and null alone")
