"""Masked pictures behind links: in memory, few, and not for long."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from sonogate.http.errors import NoSuchPictureError
from sonogate.report import encode_png
from sonogate.types import MaskedScreen

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Entry:
    png: bytes = field(repr=False)
    expires_s: float


class PictureStore:
    """Holds PNG files of masked screens by random token; the oldest make room."""

    def __init__(
        self, seconds: float, max_count: int, max_bytes: int, clock: Callable[[], float]
    ) -> None:
        """Make an empty store.

        Args:
            seconds: Life of an entry.
            max_count: Most entries.
            max_bytes: Most bytes in all entries together.
            clock: Seconds, never going back.
        """
        self._seconds = seconds
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    def put(self, masked: MaskedScreen) -> str:
        """Encode and hold a masked screen; return its token, 256 random bits."""
        png = encode_png(masked)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._drop_expired()
            self._entries[token] = _Entry(png, self._clock() + self._seconds)
            self._bytes += len(png)
            while len(self._entries) > self._max_count or (
                self._bytes > self._max_bytes and len(self._entries) > 1
            ):
                self._drop(next(iter(self._entries)))
        return token

    def get(self, token: str) -> bytes:
        """Return the PNG file of ``token``.

        Raises:
            NoSuchPictureError: It is unknown or has expired.
        """
        with self._lock:
            self._drop_expired()
            entry = self._entries.get(token)
        if entry is None:
            raise NoSuchPictureError
        return entry.png

    def _drop_expired(self) -> None:
        now = self._clock()
        while self._entries and next(iter(self._entries.values())).expires_s <= now:
            self._drop(next(iter(self._entries)))

    def _drop(self, token: str) -> None:
        self._bytes -= len(self._entries.pop(token).png)
