"""What can go wrong with a request; ``problems`` alone says what is answered.

No message carries anything that the client sent.
"""

from __future__ import annotations

from typing import Literal

from sonogate.clinical import IdentifierKind
from sonogate.errors import SonogateError, UnreadableReason

MalformedReason = Literal[
    "no_boundary",
    "bad_multipart",
    "no_photo_part",
    "many_photo_parts",
    "many_parts",
    "incomplete_body",
    "bad_patient_part",
]

# Kinds of what a submission lacks, as its validation names them.
CONSENT_MISSING = "consent_missing"
CONTEXT_MISSING = "context_missing"


class RequestError(SonogateError):
    """A request that cannot be served."""


class UnsupportedMediaError(RequestError):
    """The body is neither a multipart form nor a photo."""


class MalformedUploadError(RequestError):
    """The body is not the form that it says it is.

    Attributes:
        reason: Machine-readable cause.
    """

    def __init__(self, reason: MalformedReason) -> None:
        super().__init__(reason)
        self.reason: MalformedReason = reason


class TooLargeError(RequestError):
    """The body is larger than a photo may be."""


class SlowUploadError(RequestError):
    """The body did not arrive in time."""


class UnreadablePhotoError(RequestError):
    """The body arrived, but is not a photo that can be assessed.

    Attributes:
        reason: Why not.
        prompt: The sentence that says what to do.
    """

    def __init__(self, reason: UnreadableReason, prompt: str) -> None:
        super().__init__(reason)
        self.reason: UnreadableReason = reason
        self.prompt = prompt


class BusyError(RequestError):
    """As many photos are waiting as may.

    Attributes:
        retry_after_s: Seconds after which there should be a place, those turned away before
            served; None while nobody knows.
    """

    def __init__(self, retry_after_s: int | None = None) -> None:
        super().__init__("every place is held")
        self.retry_after_s = retry_after_s


class NotReadyError(RequestError):
    """The models are not loaded."""


class NoSuchPictureError(RequestError):
    """The link is unknown or has expired."""


class UnauthenticatedError(RequestError):
    """The request carries no credentials, or none that hold."""


class ForbiddenError(RequestError):
    """The client lacks the scope."""


class NoProviderError(RequestError):
    """The identity provider's keys cannot be fetched."""


class ThrottledError(RequestError):
    """The client has sent too much.

    Attributes:
        retry_after_s: Seconds after which the same request is served.
    """

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class NotAcceptableError(RequestError):
    """No answer of a type that the client accepts."""


class SuspectedIdentifierError(RequestError):
    """A free text seems to identify a patient.

    Attributes:
        kind: What by.
    """

    def __init__(self, kind: IdentifierKind) -> None:
        super().__init__(kind)
        self.kind: IdentifierKind = kind


class InvalidRequestError(RequestError):
    """What is asked for contradicts itself."""


class NoSuchDestinationError(RequestError):
    """The service knows no archive of this name."""


class ArchiveError(RequestError):
    """The archive did not take a picture."""


class NotForExportError(RequestError):
    """The picture may not be handed on as it is asked for."""
