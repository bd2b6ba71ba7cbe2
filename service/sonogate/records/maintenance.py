"""What keeps the records in order: checking, reclaiming, changing keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, delete, select, update

from sonogate.records import images as stored
from sonogate.records.errors import DamagedRecordError, KeyringError
from sonogate.records.keyring import Keyring, write_keyring
from sonogate.records.storage import Storage
from sonogate.records.tables import audit, chain_heads, idempotency, images, metadata
from sonogate.records.values import FIRST_PREVIOUS_HASH, ImageState

# An object that no record names may belong to a transaction that is not committed yet.
GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes:
        pictures: Pictures on record.
        damaged: Ids of pictures that are missing or altered.
        garbage: Objects that no record refers to and that are old enough to go.
        reclaimed: How many of them were removed.
        chains: Audit chains.
        broken: Organisations whose chain does not hold.
    """

    pictures: int
    damaged: tuple[str, ...]
    garbage: int
    reclaimed: int
    chains: int
    broken: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged; garbage is no damage."""
        return not self.damaged and not self.broken


def check(storage: Storage, *, reclaim: bool = False, grace: timedelta = GRACE) -> CheckReport:
    """Read every picture and every chain; remove what nothing refers to, if asked to.

    Args:
        storage: The records.
        reclaim: Whether to remove garbage.
        grace: Age from which on an object without a record is garbage.
    """
    with storage.reading() as connection:
        # Of a deleted picture, and of one that has a version with more masked, nothing is left.
        emptied = images.c.superseded_by.is_not(None) & images.c.blob.is_(None)
        rows = connection.execute(
            select(images).where(images.c.state != ImageState.DELETED, ~emptied)
        ).all()
    damaged = []
    for row in rows:
        try:
            stored.file_of(storage, row)
        except (DamagedRecordError, KeyringError):
            damaged.append(row.id)
    garbage = _garbage(storage, grace)
    if reclaim:
        for name in garbage:
            storage.blobs.delete(name)
        storage.blobs.sweep(grace, storage.clock())
        _forget_leases(storage)
    chains, broken = _check_chains(storage)
    return CheckReport(
        len(rows), tuple(damaged), len(garbage), len(garbage) if reclaim else 0, chains, broken
    )


def rotate(storage: Storage, key_file: Path, *, drop_old: bool) -> tuple[Keyring, int]:
    """Wrap every data key anew with a new key.

    The new ring is on the disk before anything is wrapped with it, and the old keys leave
    it only when nothing needs them any more; a run that is interrupted is simply repeated.

    Args:
        storage: The records, with the ring as it is.
        key_file: Where the ring is written.
        drop_old: Whether the old keys are removed; backups made before need them.

    Returns:
        The new ring, and how many data keys were wrapped anew.
    """
    ring = storage.keyring.rotated()
    write_keyring(key_file, ring)
    count = 0
    for table, column in _sealed_columns():
        keys = list(table.primary_key)
        with storage.writing() as connection:
            query = select(*keys, column).where(column.is_not(None)).with_for_update()
            for row in connection.execute(query).all():
                if ring.key_of(row[-1]) != ring.active:
                    same = [key == value for key, value in zip(keys, row[:-1], strict=True)]
                    new = {column.name: ring.rewrap(row[-1])}
                    connection.execute(update(table).where(*same).values(new))
                    count += 1
    if drop_old:
        ring = ring.retired()
        write_keyring(key_file, ring)
    return ring, count


def _sealed_columns() -> list[tuple[Table, Column[Any]]]:
    return [
        (table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    ]


def _garbage(storage: Storage, grace: timedelta) -> list[str]:
    # Listed before the records are looked at: what is added meanwhile is not in the list.
    found = list(storage.blobs.list())
    with storage.reading() as connection:
        named = set(connection.scalars(select(images.c.blob).where(images.c.blob.is_not(None))))
    now = storage.clock()
    return [
        blob.name for blob in found if blob.name not in named and now - blob.modified_at >= grace
    ]


def _forget_leases(storage: Storage) -> None:
    """Remove keys of requests that a crash kept from being answered."""
    with storage.writing() as connection:
        connection.execute(
            delete(idempotency).where(
                idempotency.c.status.is_(None), idempotency.c.lease_until < storage.clock()
            )
        )


def _check_chains(storage: Storage) -> tuple[int, tuple[str, ...]]:
    with storage.reading() as connection:
        heads = connection.execute(select(chain_heads)).all()
        names = {head.organisation for head in heads}
        stray = set(connection.scalars(select(audit.c.organisation).distinct())) - names
        broken = [
            head.organisation
            for head in heads
            if not _holds(storage, connection, head.organisation, head.sequence, head.hash)
        ]
    return len(heads), tuple(sorted({*broken, *stray}))


def _holds(
    storage: Storage, connection: Connection, organisation: str, last: int, head: str
) -> bool:
    previous, sequence = FIRST_PREVIOUS_HASH, 0
    query = select(audit).where(audit.c.organisation == organisation).order_by(audit.c.sequence)
    for row in connection.execute(query):
        sequence += 1
        digest = storage.entry_hash(
            organisation=organisation,
            sequence=row.sequence,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            reason=row.reason,
            previous_hash=row.previous_hash,
        )
        if (row.sequence, row.previous_hash, row.hash) != (sequence, previous, digest):
            return False
        previous = digest
    return (sequence, previous) == (last, head)
