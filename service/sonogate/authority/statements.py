"""Statements that the authority signs: answers, heads of the audit trail, lists.

A statement is a JSON Web Signature (RFC 7515, compact, ES256) that brings its certificate
along (``x5c``), so that whoever has the root certificate can check it without a service.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sonogate.authority.canonical import JsonValue, canonical_json
from sonogate.authority.certificates import Roots, read_certificate
from sonogate.authority.keys import SigningKey
from sonogate.errors import AuthorityError

ALGORITHM = "ES256"
Kind = Literal["verification", "audit-head", "snapshot", "export"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement says, once its signature was found to be the authority's.

    Attributes:
        kind: What it is about.
        at: When it was signed, by the authority's own clock.
        content: What is stated.
    """

    kind: Kind
    at: datetime
    content: Mapping[str, Any]


def sign_statement(
    key: SigningKey, kind: Kind, content: Mapping[str, JsonValue], at: datetime
) -> str:
    """Return the statement as a compact JWS.

    Args:
        key: The authority's key for statements.
        kind: What it is about; a statement of one kind cannot be taken for another.
        content: What is stated: whole numbers and text alone.
        at: When.
    """
    payload = canonical_json({"at": format_time(at), "content": content})
    der = key.certificate.public_bytes(serialization.Encoding.DER)
    headers = {
        "typ": _type(kind),
        "kid": key.key_id,
        "x5c": [base64.b64encode(der).decode("ascii")],
    }
    return jwt.api_jws.encode(payload, key.private, algorithm=ALGORITHM, headers=headers)


def read_statement(text: str, kind: Kind, roots: Roots) -> Statement:
    """Return what a statement says, if the authority under ``roots`` signed it.

    The certificate must have been valid when the statement says it was signed.

    Raises:
        AuthorityError: It is malformed, of another kind, or not the authority's.
    """
    try:
        headers = jwt.get_unverified_header(text)
        leaf = read_certificate(base64.b64decode(headers["x5c"][0], validate=True))
        payload = jwt.api_jws.decode(text, _public_key(leaf), algorithms=[ALGORITHM])
        document = _parse(payload)
        at = parse_time(document["at"])
        content = document["content"]
    except (jwt.PyJWTError, ValueError, KeyError, TypeError, IndexError) as error:
        raise AuthorityError("the statement is malformed or its signature does not fit") from error
    if headers.get("typ") != _type(kind) or not isinstance(content, dict):
        raise AuthorityError("the statement is of another kind")
    if leaf is None or not roots.issued(leaf, "statements", at):
        raise AuthorityError("the statement is not of an authority that is trusted")
    return Statement(kind, at, content)


def format_time(at: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the microsecond.

    Raises:
        ValueError: It has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """Return the moment that :func:`format_time` wrote.

    Raises:
        ValueError: The text is anything else.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def _type(kind: Kind) -> str:
    return f"sonogate-{kind}+jws"


def _parse(payload: bytes) -> dict[str, Any]:
    document = json.loads(payload)
    if not isinstance(document, dict):
        raise TypeError("a statement is an object")
    return document


def _public_key(leaf: x509.Certificate | None) -> ec.EllipticCurvePublicKey:
    key = None if leaf is None else leaf.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("a statement brings its certificate, of an elliptic curve")
    return key
