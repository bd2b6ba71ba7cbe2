"""Errors to problem documents (RFC 9457). Only here is it decided what a client is told.

An answer holds fixed sentences and codes. It never holds an exception's text, nor
anything that the client sent.
"""

from __future__ import annotations

from http import HTTPStatus

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sonogate.errors import SonogateError, UnreadableReason
from sonogate.http import errors
from sonogate.http.problem import MEDIA_TYPE, Problem
from sonogate.http.refusals import (
    CONSENT_NEEDED,
    CONTEXT_NEEDED,
    UNAUTHENTICATED,
    refusal_of,
)
from sonogate.records.errors import BadCursorError

TOO_LARGE = Problem(
    "unreadable_file",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The file cannot be read as a photo",
    "Send a smaller file, because this one is larger than is allowed.",
    reason="too_many_bytes",
)
UNSUPPORTED_MEDIA = Problem(
    "unsupported_media_type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The request's content type is not taken",
    "Send multipart/form-data with one part named photo, or the photo itself as image/* or "
    "application/octet-stream.",
)
MALFORMED = Problem(
    "malformed_upload",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The form does not hold exactly one photo",
    "Send multipart/form-data with one part named photo.",
)
SLOW = Problem(
    "slow_upload",
    HTTPStatus.REQUEST_TIMEOUT,
    "The photo took too long to arrive",
    "Send the photo again over a faster connection.",
)
BUSY = Problem(
    "busy",
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too many photos are waiting",
    "Send the photo again after the time in Retry-After.",
    retry=True,
)
NOT_READY = Problem(
    "not_ready",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The service is starting",
    "Send the photo again after the time in Retry-After.",
    retry=True,
)
NO_SUCH_PICTURE = Problem(
    "no_such_picture",
    HTTPStatus.NOT_FOUND,
    "There is no such picture",
    "Links to masked pictures expire after a few minutes; assess the photo again.",
)
INVALID = Problem(
    "invalid_request",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "A parameter of the request is not valid",
    "See the parameters in /openapi.json.",
)
NOT_FOUND = Problem(
    "not_found", HTTPStatus.NOT_FOUND, "There is nothing here", "See the paths in /openapi.json."
)
NOT_ALLOWED = Problem(
    "method_not_allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "The method is not allowed here",
    "See the methods in /openapi.json.",
)
BAD_REQUEST = Problem(
    "bad_request",
    HTTPStatus.BAD_REQUEST,
    "The request cannot be understood",
    "See /openapi.json for what is understood.",
)
FAULT = Problem(
    "internal_fault",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The service failed",
    "The fault is the service's, not the photo's; it has been logged.",
)
_UNREADABLE_STATUS: dict[UnreadableReason, HTTPStatus] = {
    "too_many_bytes": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_many_pixels": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "not_a_photo": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "raw_photo": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "unsupported_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "animated": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "decoder_unavailable": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
_BY_ERROR: dict[type[SonogateError], Problem] = {
    errors.TooLargeError: TOO_LARGE,
    errors.UnsupportedMediaError: UNSUPPORTED_MEDIA,
    errors.SlowUploadError: SLOW,
    errors.BusyError: BUSY,
    errors.NotReadyError: NOT_READY,
    errors.NoSuchPictureError: NO_SUCH_PICTURE,
    errors.InvalidRequestError: INVALID,
    BadCursorError: INVALID,
}
_BY_KIND = {errors.CONSENT_MISSING: CONSENT_NEEDED, errors.CONTEXT_MISSING: CONTEXT_NEEDED}
_BY_STATUS = {404: NOT_FOUND, 405: NOT_ALLOWED}


def unreadable(reason: UnreadableReason, prompt: str) -> Problem:
    """Return the problem for a file that is no photo.

    Args:
        reason: Why not.
        prompt: The sentence that says what to do.
    """
    status = _UNREADABLE_STATUS.get(reason, HTTPStatus.UNPROCESSABLE_ENTITY)
    return Problem("unreadable_file", status, TOO_LARGE.title, prompt, reason=reason)


def malformed(reason: errors.MalformedReason) -> Problem:
    """Return the problem for a form that is broken or lacks the photo."""
    return Problem(
        MALFORMED.code, MALFORMED.status, MALFORMED.title, MALFORMED.detail, reason=reason
    )


def problem_of(error: SonogateError) -> Problem:
    """Return what a client is told of ``error``; nothing is known of others than requests'."""
    refusal = refusal_of(error)
    if refusal is not None:
        return refusal
    if isinstance(error, errors.UnreadablePhotoError):
        return unreadable(error.reason, error.prompt)
    if isinstance(error, errors.MalformedUploadError):
        return malformed(error.reason)
    return _BY_ERROR.get(type(error), FAULT)


def install(app: FastAPI, retry_after_s: int) -> None:
    """Make ``app`` answer every error with a problem document.

    Args:
        app: The application.
        retry_after_s: What a client that may try again is told, at least.
    """

    def answer(problem: Problem, wait_s: int = retry_after_s) -> JSONResponse:
        headers = {"retry-after": str(wait_s)} if problem.retry else {}
        if problem is UNAUTHENTICATED:
            headers["www-authenticate"] = 'Bearer realm="sonogate"'
        return JSONResponse(
            problem.document(), problem.status, media_type=MEDIA_TYPE, headers=headers
        )

    async def on_known(_: Request, error: Exception) -> JSONResponse:
        if isinstance(error, errors.ThrottledError):
            return answer(problem_of(error), error.retry_after_s)
        if isinstance(error, errors.BusyError) and error.retry_after_s is not None:
            return answer(BUSY, max(error.retry_after_s, retry_after_s))
        problem = problem_of(error) if isinstance(error, SonogateError) else FAULT
        if problem is FAULT:
            # For the barrier, which logs it.
            raise error
        return answer(problem)

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        kinds = (
            [one["type"] for one in error.errors()]
            if isinstance(error, RequestValidationError)
            else []
        )
        # What is missing is told only where nothing else is wrong.
        return answer(_BY_KIND.get(kinds[0], INVALID) if len(kinds) == 1 else INVALID)

    async def on_http(_: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = answer(_BY_STATUS.get(status, BAD_REQUEST if status < 500 else FAULT))
        if status == 405 and isinstance(error, HTTPException):
            response.headers.update(error.headers or {})
        return response

    app.add_exception_handler(SonogateError, on_known)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)


class FaultBarrier:
    """ASGI middleware that ends every fault in a problem document and a log entry.

    The framework's own last resort raises the exception again for the server to log with
    its message, which could quote what was read from a picture: only the exception's type
    and the places it passed through are logged here.
    """

    def __init__(self, app: ASGIApp, logger: structlog.typing.FilteringBoundLogger) -> None:
        """Wrap ``app``."""
        self._app = app
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            # Without the message and the traceback, which could quote what was read.
            self._logger.error("fault", error=type(error).__name__, passed=_passed(error))  # noqa: TRY400
            if not started:
                response = JSONResponse(FAULT.document(), FAULT.status, media_type=MEDIA_TYPE)
                await response(scope, receive, watched_send)


def _passed(error: BaseException) -> list[str]:
    """Return the functions that ``error`` passed through, outermost first."""
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places
