"""Deletion: what was there goes, a tombstone that says so stays.

The wrapped key of a picture goes with its record, so that the encrypted object is noise
from the moment of the commit on, in copies of the object store too; then it is removed.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy import delete as sql_delete

from sonogate.records import chain, idempotency
from sonogate.records.errors import ConflictError, NoSuchRecordError
from sonogate.records.storage import Storage
from sonogate.records.tables import attempts, images, scores, submissions
from sonogate.records.values import ImageState, SubmissionState


def delete(
    storage: Storage, organisation: str, submission_id: str, actor: str, reason: str
) -> None:
    """Delete a submission, its attempts' reports and its pictures.

    Raises:
        NoSuchRecordError: The organisation has no such submission.
        ConflictError: It was deleted before.
    """
    with storage.writing() as connection:
        chain.lock(connection, organisation)
        row = connection.execute(
            select(submissions.c.state).where(
                submissions.c.id == submission_id, submissions.c.organisation == organisation
            )
        ).first()
        if row is None:
            raise NoSuchRecordError("there is no such submission")
        if row.state == SubmissionState.DELETED:
            raise ConflictError("the submission was deleted before")
        blobs = _empty(storage, connection, organisation, submission_id, actor, reason)
    for blob in blobs:
        storage.blobs.delete(blob)


def purge(storage: Storage, keep: timedelta, actor: str) -> int:
    """Delete every submission older than ``keep``; return how many.

    Answers kept for idempotency keys go when they are a day old.
    """
    query = select(submissions.c.organisation, submissions.c.id).where(
        submissions.c.created_at < storage.clock() - keep,
        submissions.c.state != SubmissionState.DELETED,
    )
    with storage.reading() as connection:
        due = connection.execute(query).all()
    for row in due:
        delete(storage, row.organisation, row.id, actor, "retention period over")
    with storage.writing() as connection:
        idempotency.forget(storage, connection)
    return len(due)


def _empty(
    storage: Storage,
    connection: Connection,
    organisation: str,
    submission_id: str,
    actor: str,
    reason: str,
) -> list[str]:
    """Replace what is on record by a tombstone; return the objects to remove."""
    rows = connection.execute(
        select(images.c.id, images.c.blob).where(images.c.submission_id == submission_id)
    ).all()
    for row in rows:
        connection.execute(sql_delete(scores).where(scores.c.image_id == row.id))
        connection.execute(
            update(images)
            .where(images.c.id == row.id)
            .values(
                state=ImageState.DELETED,
                state_reason=reason,
                state_at=storage.clock(),
                report="{}",
                original_hmac="",
                fidelity=None,
                blob=None,
                envelope=None,
            )
        )
        chain.append(storage, connection, organisation, actor, "image.delete", row.id, reason)
    connection.execute(
        update(attempts).where(attempts.c.submission_id == submission_id).values(report="{}")
    )
    connection.execute(
        update(submissions)
        .where(submissions.c.id == submission_id)
        .values(
            state=SubmissionState.DELETED,
            case_reference=None,
            sealed_consent=None,
            sealed_context=None,
        )
    )
    chain.append(
        storage, connection, organisation, actor, "submission.delete", submission_id, reason
    )
    return [row.blob for row in rows if row.blob is not None]
