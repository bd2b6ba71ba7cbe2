"""The photos in a request's body, held in memory and never larger than allowed.

The framework's own form parser spools uploads into temporary files; a photo that has not
been masked must not touch a disk, and neither must a patient's name, so the form is parsed
here. A part's file name is never looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from sonogate.http.errors import (
    MalformedUploadError,
    SlowUploadError,
    TooLargeError,
    UnsupportedMediaError,
)
from sonogate.identifiers import PatientContext
from sonogate.identifiers.patient import MAX_PATIENT_BYTES, parse_patient

# The parser's own warnings quote what was sent.
logging.getLogger("python_multipart.multipart").disabled = True

PHOTO_FIELD = b"photo"
PATIENT_FIELD = b"patient"
MAX_PARTS = 8
# Room for boundaries, part headers and small other fields beside the photo.
FORM_OVERHEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in a request's body.

    Attributes:
        photos: The photos' bytes.
        patient: Whom they are of, where the client says so; for this request only.
        patient_part: The same as it was sent; empty without it.
    """

    photos: list[bytes] = field(repr=False)
    patient: PatientContext | None = field(default=None, repr=False)
    patient_part: bytes = field(default=b"", repr=False)

    @property
    def parts(self) -> list[bytes]:
        """What makes one request another than a second."""
        return [*self.photos, self.patient_part] if self.patient_part else self.photos


async def read_photo(request: Request, max_bytes: int, seconds: float) -> bytes:
    """Return the bytes of the one photo; see ``read_upload``."""
    return (await read_upload(request, max_bytes, max_bytes, 1, seconds)).photos[0]


async def read_upload(
    request: Request, max_bytes: int, max_total_bytes: int, max_photos: int, seconds: float
) -> Upload:
    """Return the photos' bytes and whom they are of.

    Args:
        request: Its body is a photo, or a multipart form with parts ``photo`` and perhaps a
            part ``patient``.
        max_bytes: Largest photo.
        max_total_bytes: Most bytes of all photos together.
        max_photos: Most photos.
        seconds: Time the body may take to arrive.

    Raises:
        UnsupportedMediaError: The content type is something else.
        MalformedUploadError: The form is broken, has no photo or too many, or its patient
            is none.
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
                return Upload([b"".join([chunk async for chunk in chunks])])
            form = _Form(max_bytes, max_photos)
            return await _read_form(chunks, options.get(b"boundary"), form)
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


async def _read_form(chunks: AsyncIterator[bytes], boundary: bytes | None, form: _Form) -> Upload:
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
    photos = [bytes(photo) for photo in form.photos]
    if form.patient is None:
        return Upload(photos)
    try:
        return Upload(photos, parse_patient(bytes(form.patient)), bytes(form.patient))
    except ValueError:
        raise MalformedUploadError("bad_patient_part") from None


class _Form:
    """Collects the bytes of the parts that are wanted and drops all else."""

    def __init__(self, max_bytes: int, max_photos: int) -> None:
        self.photos: list[bytearray] = []
        self.patient: bytearray | None = None
        self.ended = False
        self._max_bytes = max_bytes
        self._max_photos = max_photos
        self._parts = 0
        self._part: bytearray | None = None
        self._name = bytearray()
        self._value = bytearray()

    def on_part_begin(self) -> None:
        self._parts += 1
        self._part = None
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
        name = options.get(b"name")
        if name == PHOTO_FIELD:
            if len(self.photos) == self._max_photos:
                raise MalformedUploadError("many_photo_parts")
            self._part = bytearray()
            self.photos.append(self._part)
        elif name == PATIENT_FIELD:
            if self.patient is not None:
                raise MalformedUploadError("bad_patient_part")
            self.patient = self._part = bytearray()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part is None:
            return
        self._part += data[start:end]
        if self._part is self.patient:
            if len(self._part) > MAX_PATIENT_BYTES:
                raise MalformedUploadError("bad_patient_part")
        elif len(self._part) > self._max_bytes:
            raise TooLargeError

    def on_end(self) -> None:
        self.ended = True
