"""Identifiers of records: random, so that knowing one tells nothing of another."""

from __future__ import annotations

import secrets
from typing import Literal

Kind = Literal["sub", "img"]


def new_id(kind: Kind) -> str:
    """Return ``kind``, an underscore and 128 random bits in hexadecimal."""
    return f"{kind}_{secrets.token_hex(16)}"
