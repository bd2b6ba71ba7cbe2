"""API keys of machines: only their digests are kept.

A key is ``sgk_``, an id and 256 random bits; a plain digest of so much randomness needs no
salt and no slow hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from sonogate.records import chain
from sonogate.records.errors import NoSuchRecordError
from sonogate.records.storage import Storage
from sonogate.records.tables import clients

PREFIX = "sgk_"


@dataclass(frozen=True, slots=True)
class Client:
    """A machine that may use the service.

    Attributes:
        id: The public part of its key.
        organisation: Whose records it works with.
        name: What it is called in listings.
        scopes: What it may do.
        created_at: When its key was made.
        expires_at: From when on the key is refused; or None.
        revoked_at: When the key was revoked; or None.
    """

    id: str
    organisation: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; it cannot be read again."""

    client: Client
    key: str = field(repr=False)


def add(
    storage: Storage,
    organisation: str,
    name: str,
    scopes: frozenset[str],
    expires_at: datetime | None,
    actor: str,
) -> NewKey:
    """Make a key."""
    client_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    key = f"{PREFIX}{client_id}_{secret}"
    now = storage.clock()
    with storage.writing() as connection:
        chain.append(storage, connection, organisation, actor, "client.add", client_id)
        connection.execute(
            insert(clients).values(
                id=client_id,
                organisation=organisation,
                name=name,
                scopes=" ".join(sorted(scopes)),
                key_sha256=_digest(key),
                created_at=now,
                expires_at=expires_at,
            )
        )
    client = Client(client_id, organisation, name, scopes, now, expires_at, None)
    return NewKey(client, key)


def of_key(storage: Storage, key: str) -> Client | None:
    """Return the client whose key this is, unless it is revoked or has expired."""
    client_id = key.removeprefix(PREFIX).partition("_")[0]
    with storage.reading() as connection:
        row = connection.execute(select(clients).where(clients.c.id == client_id)).first()
    known = _digest("") if row is None else row.key_sha256
    if not hmac.compare_digest(known, _digest(key)) or row is None:
        return None
    return _client(row) if _is_current(storage, row) else None


def stands(storage: Storage, organisation: str, client_id: str, scopes: frozenset[str]) -> bool:
    """Return whether a client's key is still good, for all of these scopes."""
    with storage.reading() as connection:
        row = connection.execute(
            select(clients).where(clients.c.id == client_id, clients.c.organisation == organisation)
        ).first()
    return row is not None and _is_current(storage, row) and scopes <= _client(row).scopes


def revoke(storage: Storage, organisation: str, client_id: str, actor: str, reason: str) -> None:
    """Refuse a key from now on.

    Raises:
        NoSuchRecordError: The organisation has no such client.
    """
    with storage.writing() as connection:
        chain.append(storage, connection, organisation, actor, "client.revoke", client_id, reason)
        changed = connection.execute(
            update(clients)
            .where(clients.c.id == client_id, clients.c.organisation == organisation)
            .values(revoked_at=storage.clock())
        )
        if changed.rowcount != 1:
            raise NoSuchRecordError("there is no such client")


def every(storage: Storage) -> tuple[Client, ...]:
    """Return every client, oldest first."""
    with storage.reading() as connection:
        rows = connection.execute(select(clients).order_by(clients.c.created_at))
        return tuple(_client(row) for row in rows)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8")).hexdigest()


def _is_current(storage: Storage, row: Row[Any]) -> bool:
    expired = row.expires_at is not None and row.expires_at <= storage.clock()
    return row.revoked_at is None and not expired


def _client(row: Row[Any]) -> Client:
    return Client(
        row.id,
        row.organisation,
        row.name,
        frozenset(row.scopes.split()),
        row.created_at,
        row.expires_at,
        row.revoked_at,
    )
