"""The photos in a request's body, held in memory and never larger than allowed.

The framework's own form parser spools uploads into temporary files; a photo that has not
been masked must not touch a disk, so the form is parsed here. A part's file name is
never looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from sonogate.http.errors import (
    MalformedUploadError,
    SlowUploadError,
    TooLargeError,
    UnsupportedMediaError,
)

FIELD = "photo"
MAX_PARTS = 8
# Room for boundaries, part headers and small other fields beside the photo.
FORM_OVERHEAD_BYTES = 64 * 1024


async def read_photo(request: Request, max_bytes: int, seconds: float) -> bytes:
    """Return the bytes of the one photo; see ``read_photos``."""
    return (await read_photos(request, max_bytes, max_bytes, 1, seconds))[0]


async def read_photos(
    request: Request, max_bytes: int, max_total_bytes: int, max_photos: int, seconds: float
) -> list[bytes]:
    """Return the photos' bytes.

    Args:
        request: Its body is a photo, or a multipart form with parts ``photo``.
        max_bytes: Largest photo.
        max_total_bytes: Most bytes of all photos together.
        max_photos: Most photos.
        seconds: Time the body may take to arrive.

    Raises:
        UnsupportedMediaError: The content type is something else.
        MalformedUploadError: The form is broken, or has no such part or too many.
        TooLargeError: The body is larger than the photos may be.
        SlowUploadError: The body did not arrive in time.
    """
    header = request.headers.get("content-type", "")
    kind, options = parse_options_header(header)
    media_type = kind.decode("latin-1").lower()
    is_form = media_type == "multipart/form-data"
    if not (is_form or media_type == "application/octet-stream" or media_type.startswith("image/")):
        raise UnsupportedMediaError
    limit = max_total_bytes + FORM_OVERHEAD_BYTES if is_form else max_bytes
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLargeError
    try:
        async with asyncio.timeout(seconds):
            chunks = _limited(request, limit)
            if not is_form:
                return [b"".join([chunk async for chunk in chunks])]
            form = _Form(max_bytes, max_photos)
            return await _form_photos(chunks, options.get(b"boundary"), form)
    except TimeoutError as error:
        raise SlowUploadError from error
    except ClientDisconnect as error:
        raise MalformedUploadError("incomplete_body") from error


async def _limited(request: Request, limit: int) -> AsyncIterator[bytes]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > limit:
            raise TooLargeError
        yield chunk


async def _form_photos(
    chunks: AsyncIterator[bytes], boundary: bytes | None, form: _Form
) -> list[bytes]:
    if not boundary:
        raise MalformedUploadError("no_boundary")
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": form.on_part_begin,
                "on_header_begin": form.on_header_begin,
                "on_header_field": form.on_header_field,
                "on_header_value": form.on_header_value,
                "on_header_end": form.on_header_end,
                "on_part_data": form.on_part_data,
                "on_end": form.on_end,
            },
        )
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise MalformedUploadError("bad_multipart") from error
    if not form.ended:
        raise MalformedUploadError("incomplete_body")
    if not form.photos:
        raise MalformedUploadError("no_photo_part")
    return [bytes(photo) for photo in form.photos]


class _Form:
    """Collects the bytes of the parts that are wanted and drops all else."""

    def __init__(self, max_bytes: int, max_photos: int) -> None:
        self.photos: list[bytearray] = []
        self.ended = False
        self._max_bytes = max_bytes
        self._max_photos = max_photos
        self._parts = 0
        self._wanted = False
        self._name = bytearray()
        self._value = bytearray()

    def on_part_begin(self) -> None:
        self._parts += 1
        self._wanted = False
        if self._parts > MAX_PARTS:
            raise MalformedUploadError("many_parts")

    def on_header_begin(self) -> None:
        self._name.clear()
        self._value.clear()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._name.lower() != b"content-disposition":
            return
        _, options = parse_options_header(bytes(self._value))
        if options.get(b"name") == FIELD.encode("ascii"):
            self._wanted = True
            if len(self.photos) == self._max_photos:
                raise MalformedUploadError("many_photo_parts")
            self.photos.append(bytearray())

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            photo = self.photos[-1]
            photo += data[start:end]
            if len(photo) > self._max_bytes:
                raise TooLargeError

    def on_end(self) -> None:
        self.ended = True
