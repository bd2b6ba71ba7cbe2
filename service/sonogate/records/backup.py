"""Backup and restore, the same for every database and every object store.

A backup is a folder: each table as JSON lines, each picture as the encrypted object that it
is, and a manifest with the SHA-256 of all of them. The keys are not in it: they belong in
another place than what they open.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Table, insert, select

from sonogate.records import schema
from sonogate.records.errors import DamagedRecordError, RecordsError
from sonogate.records.storage import Storage
from sonogate.records.tables import Moment, from_number, images, metadata, to_number

FORMAT = "sonogate.backup/1"
_MANIFEST = "manifest.json"
_BATCH = 500


def backup(storage: Storage, folder: Path) -> int:
    """Write a backup into a new folder; return how many pictures are in it.

    The tables are of one moment; a picture that is deleted while it is being copied is left
    out, as it would be a moment later.

    Raises:
        RecordsError: The folder exists already.
        DamagedRecordError: A picture is missing or altered.
    """
    try:
        folder.mkdir(parents=True, mode=0o700)
        (folder / "pictures").mkdir()
    except FileExistsError:
        raise RecordsError("the backup's folder exists already") from None
    digests: dict[str, str] = {}
    with storage.reading() as connection:
        for table in metadata.sorted_tables:
            lines = [_line(table, row) for row in connection.execute(select(table))]
            _write(folder / f"{table.name}.jsonl", "".join(lines).encode("utf-8"), digests)
        names = list(
            connection.scalars(select(images.c.blob).where(images.c.blob.is_not(None)).distinct())
        )
    copied = 0
    for name in names:
        try:
            data = storage.blobs.get(name)
        except DamagedRecordError:
            if _still_named(storage, name):
                raise
            continue
        _write(folder / "pictures" / name, data, digests)
        copied += 1
    document = {"format": FORMAT, "revision": schema.revision(storage.engine), "sha256": digests}
    _write(folder / _MANIFEST, json.dumps(document, indent=1).encode("utf-8"), {})
    return copied


def restore(storage: Storage, folder: Path) -> int:
    """Put a backup into an empty database; return how many pictures came back.

    The pictures are durable before the tables speak of them.

    Raises:
        RecordsError: The database is not empty, or the backup is of another version.
        DamagedRecordError: The backup is not what was written.
    """
    document = json.loads((folder / _MANIFEST).read_text("utf-8"))
    if document.get("format") != FORMAT or document["revision"] != schema.newest():
        raise RecordsError("the backup is of another version")
    files = {name: _read(folder, name, digest) for name, digest in document["sha256"].items()}
    pictures = [name for name in files if name.startswith("pictures/")]
    for name in pictures:
        storage.blobs.put(files[name])
    with storage.writing() as connection:
        for table in metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                raise RecordsError("the database is not empty")
            _fill(connection, table, files[f"{table.name}.jsonl"])
    return len(pictures)


def _line(table: Table, row: Row[Any]) -> str:
    values: dict[str, Any] = {}
    for column, value in zip(table.columns, row, strict=True):
        if value is not None and isinstance(column.type, Moment):
            values[column.name] = to_number(value)
        elif value is not None and isinstance(column.type, LargeBinary):
            values[column.name] = base64.b64encode(value).decode("ascii")
        else:
            values[column.name] = value
    return json.dumps(values, sort_keys=True) + "\n"


def _fill(connection: Connection, table: Table, lines: bytes) -> None:
    rows = [_row(table, json.loads(line)) for line in lines.splitlines()]
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(table), rows[start : start + _BATCH])


def _row(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    for column in table.columns:
        value = values[column.name]
        if value is not None and isinstance(column.type, Moment):
            values[column.name] = from_number(value)
        elif value is not None and isinstance(column.type, LargeBinary):
            values[column.name] = base64.b64decode(value)
    return values


def _still_named(storage: Storage, name: str) -> bool:
    with storage.reading() as connection:
        query = select(images.c.id).where(images.c.blob == name)
        return connection.execute(query).first() is not None


def _write(path: Path, data: bytes, digests: dict[str, str]) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    name = f"pictures/{path.name}" if path.parent.name == "pictures" else path.name
    digests[name] = hashlib.sha256(data).hexdigest()


def _read(folder: Path, name: str, digest: str) -> bytes:
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise DamagedRecordError("a file of the backup is missing") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise DamagedRecordError("a file of the backup is not what was written")
    return data
