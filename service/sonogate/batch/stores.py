"""Where photos are read and results are written: a folder, or a bucket of S3.

S3's credentials, region and endpoint come from the environment (``AWS_*``).
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError
from obstore.store import LocalStore, ObjectStore, from_url

from sonogate.batch.errors import BatchError, PhotoLostError
from sonogate.batch.values import Item

CHUNKS = "chunks"
FAILURES = "failures"
PICTURES = "pictures"
_PARTIAL = ".partial"
# Longer than any write takes: what is older was left by a worker that was killed.
_STALE_SECONDS = 3600.0


def location(where: str) -> Path | str:
    """Return the folder, or the URL of a bucket, that ``where`` stands for.

    Raises:
        BatchError: It is a URL of another kind.
    """
    if "://" not in where:
        return Path(where).absolute()
    parts = urlsplit(where)
    if parts.scheme == "file":
        return Path(unquote(parts.path)).absolute()
    if parts.scheme == "s3" and parts.netloc:
        return where.rstrip("/")
    raise BatchError("photos and results lie in folders, at file:// or at s3://")


def is_within(inner: str, outer: str) -> bool:
    """Return whether what is written to ``inner`` would be found in ``outer``."""
    one, other = location(inner), location(outer)
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve().is_relative_to(other.resolve())
    if isinstance(one, Path) or isinstance(other, Path):
        return False
    return f"{one}/".startswith(f"{other}/")


class Source:
    """The photos."""

    def __init__(self, where: str) -> None:
        """Open a folder or a bucket.

        Raises:
            BatchError: There is no such folder, or the store is not configured.
        """
        place = location(where)
        if isinstance(place, Path) and not place.is_dir():
            raise BatchError("the folder of the photos does not exist")
        self._store = _open(place)

    def list(self) -> Iterator[tuple[str, int, str]]:
        """Yield key, size and time of writing of every object, in no order.

        Raises:
            BatchError: The store cannot be listed.
        """
        try:
            for page in obstore.list(self._store):
                for entry in page:
                    yield entry["path"], entry["size"], entry["last_modified"].isoformat()
        except (BaseError, OSError):
            raise BatchError(
                "the photos cannot be listed: the store refuses, or a name is not Unicode"
            ) from None

    def read(self, item: Item, max_bytes: int) -> tuple[bytes, str | None]:
        """Return a photo's bytes, and None.

        Of a photo that has too many, one byte too many is returned, and the SHA-256 of all.

        Raises:
            PhotoLostError: It is gone, has changed since it was listed, or is not to be read.
            BatchError: The store cannot be reached.
        """
        try:
            got = obstore.get(self._store, item.key)
            modified = got.meta["last_modified"].isoformat()
            if (got.meta["size"], modified) != (item.size_bytes, item.modified):
                raise PhotoLostError("changed")
            if item.size_bytes <= max_bytes:
                return bytes(got.bytes()), None
            head, digest = bytearray(), hashlib.sha256()
            for part in got.stream():
                digest.update(part)
                head += bytes(part)[: max_bytes + 1 - len(head)]
            return bytes(head), digest.hexdigest()
        except FileNotFoundError:
            raise PhotoLostError("missing") from None
        except PermissionError:
            raise PhotoLostError("not_permitted") from None
        except (BaseError, OSError) as error:
            # A folder's refusal comes as a general error, told apart by its words alone.
            if isinstance(error, PermissionDeniedError) or "Permission denied" in str(error):
                raise PhotoLostError("not_permitted") from None
            raise BatchError("the photos' store cannot be read") from None


class Destination:
    """The results. Everything appears whole or not at all."""

    def __init__(self, where: str) -> None:
        """Open a folder, made where it is missing, or a bucket.

        Raises:
            BatchError: The folder cannot be made, or the store is not configured.
        """
        place = location(where)
        self._folder = place if isinstance(place, Path) else None
        if self._folder is not None:
            try:
                (self._folder / _PARTIAL).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BatchError(
                    f"the folder of the results cannot be made: {error.strerror}"
                ) from None
        self._store = _open(place)

    def get(self, path: str) -> bytes | None:
        """Return an object's bytes, or None when it is not there."""
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except FileNotFoundError:
            return None
        except (BaseError, OSError):
            raise BatchError("the results' store cannot be read") from None

    def create(self, path: str, data: bytes) -> bool:
        """Write an object unless it is there; return whether it was written."""
        try:
            if self._folder is not None:
                return _write(self._folder, path, data, replace=False)
            obstore.put(self._store, path, data, mode="create")
        except AlreadyExistsError:
            return False
        except (BaseError, OSError):
            raise BatchError("the results' store cannot be written") from None
        return True

    def put(self, path: str, data: bytes) -> None:
        """Write an object, whether it is there or not."""
        try:
            if self._folder is not None:
                _write(self._folder, path, data, replace=True)
            else:
                obstore.put(self._store, path, data)
        except (BaseError, OSError):
            raise BatchError("the results' store cannot be written") from None

    def finished(self) -> set[int]:
        """Return the numbers of the chunks that are there."""
        numbers = set()
        try:
            for page in obstore.list(self._store, prefix=CHUNKS):
                for entry in page:
                    stem, _, suffix = entry["path"].rpartition("/")[2].partition(".")
                    number = stem.removeprefix("chunk-")
                    if suffix == "parquet" and number.isdecimal():
                        numbers.add(int(number))
        except (BaseError, OSError):
            raise BatchError("the results' store cannot be listed") from None
        return numbers

    def sweep(self) -> None:
        """Remove what writes that were cut short left in a folder."""
        if self._folder is not None:
            for path in (self._folder / _PARTIAL).iterdir():
                try:
                    if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                        path.unlink()
                except FileNotFoundError:
                    continue


def chunk_path(number: int) -> str:
    """Return where a chunk lies."""
    return f"{CHUNKS}/chunk-{number:09d}.parquet"


def failures_path(number: int) -> str:
    """Return where the failures of a chunk lie, if it has any."""
    return f"{FAILURES}/chunk-{number:09d}.parquet"


def picture_path(chunk: int, index: int, suffix: str) -> str:
    """Return where a photo's masked picture or report lies."""
    return f"{PICTURES}/{chunk:09d}/{index:012d}{suffix}"


def _open(place: Path | str) -> ObjectStore:
    try:
        return LocalStore(place) if isinstance(place, Path) else from_url(place)
    except (BaseError, ValueError):
        raise BatchError("the store cannot be used as it is configured") from None


def _write(folder: Path, path: str, data: bytes, *, replace: bool) -> bool:
    final, partial = folder / path, folder / _PARTIAL / uuid.uuid4().hex
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(final)
        else:
            try:
                os.link(partial, final)
            except FileExistsError:
                return False
            except OSError:  # a file system without hard links
                if final.exists():
                    return False
                partial.replace(final)
    finally:
        partial.unlink(missing_ok=True)
    descriptor = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True
