"""The records opened as the settings say, made new where there are none."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sonogate.authority.audit import entry_hash
from sonogate.http.access import Scope
from sonogate.http.settings import Settings
from sonogate.records import clients
from sonogate.records.blobs import open_blobs
from sonogate.records.engine import open_engine
from sonogate.records.errors import RecordsError
from sonogate.records.keyring import make_keyring, read_keyring, write_keyring
from sonogate.records.schema import migrate
from sonogate.records.storage import Storage

LOCAL_ORGANISATION = "local"
LOCAL_KEY_FILE = "local.key"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the records are.

    Attributes:
        database_url: The database.
        blob_url: The encrypted pictures.
        key_file: The keys.
    """

    database_url: str = field(repr=False)
    blob_url: str
    key_file: Path


def places(settings: Settings) -> Places | None:
    """Return where the records are, or None when none are kept.

    Raises:
        RecordsError: Some of the places are named, and the others cannot be guessed.
    """
    folder = None if settings.data is None else settings.data.resolve()
    if folder is None:
        named = (settings.database_url, settings.blob_url, settings.key_file)
        if not any(named):
            return None
        if settings.database_url and settings.blob_url and settings.key_file:
            return Places(settings.database_url, settings.blob_url, settings.key_file)
        raise RecordsError("name the database, the pictures and the key file, or a data folder")
    return Places(
        settings.database_url or f"sqlite:///{folder}/records.db",
        settings.blob_url or f"file://{folder}",
        settings.key_file or folder / "keys.json",
    )


def open_storage(where: Places, folder: Path | None) -> Storage:
    """Open the records, and bring their tables up to date.

    Keys are made only where there are neither keys nor records: with records there, a key
    file that is missing is a fault, not a beginning.

    Raises:
        RecordsError: They cannot be opened.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(where.database_url)
    migrate(engine)
    blobs = open_blobs(where.blob_url)
    if not where.key_file.exists() and next(iter(blobs.list()), None) is None:
        write_keyring(where.key_file, make_keyring())
    keyring = read_keyring(where.key_file)
    return Storage(engine, blobs, keyring, entry_hash, lambda: datetime.now(UTC))


def make_local_key(storage: Storage, folder: Path) -> str | None:
    """Make a key with every scope where nobody has one yet, and keep it in the folder.

    Returns:
        The key, when it was made just now.
    """
    if clients.every(storage):
        return None
    made = clients.add(storage, LOCAL_ORGANISATION, "local", frozenset(Scope), None, "system")
    path = folder / LOCAL_KEY_FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made.key + "\n")
    return made.key
