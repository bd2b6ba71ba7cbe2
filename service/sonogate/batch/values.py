"""What passes between the one who hands out work and those who do it.

Keys of photos are kept out of ``repr``: a file's name may be a patient's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sonogate.gate import GateFactory

Row = dict[str, Any]
Versions = dict[str, Any]
WorkKind = Literal["probe", "chunk", "alone"]


@dataclass(frozen=True, slots=True)
class Item:
    """One photo of the listing.

    Attributes:
        index: Place in the sorted listing, from 0.
        key: Path within the source.
        size_bytes: Size when it was listed.
        modified: When it was last written, as the store says.
    """

    index: int
    key: str = field(repr=False)
    size_bytes: int
    modified: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker must know to do any part of a run; can be pickled.

    Attributes:
        source: Folder or URL of the photos.
        destination: Folder or URL of the results.
        policy: Bytes of the policy file.
        make_gate: Loads a gate; a function that workers can import.
        language: Language of the prompts in the reports.
        export_size_wh: The displays' own pixel grid where it is known.
        pictures: Whether masked pictures and reports are written too.
        keep_names: Whether rows carry the photos' keys.
    """

    source: str = field(repr=False)
    destination: str = field(repr=False)
    policy: bytes = field(repr=False)
    make_gate: GateFactory
    language: str = "en"
    export_size_wh: tuple[int, int] | None = None
    pictures: bool = False
    keep_names: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """Something for a worker to do.

    Attributes:
        kind: ``probe`` asks for the versions; ``chunk`` assesses the items and writes the
            chunk; ``alone`` assesses one item and hands its row back.
        chunk: Number of the chunk.
        items: The photos.
        versions: What the worker's gate must be; it refuses otherwise.
    """

    kind: WorkKind
    chunk: int = 0
    items: tuple[Item, ...] = ()
    versions: Versions | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker made of its work.

    Attributes:
        versions: Versions of the worker's gate.
        failures: How many photos failed, by code.
        row: The row, of work ``alone``.
        fault: Why nothing was done, in words without names; None when it was done.
        stop: True when it would go the same with every other worker.
    """

    versions: Versions = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    row: Row | None = field(default=None, repr=False)
    fault: str | None = None
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Progressed:
    """A worker has one photo more of a chunk behind it."""

    chunk: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A worker has answered; an answer of None says that it died."""

    work: Work
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended.

    Attributes:
        photos: Photos in the listing.
        chunks: Chunks that they make.
        skipped_photos: Photos in chunks that an earlier run had finished.
        failures: Photos of this run that failed, by code.
        workers_lost: Workers that died and were replaced.
        seconds: Time of this run.
    """

    photos: int
    chunks: int
    skipped_photos: int
    failures: Mapping[str, int]
    workers_lost: int
    seconds: float
