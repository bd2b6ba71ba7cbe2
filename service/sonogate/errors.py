"""What can go wrong, as a tree.

SonogateError
├── PhotoError                the file is at fault (HTTP 4xx); ``reason`` says why
├── PolicyError               the policy file is wrong
├── ModelError                a model is missing, altered, or failed to run
├── AuthorityError            keys, certificates or a signed statement cannot be used
└── ExportError               a picture could not be handed on

Poor quality is a value, not an error. No message carries text read from a picture, a
file's name, or anything of its metadata.
"""

from __future__ import annotations

from typing import Literal

UnreadableReason = Literal[
    "empty",
    "too_many_bytes",
    "too_many_pixels",
    "too_small",
    "not_a_photo",
    "raw_photo",
    "unsupported_format",
    "animated",
    "truncated",
    "corrupt",
    "decoder_limit",
    "decoder_unavailable",
]


class SonogateError(Exception):
    """Base of every error that sonogate raises on purpose."""


class PhotoError(SonogateError):
    """The file cannot be taken as a photo.

    Attributes:
        reason: Machine-readable cause.
    """

    def __init__(self, reason: UnreadableReason, message: str) -> None:
        super().__init__(message)
        self.reason: UnreadableReason = reason


class PolicyError(SonogateError):
    """The policy file has an unknown, missing or impossible entry."""


class ModelError(SonogateError):
    """A model is missing, is not the one the manifest names, or failed to run."""


class AuthorityError(SonogateError):
    """Keys, certificates or a signed statement are missing, malformed or not to be trusted."""


class ExportError(SonogateError):
    """A picture could not be handed on; no message carries what is known of a patient."""
