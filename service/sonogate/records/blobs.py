"""Encrypted pictures as objects, on the local disk or in S3, named by what they hold.

What comes here is encrypted already. An object's name is the SHA-256 of its bytes, so that
it can be checked without a key and never changes.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from sonogate.records.errors import DamagedRecordError, RecordsError, UnavailableError

if TYPE_CHECKING:
    from obstore.store import RetryConfig

PREFIX = "pictures"
# A client waits meanwhile: better told to come again than kept.
_RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
_NAME = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BlobFacts:
    """An object that is there: its name, its size, and when it was last written."""

    name: str
    size_bytes: int
    modified_at: datetime


class Blobs:
    """Objects by the SHA-256 of their bytes."""

    def __init__(self, store: ObjectStore, folder: Path | None) -> None:
        """Use ``store``; ``folder`` is where it lies when that is the local disk."""
        self._store = store
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Store ``data`` durably and return its name.

        Raises:
            UnavailableError: The store cannot be reached or is full.
        """
        name = hashlib.sha256(data).hexdigest()
        try:
            obstore.put(self._store, _path(name), data, mode="create")
        except AlreadyExistsError:
            pass
        except (BaseError, OSError) as error:
            raise UnavailableError("the picture cannot be stored") from error
        if self._folder is not None:
            try:
                _to_disk(self._folder, self._folder / _path(name))
            except OSError as error:
                raise UnavailableError("the picture cannot be stored") from error
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes of an object.

        Raises:
            DamagedRecordError: It is missing, or not what was stored.
            UnavailableError: The store cannot be reached.
        """
        try:
            data = bytes(obstore.get(self._store, _path(name)).bytes())
        except FileNotFoundError as error:
            raise DamagedRecordError("a stored picture is missing") from error
        except BaseError as error:
            raise UnavailableError("a picture cannot be read") from error
        if hashlib.sha256(data).hexdigest() != name:
            raise DamagedRecordError("a stored picture is not what was stored")
        return data

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is no error."""
        try:
            obstore.delete(self._store, _path(name))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise UnavailableError("a picture cannot be removed") from error

    def list(self) -> Iterator[BlobFacts]:
        """Yield every object."""
        try:
            for chunk in obstore.list(self._store, prefix=PREFIX):
                for entry in chunk:
                    name = entry["path"].rpartition("/")[2]
                    yield BlobFacts(name, entry["size"], entry["last_modified"])
        except BaseError as error:
            raise RecordsError("the pictures cannot be listed") from error

    def sweep(self, age: timedelta, now: datetime) -> int:
        """Remove what writes that were cut short left on the local disk; return how many.

        Such a file has a name that no object has, and holds encrypted bytes alone.
        """
        count = 0
        if self._folder is not None:
            for path in (self._folder / PREFIX).rglob("*"):
                is_object = _NAME.fullmatch(path.name) is not None
                if path.is_file() and not is_object:
                    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                    if now - written_at >= age:
                        path.unlink(missing_ok=True)
                        count += 1
        return count


def open_blobs(url: str) -> Blobs:
    """Return the store of ``file:///FOLDER`` or ``s3://BUCKET/PREFIX``.

    S3's credentials, region and endpoint come from the environment (``AWS_*``).

    Raises:
        RecordsError: The URL is neither, or the folder cannot be made.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(parts.path)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RecordsError(f"the pictures' folder cannot be made: {error.strerror}") from error
        return Blobs(LocalStore(folder), folder)
    if parts.scheme != "s3":
        raise RecordsError("pictures are stored at file:// or s3://")
    try:
        return Blobs(from_url(url, retry_config=_RETRIES), None)
    except BaseError:
        raise RecordsError("the pictures' store cannot be used as it is configured") from None


def _path(name: str) -> str:
    return f"{PREFIX}/{name[:2]}/{name[2:4]}/{name}"


def _to_disk(folder: Path, file: Path) -> None:
    """Make a file and the entries of the folders above it survive a loss of power."""
    _sync(file)
    for parent in file.parents:
        _sync(parent)
        if parent == folder:
            return


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
