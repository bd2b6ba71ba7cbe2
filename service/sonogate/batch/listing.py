"""The photos in their order, whatever their number.

Stores list in orders of their own. Keys are sorted by a private database that SQLite keeps
in memory and, beyond its cache, in a file without a name, which vanishes with the process.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath

from sonogate.batch.values import Item


class Listing:
    """The photos of a source, sorted by key.

    Attributes:
        photos: How many.
        others: Objects that were passed over: hidden, or not called like pictures.
        sha256: Digest of every key, size and time of writing, in order.
    """

    def __init__(
        self, entries: Iterable[tuple[str, int, str]], suffixes: Collection[str] | None
    ) -> None:
        """Read a listing.

        Args:
            entries: Key, size and time of writing of every object.
            suffixes: What photos' names end in, in lower case; None to take every object
                that is not hidden.
        """
        self._suffixes = suffixes
        self._database = sqlite3.connect("")
        self._database.execute(
            "create table photos (key text primary key, size integer, modified text) without rowid"
        )
        seen = 0

        def wanted() -> Iterator[tuple[str, int, str]]:
            nonlocal seen
            for entry in entries:
                seen += 1
                if self._is_photo(entry[0]):
                    yield entry

        self._database.executemany("insert or replace into photos values (?, ?, ?)", wanted())
        self._database.commit()
        self.photos: int = self._database.execute("select count(*) from photos").fetchone()[0]
        self.others = seen - self.photos
        digest = hashlib.sha256()
        for key, size, modified in self._rows():
            digest.update(f"{len(key)}:{key} {size} {modified}\n".encode())
        self.sha256 = digest.hexdigest()

    def chunks(self, chunk_photos: int) -> Iterator[tuple[Item, ...]]:
        """Yield the photos, ``chunk_photos`` at a time."""
        rows = enumerate(self._rows())
        while part := tuple(islice(rows, chunk_photos)):
            yield tuple(Item(index, *row) for index, row in part)

    def close(self) -> None:
        """Forget the listing."""
        self._database.close()

    def _rows(self) -> Iterator[tuple[str, int, str]]:
        return self._database.execute("select key, size, modified from photos order by key")

    def _is_photo(self, key: str) -> bool:
        path = PurePosixPath(key)
        if any(part.startswith(".") for part in path.parts):
            return False
        return self._suffixes is None or path.suffix.lower() in self._suffixes
