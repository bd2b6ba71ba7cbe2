"""What the records are kept with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from sonogate.records import engine as databases
from sonogate.records.api import EntryHash
from sonogate.records.blobs import Blobs
from sonogate.records.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Storage:
    """A database, a store of encrypted pictures, and the keys to both.

    Attributes:
        engine: The database.
        blobs: The pictures.
        keyring: The keys.
        entry_hash: How an entry of the audit trail is hashed.
        clock: The time, UTC.
    """

    engine: Engine
    blobs: Blobs
    keyring: Keyring
    entry_hash: EntryHash
    clock: Callable[[], datetime]

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent look at the database."""
        return databases.reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction that may change the database."""
        return databases.writing(self.engine)
