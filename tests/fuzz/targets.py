"""What is fuzzed, and what must hold of every answer.

A target takes bytes and returns, or raises whatever is a defect.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NoReturn, get_args

import numpy as np
from starlette.requests import Request

from sonogate.errors import PhotoError, UnreadableReason
from sonogate.http.errors import RequestError
from sonogate.http.upload import Upload, read_upload
from sonogate.photo import decode
from sonogate.policy import PhotoPolicy, default_policy

# Small pictures and few bytes, so that many are tried.
POLICY = replace(default_policy().photo, max_bytes=64 * 1024, max_pixels=512 * 512)
SLOWEST_SECONDS = 10.0

MAX_PHOTO_BYTES, MAX_PHOTOS = 512, 3
BOUNDARY = b"frontier"


class NoDecoder:
    """Stands where the process without rights would: a file got as far as that."""

    def decode(self, container: str, data: bytes) -> NoReturn:
        raise PhotoError("corrupt", "not decoded here")


def _no_decoder(policy: PhotoPolicy) -> Any:
    return NoDecoder()


def photo(data: bytes) -> None:
    """Decode ``data``; HEIC, AVIF and WebP as far as to their sandbox.

    Raises:
        AssertionError: The answer is neither a sound photo nor a refusal with its reason, or
            comes too late.
    """
    start = time.monotonic()
    try:
        found = decode(data, POLICY, _no_decoder)
    except PhotoError as error:
        reason, found = error.reason, None
    if found is None:
        assert reason in get_args(UnreadableReason)
    else:
        height, width = found.pixels.shape[:2]
        assert found.pixels.shape == (height, width, 3)
        assert found.pixels.dtype == np.uint8
        assert not found.pixels.flags.writeable
        assert POLICY.min_side_px <= min(height, width)
        assert height * width <= POLICY.max_pixels
        assert 1 <= found.orientation <= 8
    assert time.monotonic() - start < SLOWEST_SECONDS


def form(data: bytes) -> None:
    """Read ``data`` as an upload: its first byte says in what parts it arrives.

    Raises:
        AssertionError: The answer is neither an upload within its limits nor a refusal, or
            another kind of answer when the body arrives in other parts.
    """
    cut, body = data[:1], data[1:]
    size = 1 + (cut[0] if cut else 0)
    whole = _uploaded([body])
    in_parts = _uploaded([body[at : at + size] for at in range(0, len(body), size)] or [b""])
    # Where a broken form breaks, and so the reason, may depend on where its parts end.
    assert _kind(whole) == _kind(in_parts)
    if isinstance(whole, Upload):
        assert 1 <= len(whole.photos) <= MAX_PHOTOS
        assert all(len(one) <= MAX_PHOTO_BYTES for one in whole.photos)


def _kind(answer: Upload | tuple[type[RequestError], object]) -> Upload | type[RequestError]:
    return answer if isinstance(answer, Upload) else answer[0]


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all: to make one takes longer than to read a form."""
    return asyncio.new_event_loop()


def _uploaded(parts: Sequence[bytes]) -> Upload | tuple[type[RequestError], object]:
    left = list(parts)

    async def receive() -> dict[str, Any]:
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    content_type = b"multipart/form-data; boundary=" + BOUNDARY
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type)]}
    total = MAX_PHOTOS * MAX_PHOTO_BYTES
    reading = read_upload(
        Request(scope, receive), MAX_PHOTO_BYTES, total, MAX_PHOTOS, SLOWEST_SECONDS
    )
    try:
        return _loop().run_until_complete(reading)
    except RequestError as error:
        return type(error), getattr(error, "reason", None)


TARGETS: dict[str, Callable[[bytes], None]] = {"photo": photo, "form": form}
