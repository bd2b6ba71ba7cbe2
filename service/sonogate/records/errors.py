"""What can be wrong with a record. No message carries anything of a record."""

from __future__ import annotations

from sonogate.errors import SonogateError


class RecordsError(SonogateError):
    """A record cannot be read or changed."""


class NoSuchRecordError(RecordsError):
    """There is no such record, or it belongs to another organisation."""


class ConflictError(RecordsError):
    """The record's state does not allow it."""


class KeyReusedError(RecordsError):
    """The idempotency key was used for another request."""


class InProgressError(RecordsError):
    """The request with this idempotency key is still being served."""


class DamagedRecordError(RecordsError):
    """A stored picture is missing or altered."""


class KeyringError(RecordsError):
    """The key file is missing, malformed, or lacks a key that is needed."""


class BadCursorError(RecordsError):
    """The text is not where a page ended."""


class UnavailableError(RecordsError):
    """The database or the store of pictures cannot be reached, is full, or is too busy."""
