"""What a client is told when a request on the records is refused."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from sonogate.clinical import IdentifierKind
from sonogate.errors import SonogateError
from sonogate.http import errors
from sonogate.http.problem import Problem
from sonogate.records import errors as records

UNAUTHENTICATED = Problem(
    "unauthenticated",
    HTTPStatus.UNAUTHORIZED,
    "Who is asking is not known",
    "Send an API key or an access token as Authorization: Bearer.",
)
FORBIDDEN = Problem(
    "insufficient_scope",
    HTTPStatus.FORBIDDEN,
    "The client may not do this",
    "Ask an administrator for the scope that the operation names.",
)
# The same for what another organisation has and for what nobody has.
NO_SUCH_RECORD = Problem(
    "no_such_record",
    HTTPStatus.NOT_FOUND,
    "There is no such record",
    "The id is unknown, or the record's picture was deleted.",
)
CONFLICT = Problem(
    "conflict",
    HTTPStatus.CONFLICT,
    "The record's state does not allow this",
    "Fetch the record to see where it stands.",
)
IN_PROGRESS = Problem(
    "in_progress",
    HTTPStatus.CONFLICT,
    "The first request with this idempotency key is still being served",
    "Send the request again after the time in Retry-After.",
    retry=True,
)
KEY_REUSED = Problem(
    "key_reused",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The idempotency key stands for another request",
    "Take a new key for each new request.",
)
RATE_LIMITED = Problem(
    "rate_limited",
    HTTPStatus.TOO_MANY_REQUESTS,
    "The client has sent too many requests",
    "Send the request again after the time in Retry-After.",
    retry=True,
)
CONSENT_NEEDED = Problem(
    "consent_needed",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The purpose needs consent that covers it",
    "Put the patient's consent on record, with this purpose in its scope.",
)
CONTEXT_NEEDED = Problem(
    "context_needed",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "A consultation needs its clinical context",
    "Send a context with a question and a body part.",
)
IDENTIFIER_SUSPECTED = Problem(
    "identifier_suspected",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "A text seems to identify the patient",
    "Leave names, numbers, dates and addresses out of the texts.",
)
NOT_ACCEPTABLE = Problem(
    "not_acceptable",
    HTTPStatus.NOT_ACCEPTABLE,
    "There is no answer of a type that is accepted",
    "Accept application/json or application/vnd.sonogate.v1+json.",
)
TOO_LARGE_BODY = Problem(
    "body_too_large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The request's body is too large",
    "Send no more than the description of a submission needs.",
)
NO_PROVIDER = Problem(
    "identity_provider_unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Access tokens cannot be checked at the moment",
    "Send the request again after the time in Retry-After.",
    retry=True,
)
NO_SUCH_DESTINATION = Problem(
    "no_such_destination",
    HTTPStatus.NOT_FOUND,
    "The service knows no archive of this name",
    "Ask whoever runs the service for the names of archives.",
)
ARCHIVE = Problem(
    "archive_failed",
    HTTPStatus.BAD_GATEWAY,
    "The archive did not take the picture",
    "Send the request again later; nothing is stored twice.",
    retry=True,
)
NOT_FOR_EXPORT = Problem(
    "not_for_export",
    HTTPStatus.CONFLICT,
    "The picture may not be handed on like this",
    "It is recalled, replaced or unsigned, or its purpose allows no copy that names a patient.",
)
UNAVAILABLE = Problem(
    "records_unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The records cannot be reached at the moment",
    "Send the request again after the time in Retry-After.",
    retry=True,
)

_BY_ERROR: dict[type[SonogateError], Problem] = {
    errors.UnauthenticatedError: UNAUTHENTICATED,
    errors.ForbiddenError: FORBIDDEN,
    errors.ThrottledError: RATE_LIMITED,
    errors.NotAcceptableError: NOT_ACCEPTABLE,
    errors.NoProviderError: NO_PROVIDER,
    errors.NoSuchDestinationError: NO_SUCH_DESTINATION,
    errors.ArchiveError: ARCHIVE,
    errors.NotForExportError: NOT_FOR_EXPORT,
    records.NoSuchRecordError: NO_SUCH_RECORD,
    records.ConflictError: CONFLICT,
    records.InProgressError: IN_PROGRESS,
    records.KeyReusedError: KEY_REUSED,
    records.UnavailableError: UNAVAILABLE,
}


def refusal(kind: IdentifierKind) -> Problem:
    """Return the problem for a text that seems to identify a patient by ``kind``."""
    return replace(IDENTIFIER_SUSPECTED, reason=kind)


def refusal_of(error: SonogateError) -> Problem | None:
    """Return what a client is told of ``error``; None where it is no refusal."""
    if isinstance(error, errors.SuspectedIdentifierError):
        return refusal(error.kind)
    return _BY_ERROR.get(type(error))
