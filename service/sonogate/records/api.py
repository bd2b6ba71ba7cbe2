"""The records as the service, the image authority and the exports use them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sonogate.records.values import (
    Attempt,
    AuditEntry,
    ImageFilter,
    Page,
    StoredImage,
    Submission,
)


class EntryHash(Protocol):
    """Computes an entry's hash; the image authority has the one that is used."""

    def __call__(
        self,
        *,
        organisation: str,
        sequence: int,
        at: datetime,
        actor: str,
        action: str,
        subject: str,
        reason: str,
        previous_hash: str,
    ) -> str:
        """Return the hash, 64 hexadecimal digits."""
        ...


class Records(Protocol):
    """The records as the service, the image authority and the exports use them.

    Every call is one transaction and may block: call it off the event loop. What a call
    changed is on disk when it returns, and so is its audit entry.
    """

    def submission(self, organisation: str, submission_id: str) -> Submission:
        """Return a submission.

        Raises:
            NoSuchRecordError: There is none of this id in this organisation.
        """
        ...

    def attempts(self, organisation: str, submission_id: str) -> tuple[Attempt, ...]:
        """Return the attempts of a submission, first to last."""
        ...

    def image(self, organisation: str, image_id: str) -> StoredImage:
        """Return what is known of a stored picture, deleted ones included.

        Raises:
            NoSuchRecordError: There is none of this id in this organisation.
        """
        ...

    def picture(self, image: StoredImage) -> bytes:
        """Return the file of a stored picture, decrypted and checked against its SHA-256.

        Raises:
            NoSuchRecordError: It was deleted.
            DamagedRecordError: It is missing or not what was stored.
        """
        ...

    def images(
        self, organisation: str, wanted: ImageFilter, after: str | None, limit: int
    ) -> Page[StoredImage]:
        """Return a page of pictures, newest first."""
        ...

    def image_by_sha256(self, sha256: str) -> StoredImage | None:
        """Return the picture whose file has this digest, of whatever organisation.

        For verification alone, which tells nothing but what holds of the file.
        """
        ...

    def recall(self, organisation: str, image_id: str, actor: str, reason: str) -> StoredImage:
        """Mark a picture as not to be relied on.

        Raises:
            NoSuchRecordError: There is none.
            ConflictError: It is recalled, superseded or deleted already.
        """
        ...

    def supersede(
        self, organisation: str, image_id: str, by_image_id: str, actor: str, reason: str
    ) -> StoredImage:
        """Mark a picture as replaced by another one of the same organisation."""
        ...

    def audit(
        self, organisation: str, actor: str, action: str, subject: str, reason: str = ""
    ) -> AuditEntry:
        """Append an entry to the organisation's chain."""
        ...

    def audit_entries(
        self, organisation: str, after_sequence: int, limit: int
    ) -> tuple[AuditEntry, ...]:
        """Return entries in order, beginning after ``after_sequence`` (0 for the first)."""
        ...

    def audit_of(self, organisation: str, subject: str) -> tuple[AuditEntry, ...]:
        """Return the entries about one subject, in order."""
        ...

    def audit_head(self, organisation: str) -> AuditEntry | None:
        """Return the last entry of the chain."""
        ...
