"""A run: chunks handed out, deaths made good, answers counted."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Collection, Iterator
from typing import Protocol

from sonogate.batch import manifest, rows
from sonogate.batch.crew import Crew
from sonogate.batch.errors import BatchError
from sonogate.batch.listing import Listing
from sonogate.batch.stores import Destination, Source, is_within
from sonogate.batch.values import Answer, Finished, Row, Settings, Summary, Versions, Work

DEFAULT_CHUNK_PHOTOS = 100
# A chunk, or a photo alone, is tried so often before a death is laid at its door.
_TRIES = 2
# Deaths in a row, without an answer between them, after which it is not the photos' doing.
_MAX_BARREN_DEATHS = 20


class Watcher(Protocol):
    """Is told how a run goes."""

    def listed(self, photos: int, others: int, done: int) -> None:
        """The listing is complete.

        Args:
            photos: Photos in it.
            others: Objects that were passed over.
            done: Photos that an earlier run finished.
        """
        ...

    def reached(self, photos: int) -> None:
        """So many photos are behind us, those of earlier runs included."""
        ...


def run(
    crew: Crew,
    settings: Settings,
    watcher: Watcher,
    *,
    chunk_photos: int | None = None,
    suffixes: Collection[str] | None = None,
) -> Summary:
    """Assess every photo of a source that no earlier run has.

    Args:
        crew: Who works; left open.
        settings: What each worker was given.
        watcher: Is told how it goes.
        chunk_photos: Photos in a chunk; None for what the run was begun with, or 100.
        suffixes: What photos' names end in; None for every object that is not hidden.

    Raises:
        BatchError: It cannot begin, or not go on.
    """
    start = time.monotonic()
    if is_within(settings.destination, settings.source):
        raise BatchError("results cannot be written among the photos")
    source, destination = Source(settings.source), Destination(settings.destination)
    chunk_photos = chunk_photos or manifest.begun_chunk_photos(destination) or DEFAULT_CHUNK_PHOTOS
    listing = Listing(source.list(), suffixes)
    try:
        versions = _probe(crew)
        pins = {
            "schema": rows.SCHEMA_NAME,
            "photos": listing.photos,
            "listing_sha256": listing.sha256,
            "chunk_photos": chunk_photos,
            "language": settings.language,
            "export_size_wh": settings.export_size_wh and list(settings.export_size_wh),
            "pictures": settings.pictures,
            "keep_names": settings.keep_names,
            **versions,
        }
        manifest.pin(destination, pins)
        destination.sweep()
        done = destination.finished()
        chunks = -(-listing.photos // chunk_photos)
        skipped = sum(min(chunk_photos, listing.photos - n * chunk_photos) for n in done)
        watcher.listed(listing.photos, listing.others, skipped)
        foreman = _Foreman(crew, destination, watcher, versions, settings, skipped)
        foreman.work(
            Work("chunk", number, items, versions)
            for number, items in enumerate(listing.chunks(chunk_photos))
            if number not in done
        )
    finally:
        listing.close()
    return Summary(
        photos=listing.photos,
        chunks=chunks,
        skipped_photos=skipped,
        failures=dict(foreman.failures),
        workers_lost=foreman.lost,
        seconds=time.monotonic() - start,
    )


def _probe(crew: Crew) -> Versions:
    """Return the versions of the crew's gate."""
    for _ in range(_TRIES):
        crew.submit(Work("probe"))
        while not isinstance(event := crew.wait(), Finished):
            pass
        if event.answer is None:
            continue
        if event.answer.fault is not None:
            raise BatchError(event.answer.fault)
        return event.answer.versions
    raise BatchError("workers die as they start")


class _Foreman:
    """Hands out chunks, keeps what is in hand within the crew's capacity, and counts."""

    def __init__(
        self,
        crew: Crew,
        destination: Destination,
        watcher: Watcher,
        versions: Versions,
        settings: Settings,
        behind: int,
    ) -> None:
        self._crew, self._destination, self._watcher = crew, destination, watcher
        self._versions, self._keep_names = versions, settings.keep_names
        self._behind = behind
        self._under_way: Counter[int] = Counter()
        self._again: deque[Work] = deque()
        self._last: Work | None = None
        self._barren = 0
        self._tries: Counter[tuple[int, int]] = Counter()
        self._alone: dict[int, tuple[int, list[Row]]] = {}
        self.failures: Counter[str] = Counter()
        self.lost = 0

    def work(self, chunks: Iterator[Work]) -> None:
        """Have every chunk done."""
        in_hand = 0
        while True:
            while in_hand < self._crew.capacity() and not self._must_wait(in_hand):
                # What died comes before what is new, so that no more than a crewful is open.
                work = self._again.popleft() if self._again else next(chunks, None)
                if work is None:
                    break
                self._crew.submit(work)
                self._last = work
                in_hand += 1
            if in_hand == 0:
                return
            event = self._crew.wait()
            if isinstance(event, Finished):
                in_hand -= 1
                self._finish(event.work, event.answer)
            else:
                self._under_way[event.chunk] += 1
            self._watcher.reached(self._behind + self._under_way.total())

    def _must_wait(self, in_hand: int) -> bool:
        """Return whether a photo is to be alone where workers may die of each other."""
        if self._crew.isolates or in_hand == 0:
            return False
        upcoming = self._again[0] if self._again else None
        return any(work is not None and work.kind == "alone" for work in (self._last, upcoming))

    def _finish(self, work: Work, answer: Answer | None) -> None:
        self._barren = 0 if answer is not None else self._barren + 1
        if self._barren > _MAX_BARREN_DEATHS:
            raise BatchError("workers die one after the other without finishing anything")
        if answer is None:
            self.lost += 1
            if work.kind == "chunk":
                del self._under_way[work.chunk]
            self._lose(work)
        elif answer.fault is not None:
            if answer.stop or not self._try_again(work):
                raise BatchError(answer.fault)
        elif answer.row is not None:
            self._take(work, answer.row)
        else:
            self.failures.update(answer.failures)
            self._count(work.chunk, len(work.items))

    def _lose(self, work: Work) -> None:
        """Try again, then photo by photo, then without the photo that kills."""
        if self._try_again(work):
            return
        if work.kind == "chunk":
            self._alone[work.chunk] = len(work.items), []
            for item in work.items:
                self._again.append(Work("alone", work.chunk, (item,), work.versions))
            return
        row = rows.failed_row(
            work.items[0], "worker_died", None, self._versions, keep_names=self._keep_names
        )
        self._take(work, row)

    def _try_again(self, work: Work) -> bool:
        first = work.items[0].index if work.kind == "alone" else -1
        self._tries[work.chunk, first] += 1
        if self._tries[work.chunk, first] >= _TRIES:
            return False
        self._again.append(work)
        return True

    def _take(self, work: Work, row: Row) -> None:
        wanted, made = self._alone[work.chunk]
        made.append(row)
        if len(made) == wanted:
            rows.write_chunk(self._destination, work.chunk, made)
            self.failures.update(row["failure"] for row in made if row.get("failure") is not None)
            del self._alone[work.chunk]
            self._count(work.chunk, wanted)

    def _count(self, chunk: int, photos: int) -> None:
        self._behind += photos
        del self._under_way[chunk]  # a counter minds no key that is not there
