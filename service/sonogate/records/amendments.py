"""Pictures replaced by versions of themselves in which more is masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import update

from sonogate.records import chain, idempotency, images
from sonogate.records.errors import ConflictError, RecordsError
from sonogate.records.idempotency import Lease
from sonogate.records.storage import Storage
from sonogate.records.tables import images as table
from sonogate.records.tables import submissions
from sonogate.records.values import Accepted, ImageState, StoredImage


def amend(
    storage: Storage,
    organisation: str,
    actor: str,
    image_id: str,
    accepted: Accepted,
    report: Mapping[str, Any],
    reason: str,
    lease: Lease | None,
    render: Callable[[StoredImage], bytes],
) -> StoredImage:
    """Put the new version of a picture on record, and destroy the pixels of the old one.

    The new version is durable before the database speaks of it. In one transaction it takes
    the old one's place, whose wrapped key goes: what shows through where something was
    missed is noise from the commit on, and only the record of the old version stays.

    Args:
        storage: The records.
        organisation: Whose picture it is.
        actor: Who masks more.
        image_id: The old version.
        accepted: The new version.
        report: Its report.
        reason: Why.
        lease: The idempotency key that the answer is kept for; or None.
        render: Writes the answer that a key stands for.

    Raises:
        NoSuchRecordError: The organisation has no such picture.
        ConflictError: The picture is no longer active.
    """
    stored = images.put(storage, accepted)
    with storage.writing() as connection:
        chain.lock(connection, organisation)
        old = images.row_of(connection, organisation, image_id)
        if old.state != ImageState.ACTIVE:
            raise ConflictError("the picture is not active")
        now = storage.clock()
        images.insert_row(
            connection,
            organisation,
            old.submission_id,
            actor,
            accepted,
            old.outcome,
            report,
            stored,
            now,
        )
        connection.execute(
            update(table)
            .where(table.c.id == image_id)
            .values(
                state=ImageState.SUPERSEDED,
                state_reason=reason,
                state_at=now,
                superseded_by=accepted.id,
                blob=None,
                envelope=None,
            )
        )
        connection.execute(
            update(submissions)
            .where(submissions.c.id == old.submission_id, submissions.c.image_id == image_id)
            .values(image_id=accepted.id)
        )
        chain.append(storage, connection, organisation, actor, "image.mask", image_id, reason)
        chain.append(storage, connection, organisation, actor, "image.accept", accepted.id, reason)
        made = images.image_of(images.row_of(connection, organisation, accepted.id))
        if lease is not None:
            idempotency.finish(storage, connection, lease, 201, render(made))
    # Without its key it is noise; where it cannot be removed now, it is garbage.
    with suppress(RecordsError):
        storage.blobs.delete(old.blob)
    return made
