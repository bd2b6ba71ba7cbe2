"""Short-lived links to one picture each, for whoever may not or cannot send a token.

A link is the picture's id and its expiry under a keyed digest (HMAC-SHA-256): nothing to
store, nothing to guess. It dies early with the picture.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from sonogate.http.errors import NoSuchPictureError

_ID_BYTES = 16
_TIME_BYTES = 8
_PREFIX = "img_"
_BODY_BYTES = _ID_BYTES + _TIME_BYTES


class Links:
    """Makes and checks links."""

    def __init__(self, key: bytes, seconds: int, clock: Callable[[], float]) -> None:
        """Sign with ``key``; links live ``seconds`` by ``clock`` (seconds since 1970)."""
        self._key = key
        self._clock = clock
        self.seconds = seconds

    def make(self, image_id: str) -> str:
        """Return the token of a link to a picture."""
        expires = int(self._clock()) + self.seconds
        body = bytes.fromhex(image_id.removeprefix(_PREFIX)) + expires.to_bytes(_TIME_BYTES, "big")
        return _text(body + self._mac(body))

    def read(self, token: str) -> str:
        """Return the id of the picture that a token stands for.

        Raises:
            NoSuchPictureError: It is not one of ours, or has expired.
        """
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise NoSuchPictureError from error
        if _text(raw) != token:
            # The last letter has bits to spare: one picture, one spelling.
            raise NoSuchPictureError
        body, mac = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise NoSuchPictureError
        if int.from_bytes(body[_ID_BYTES:], "big") <= self._clock():
            raise NoSuchPictureError
        return _PREFIX + body[:_ID_BYTES].hex()

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, b"picture link\0" + body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
