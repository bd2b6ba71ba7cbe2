"""A service's own answer about a file, taken only under the authority's signature."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from sonogate.authority.canonical import sha256_hex
from sonogate.authority.certificates import Roots
from sonogate.authority.statements import read_statement
from sonogate.errors import AuthorityError

ANSWER_BYTES = 64 * 1024
SECONDS = 30.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirection would take the client's key to wherever it points."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def ask_service(url: str, key: str, data: bytes, roots: Roots) -> Mapping[str, Any]:
    """Return what a service says of a file.

    Whatever stands between may not change the answer, nor give one that was made for
    another file: it is signed, and names the file's SHA-256.

    Args:
        url: The service, without ``/v1``.
        key: API key or access token.
        data: The file.
        roots: The authority's root certificates.

    Raises:
        AuthorityError: The service did not answer, or not under the authority's signature.
    """
    if not _is_private(url):
        raise AuthorityError("a service is at https://, or at http:// on this machine")
    request = urllib.request.Request(  # noqa: S310
        f"{url.rstrip('/')}/v1/verify",
        data=data,
        headers={
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/octet-stream",
            "Accept": "application/json",
        },
    )
    try:
        with _OPENER.open(request, timeout=SECONDS) as response:
            document = json.loads(response.read(ANSWER_BYTES))
        signature = document["signature"]
    except urllib.error.HTTPError as error:
        error.close()
        raise AuthorityError(f"the service answered {error.code}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AuthorityError(f"the service did not answer ({type(error).__name__})") from None
    content = read_statement(signature, "verification", roots).content
    if not secrets.compare_digest(str(content.get("sha256")), sha256_hex(data)):
        raise AuthorityError("the service's answer is about another file")
    return content


def _is_private(url: str) -> bool:
    """Say whether nobody on the way can read the client's key."""
    parts = urllib.parse.urlsplit(url)
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and loopback)
