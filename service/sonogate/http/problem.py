"""One kind of problem (RFC 9457): fixed words, nothing of the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:sonogate:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem.

    Attributes:
        code: Machine-readable kind.
        status: HTTP status.
        title: The kind, in words.
        detail: What to do about it.
        reason: Machine-readable detail, from a fixed list; or None.
        retry: Whether to try again later makes sense.
    """

    code: str
    status: int
    title: str
    detail: str
    reason: str | None = None
    retry: bool = False

    def document(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        members: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return members if self.reason is None else members | {"reason": self.reason}
