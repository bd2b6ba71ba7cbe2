"""Requests that may be sent again: the first answer is kept and given once more.

A key is first leased, and completed in the transaction that does what was asked: after a
crash either both are on record or neither. A lease that was never completed runs out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from sonogate.records.errors import ConflictError, InProgressError, KeyReusedError
from sonogate.records.storage import Storage
from sonogate.records.tables import idempotency

LEASE = timedelta(minutes=2)
LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Lease:
    """A key that this request holds until ``until``."""

    organisation: str
    client: str
    key: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer that the first request with the key was given."""

    status: int
    body: bytes = field(repr=False)


def begin(
    storage: Storage, organisation: str, client: str, key: str, request: str
) -> Lease | Replay:
    """Take a key, or return the answer that it stands for.

    Args:
        storage: The records.
        organisation: Of the client.
        client: Keys of one client are no other's.
        key: What the client sent.
        request: Digest of the request.

    Raises:
        KeyReusedError: The key stands for another request.
        InProgressError: The first request with it is still being served.
    """
    now = storage.clock()
    lease = Lease(organisation, client, key, now + LEASE)
    try:
        with storage.writing() as connection:
            replay = _standing(storage, connection, lease, request, now)
            if replay is not None:
                return replay
            connection.execute(
                insert(idempotency).values(
                    organisation=organisation,
                    client=client,
                    key=key,
                    request=request,
                    created_at=now,
                    lease_until=lease.until,
                )
            )
    except IntegrityError as error:
        raise InProgressError("the key was taken at the same moment") from error
    return lease


def finish(
    storage: Storage, connection: Connection, lease: Lease, status: int, body: bytes
) -> None:
    """Keep the answer, in the transaction of what it answers.

    Raises:
        ConflictError: The lease ran out and another request holds the key.
    """
    changed = connection.execute(
        update(idempotency)
        .where(*_same(lease), *_ours(lease))
        .values(status=status, sealed_body=storage.keyring.seal(body, _purpose(lease)))
    )
    if changed.rowcount != 1:
        raise ConflictError("the idempotency key's lease ran out")


def give_up(storage: Storage, lease: Lease) -> None:
    """Let the key be used again, because the request was not served."""
    with storage.writing() as connection:
        connection.execute(delete(idempotency).where(*_same(lease), *_ours(lease)))


def forget(storage: Storage, connection: Connection) -> int:
    """Remove keys whose time is over; return how many."""
    too_old = idempotency.c.created_at < storage.clock() - LIFE
    return connection.execute(delete(idempotency).where(too_old)).rowcount


def _standing(
    storage: Storage, connection: Connection, lease: Lease, request: str, now: datetime
) -> Replay | None:
    """Return the answer kept for the key, or None when the key is free to be taken.

    A key that ran out is removed only if it is the very row that was looked at, and locked:
    one that another request took in the meantime must stay, and keep this one out.
    """
    row = connection.execute(select(idempotency).where(*_same(lease)).with_for_update()).first()
    if row is None:
        return None
    if now - row.created_at <= LIFE:
        if row.request != request:
            raise KeyReusedError("the idempotency key stands for another request")
        if row.status is not None:
            return Replay(row.status, storage.keyring.open(row.sealed_body, _purpose(lease)))
        if row.lease_until > now:
            raise InProgressError("the first request is still being served")
    connection.execute(delete(idempotency).where(*_same(lease)))
    return None


def _same(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    columns = idempotency.c
    return (
        columns.organisation == lease.organisation,
        columns.client == lease.client,
        columns.key == lease.key,
    )


def _ours(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        idempotency.c.lease_until == lease.until,
        idempotency.c.status.is_(None),
    )


def _purpose(lease: Lease) -> str:
    return f"answer:{lease.organisation}:{lease.client}:{lease.key}"
