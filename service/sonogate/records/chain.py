"""The audit trail: one chain an organisation, appended to in the transaction it is about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sonogate.records.storage import Storage
from sonogate.records.tables import audit, chain_heads
from sonogate.records.values import FIRST_PREVIOUS_HASH, AuditEntry


def append(
    storage: Storage,
    connection: Connection,
    organisation: str,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
) -> AuditEntry:
    """Append an entry; others that write for the organisation wait until the commit."""
    sequence, previous = lock(connection, organisation)
    at = storage.clock()
    digest = storage.entry_hash(
        organisation=organisation,
        sequence=sequence + 1,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        reason=reason,
        previous_hash=previous,
    )
    entry = AuditEntry(
        organisation, sequence + 1, at, actor, action, subject, reason, previous, digest
    )
    connection.execute(
        insert(audit).values(
            organisation=organisation,
            sequence=entry.sequence,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            reason=reason,
            previous_hash=previous,
            hash=digest,
        )
    )
    connection.execute(
        update(chain_heads)
        .where(chain_heads.c.organisation == organisation)
        .values(sequence=entry.sequence, hash=digest)
    )
    return entry


def lock(connection: Connection, organisation: str) -> tuple[int, str]:
    """Let no other transaction write for the organisation; return the chain's head.

    Taken first by everything that writes, so that there are no deadlocks.
    """
    start = {"organisation": organisation, "sequence": 0, "hash": FIRST_PREVIOUS_HASH}
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(chain_heads).values(**start).on_conflict_do_nothing())
    head = connection.execute(
        select(chain_heads.c.sequence, chain_heads.c.hash)
        .where(chain_heads.c.organisation == organisation)
        .with_for_update()
    ).one()
    return head.sequence, head.hash


def entries(storage: Storage, organisation: str, after: int, limit: int) -> tuple[AuditEntry, ...]:
    """Return entries in order, after a sequence number."""
    query = (
        select(audit)
        .where(audit.c.organisation == organisation, audit.c.sequence > after)
        .order_by(audit.c.sequence)
        .limit(limit)
    )
    return _all(storage, query)


def about(storage: Storage, organisation: str, subject: str) -> tuple[AuditEntry, ...]:
    """Return the entries about one subject, in order."""
    query = (
        select(audit)
        .where(audit.c.organisation == organisation, audit.c.subject == subject)
        .order_by(audit.c.sequence)
    )
    return _all(storage, query)


def head(storage: Storage, organisation: str) -> AuditEntry | None:
    """Return the last entry."""
    query = (
        select(audit)
        .where(audit.c.organisation == organisation)
        .order_by(audit.c.sequence.desc())
        .limit(1)
    )
    return next(iter(_all(storage, query)), None)


def _all(storage: Storage, query: Select[Any]) -> tuple[AuditEntry, ...]:
    with storage.reading() as connection:
        return tuple(_entry(row) for row in connection.execute(query))


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        row.organisation,
        row.sequence,
        row.at,
        row.actor,
        row.action,
        row.subject,
        row.reason,
        row.previous_hash,
        row.hash,
    )
