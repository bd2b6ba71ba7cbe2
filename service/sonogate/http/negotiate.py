"""Answers in a versioned media type, with entity tags."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from sonogate.http.errors import NotAcceptableError

VERSIONED = "application/vnd.sonogate.v1+json"
_PLAIN = "application/json"
_ANY = frozenset({"*/*", "application/*", _PLAIN, ""})


def encode(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON, spelled the same each time."""
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def answer(
    request: Request,
    body: Mapping[str, Any] | bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a JSON answer in the media type that the client accepts.

    A ``GET`` whose ``If-None-Match`` names what would be sent gets 304.

    Raises:
        NotAcceptableError: The client accepts neither media type.
    """
    media_type = accepted(request)
    data = body if isinstance(body, bytes) else encode(body)
    return tagged(request, data, media_type, status, headers)


def tagged(
    request: Request,
    data: bytes,
    media_type: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return ``data`` with its entity tag, or 304 when the client has it."""
    tag = f'"{hashlib.sha256(media_type.encode() + data).hexdigest()[:32]}"'
    sent = {"etag": tag, "vary": "accept, authorization", **(headers or {})}
    if request.method == "GET" and _has(request, tag):
        return Response(status_code=304, headers=sent)
    return Response(data, status, media_type=media_type, headers=sent)


def accepted(request: Request) -> str:
    """Return the media type to answer in.

    Raises:
        NotAcceptableError: The client accepts neither.
    """
    header = request.headers.get("accept", "")
    names = {part.partition(";")[0].strip().lower() for part in header.split(",")}
    if VERSIONED in names:
        return VERSIONED
    if names & _ANY:
        return _PLAIN
    raise NotAcceptableError


def _has(request: Request, tag: str) -> bool:
    header = request.headers.get("if-none-match", "")
    tags = {part.strip().removeprefix("W/") for part in header.split(",")}
    return tag in tags or "*" in tags
