"""What stops a run over many photos. No message carries a file's name."""

from __future__ import annotations

from sonogate.errors import SonogateError


class BatchError(SonogateError):
    """The run cannot begin or go on; what is finished stays finished."""


class PhotoLostError(SonogateError):
    """One photo cannot be had; the others can.

    Attributes:
        code: ``missing``, ``changed`` or ``not_permitted``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"a photo is {code}")
        self.code = code
