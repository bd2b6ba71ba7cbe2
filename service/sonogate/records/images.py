"""Stored pictures in the database and in the store of encrypted objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, insert, select, update

from sonogate.records import chain
from sonogate.records.errors import ConflictError, DamagedRecordError, NoSuchRecordError
from sonogate.records.paging import cursor, newest_first
from sonogate.records.storage import Storage
from sonogate.records.tables import attempts, images, scores, submissions
from sonogate.records.values import (
    Accepted,
    ImageFilter,
    ImageState,
    Page,
    StoredImage,
)
from sonogate.types import Outcome


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A picture that is durable but that no record refers to yet."""

    sha256: str
    blob: str
    envelope: bytes = field(repr=False)


def put(storage: Storage, accepted: Accepted) -> StoredFile:
    """Encrypt and store a picture; it is durable on return."""
    envelope, body = storage.keyring.seal_apart(accepted.file, _purpose(accepted.id))
    digest = hashlib.sha256(accepted.file).hexdigest()
    return StoredFile(digest, storage.blobs.put(body), envelope)


def insert_row(
    connection: Connection,
    organisation: str,
    submission_id: str,
    actor: str,
    accepted: Accepted,
    outcome: Outcome,
    report: Mapping[str, Any],
    stored: StoredFile,
    now: datetime,
) -> None:
    """Put a stored picture on record, within the transaction that it comes about in."""
    quality = report.get("quality") or {}
    fidelity = quality.get("fidelity")
    connection.execute(
        insert(images).values(
            id=accepted.id,
            organisation=organisation,
            submission_id=submission_id,
            sha256=stored.sha256,
            media_type=accepted.media_type,
            size_bytes=len(accepted.file),
            outcome=outcome,
            limits=" ".join(accepted.limits),
            fidelity=None if fidelity is None else fidelity["value"],
            report=json.dumps(dict(report), allow_nan=False),
            policy_version=str(report["versions"]["policy"]),
            original_hmac=accepted.original_hmac,
            state=ImageState.ACTIVE,
            created_at=now,
            created_by=actor,
            blob=stored.blob,
            envelope=stored.envelope,
        )
    )
    rows = [
        {"image_id": accepted.id, "measure": name, "score": measure["score"]}
        for name, measure in quality.get("measures", {}).items()
        if measure["score"] is not None
    ]
    if rows:
        connection.execute(insert(scores), rows)


def get(storage: Storage, organisation: str | None, image_id: str) -> StoredImage:
    """Return a picture's record; None for the organisation where that was checked before."""
    with storage.reading() as connection:
        return image_of(row_of(connection, organisation, image_id))


def by_sha256(storage: Storage, sha256: str) -> StoredImage | None:
    """Return the picture whose file has this digest, of whatever organisation."""
    query = select(images).where(images.c.sha256 == sha256).order_by(images.c.created_at)
    with storage.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else image_of(row)


def read_file(storage: Storage, organisation: str, image_id: str) -> bytes:
    """Return a picture's file.

    Raises:
        NoSuchRecordError: It is unknown or was deleted.
        DamagedRecordError: It is missing or altered.
    """
    with storage.reading() as connection:
        row = row_of(connection, organisation, image_id)
    return file_of(storage, row)


def file_of(storage: Storage, row: Row[Any]) -> bytes:
    """Return the file that a row of the table refers to; raises as ``read_file`` does."""
    if row.blob is None:
        raise NoSuchRecordError("the picture was deleted, or replaced by one with more masked")
    body = storage.blobs.get(row.blob)
    data = storage.keyring.open_apart(row.envelope, body, _purpose(row.id))
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise DamagedRecordError("a stored picture is not what was stored")
    return data


def page(
    storage: Storage, organisation: str, wanted: ImageFilter, after: str | None, limit: int
) -> Page[StoredImage]:
    """Return a page of pictures, newest first."""
    query = newest_first(matching(organisation, wanted), images, after, limit)
    with storage.reading() as connection:
        rows = connection.execute(query).all()
    items = tuple(image_of(row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(items, cursor(items[-1].created_at, items[-1].id) if more else None)


def matching(organisation: str, wanted: ImageFilter) -> Select[Any]:
    """Return the query of the pictures that are wanted."""
    query = select(images).where(images.c.organisation == organisation)
    equal = {
        images.c.outcome: wanted.outcome,
        images.c.state: wanted.state,
        images.c.policy_version: wanted.policy_version,
    }
    for column, value in equal.items():
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(images.c.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(images.c.created_at < wanted.until)
    if wanted.limit is not None:
        query = query.where((" " + images.c.limits + " ").contains(f" {wanted.limit} "))
    if wanted.fidelity is not None:
        query = query.where(images.c.fidelity.between(*wanted.fidelity))
    for measure, (low, high) in wanted.scores.items():
        query = query.where(
            exists().where(
                scores.c.image_id == images.c.id,
                scores.c.measure == measure,
                scores.c.score.between(low, high),
            )
        )
    if wanted.reason is not None:
        query = query.where(
            exists().where(
                attempts.c.submission_id == images.c.submission_id,
                attempts.c.image_id.is_not(None),
                (" " + attempts.c.reasons + " ").contains(f" {wanted.reason} "),
            )
        )
    about = {
        submissions.c.site: wanted.site,
        submissions.c.device_model: wanted.device_model,
        submissions.c.preset: wanted.preset,
        submissions.c.purpose: wanted.purpose,
    }
    if any(value is not None for value in about.values()):
        query = query.join(submissions, submissions.c.id == images.c.submission_id)
        for column, value in about.items():
            if value is not None:
                query = query.where(column == value)
    return query


def change_state(
    storage: Storage,
    organisation: str,
    image_id: str,
    state: ImageState,
    actor: str,
    reason: str,
    superseded_by: str | None = None,
) -> StoredImage:
    """Recall a picture or replace it by another.

    Raises:
        NoSuchRecordError: One of them is not this organisation's.
        ConflictError: The picture is not active, or would replace itself.
    """
    action = "image.recall" if state is ImageState.RECALLED else "image.supersede"
    with storage.writing() as connection:
        chain.lock(connection, organisation)
        row = row_of(connection, organisation, image_id)
        if superseded_by is not None:
            other = row_of(connection, organisation, superseded_by)
            if other.id == row.id or other.state != ImageState.ACTIVE:
                raise ConflictError("the picture cannot be replaced by that one")
        if row.state != ImageState.ACTIVE:
            raise ConflictError("the picture is not active")
        connection.execute(
            update(images)
            .where(images.c.id == image_id)
            .values(
                state=state,
                state_reason=reason,
                state_at=storage.clock(),
                superseded_by=superseded_by,
            )
        )
        chain.append(storage, connection, organisation, actor, action, image_id, reason)
        return image_of(row_of(connection, organisation, image_id))


def row_of(connection: Connection, organisation: str | None, image_id: str) -> Row[Any]:
    """Return a picture's row of the table; raises ``NoSuchRecordError``."""
    query = select(images).where(images.c.id == image_id)
    if organisation is not None:
        query = query.where(images.c.organisation == organisation)
    row = connection.execute(query).first()
    if row is None:
        raise NoSuchRecordError("there is no such picture")
    return row


def _purpose(image_id: str) -> str:
    return f"picture:{image_id}"


def image_of(row: Row[Any]) -> StoredImage:
    """Return the picture of a row of the table."""
    return StoredImage(
        id=row.id,
        organisation=row.organisation,
        submission_id=row.submission_id,
        sha256=row.sha256,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        outcome=row.outcome,
        limits=tuple(row.limits.split()),
        fidelity=row.fidelity,
        report=json.loads(row.report),
        policy_version=row.policy_version,
        original_hmac=row.original_hmac,
        state=ImageState(row.state),
        state_reason=row.state_reason,
        state_at=row.state_at,
        superseded_by=row.superseded_by,
        created_at=row.created_at,
        created_by=row.created_by,
    )
