"""The records on SQLAlchemy and obstore, behind the interface of ``api``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from sonogate.clinical import CaseReference
from sonogate.records import amendments, chain, deletion, idempotency, images, submissions
from sonogate.records.errors import UnavailableError
from sonogate.records.idempotency import Lease, Replay
from sonogate.records.storage import Storage
from sonogate.records.values import (
    Accepted,
    Attempt,
    AttemptFacts,
    AuditEntry,
    ImageFilter,
    ImageState,
    NewSubmission,
    Origin,
    Page,
    StoredImage,
    Submission,
    SubmissionState,
)


class SqlRecords:
    """Implements ``Records``, and what the service needs beyond it."""

    def __init__(self, storage: Storage) -> None:
        """Work with ``storage``, whose tables are there already."""
        self.storage = storage

    def ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self.storage.reading() as connection:
                connection.exec_driver_sql("SELECT 1")
        except (SQLAlchemyError, UnavailableError):
            return False
        return True

    def create(
        self,
        organisation: str,
        actor: str,
        new: NewSubmission,
        lease: Lease | None,
        render: Callable[[Submission], bytes],
    ) -> Submission:
        """Put a submission on record; ``render`` writes the answer that a key stands for."""
        return submissions.create(self.storage, organisation, actor, new, lease, render)

    def add_attempt(
        self,
        organisation: str,
        actor: str,
        submission_id: str,
        facts: AttemptFacts,
        accepted: Accepted | None,
        state: SubmissionState,
        lease: Lease | None,
        render: Callable[[Submission, Attempt], bytes],
    ) -> tuple[Submission, Attempt]:
        """Put an attempt on record; see ``submissions.add_attempt``."""
        return submissions.add_attempt(
            self.storage,
            organisation,
            actor,
            submission_id,
            facts,
            accepted,
            state,
            lease,
            render,
        )

    def submission(self, organisation: str, submission_id: str) -> Submission:
        """Return a submission."""
        return submissions.get(self.storage, organisation, submission_id)

    def submissions(
        self, organisation: str, case: CaseReference | None, after: str | None, limit: int
    ) -> Page[Submission]:
        """Return a page of submissions, newest first."""
        return submissions.page(self.storage, organisation, case, after, limit)

    def attempts(self, organisation: str, submission_id: str) -> tuple[Attempt, ...]:
        """Return the attempts of a submission."""
        return submissions.attempts_of(self.storage, organisation, submission_id)

    def delete_submission(
        self, organisation: str, submission_id: str, actor: str, reason: str
    ) -> Submission:
        """Delete a submission and its pictures; a tombstone stays."""
        deletion.delete(self.storage, organisation, submission_id, actor, reason)
        return self.submission(organisation, submission_id)

    def image(self, organisation: str, image_id: str) -> StoredImage:
        """Return a picture's record."""
        return images.get(self.storage, organisation, image_id)

    def linked_image(self, image_id: str) -> StoredImage:
        """Return a picture of whatever organisation, for who holds a link to it."""
        return images.get(self.storage, None, image_id)

    def picture(self, image: StoredImage) -> bytes:
        """Return a picture's file."""
        return images.read_file(self.storage, image.organisation, image.id)

    def images(
        self, organisation: str, wanted: ImageFilter, after: str | None, limit: int
    ) -> Page[StoredImage]:
        """Return a page of pictures, newest first."""
        return images.page(self.storage, organisation, wanted, after, limit)

    def image_by_sha256(self, sha256: str) -> StoredImage | None:
        """Return the picture with this digest, of whatever organisation."""
        return images.by_sha256(self.storage, sha256)

    def recall(self, organisation: str, image_id: str, actor: str, reason: str) -> StoredImage:
        """Mark a picture as not to be relied on."""
        return images.change_state(
            self.storage, organisation, image_id, ImageState.RECALLED, actor, reason
        )

    def supersede(
        self, organisation: str, image_id: str, by_image_id: str, actor: str, reason: str
    ) -> StoredImage:
        """Mark a picture as replaced."""
        return images.change_state(
            self.storage,
            organisation,
            image_id,
            ImageState.SUPERSEDED,
            actor,
            reason,
            by_image_id,
        )

    def amend(
        self,
        organisation: str,
        actor: str,
        image_id: str,
        accepted: Accepted,
        report: Mapping[str, Any],
        reason: str,
        lease: Lease | None,
        render: Callable[[StoredImage], bytes],
    ) -> StoredImage:
        """Replace a picture by a version with more masked; see ``amendments.amend``."""
        return amendments.amend(
            self.storage, organisation, actor, image_id, accepted, report, reason, lease, render
        )

    def origins(self, organisation: str, submission_ids: Collection[str]) -> dict[str, Origin]:
        """Return where pictures came from, by the ids of their submissions."""
        return submissions.origins(self.storage, organisation, submission_ids)

    def audit(
        self, organisation: str, actor: str, action: str, subject: str, reason: str = ""
    ) -> AuditEntry:
        """Append an entry to the organisation's chain."""
        with self.storage.writing() as connection:
            return chain.append(
                self.storage, connection, organisation, actor, action, subject, reason
            )

    def audit_entries(
        self, organisation: str, after_sequence: int, limit: int
    ) -> tuple[AuditEntry, ...]:
        """Return entries in order."""
        return chain.entries(self.storage, organisation, after_sequence, limit)

    def audit_of(self, organisation: str, subject: str) -> tuple[AuditEntry, ...]:
        """Return the entries about one subject."""
        return chain.about(self.storage, organisation, subject)

    def audit_head(self, organisation: str) -> AuditEntry | None:
        """Return the last entry of the chain."""
        return chain.head(self.storage, organisation)

    def begin(self, organisation: str, client: str, key: str, request: str) -> Lease | Replay:
        """Take an idempotency key, or return the answer that it stands for."""
        return idempotency.begin(self.storage, organisation, client, key, request)

    def give_up(self, lease: Lease) -> None:
        """Let an idempotency key be used again."""
        idempotency.give_up(self.storage, lease)

    def digest(self, data: bytes, domain: str) -> str:
        """Return a keyed digest."""
        return self.storage.keyring.digest(data, domain)
