"""What one worker does, in whatever process it lives: one gate, one photo at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import cv2

from sonogate import report
from sonogate.batch import rows, stores
from sonogate.batch.errors import BatchError, PhotoLostError
from sonogate.batch.stores import Destination, Source
from sonogate.batch.values import Answer, Item, Row, Settings, Work
from sonogate.errors import SonogateError
from sonogate.policy import parse_policy
from sonogate.types import Assessment


class Worker:
    """Loads its gate once and does whatever work comes. Not for several threads at once."""

    def __init__(self, settings: Settings) -> None:
        """Load the gate and open both stores.

        Raises:
            SonogateError: Something of it is missing or malformed.
        """
        # One core a worker: photos are many, so threads inside one would only wait.
        cv2.setNumThreads(1)
        policy = parse_policy(settings.policy)
        self._settings = settings
        self._max_bytes = policy.photo.max_bytes
        self._gate = settings.make_gate(
            policy,
            language=settings.language,
            export_size_wh=settings.export_size_wh,
            executor=None,
            threads=1,
        )
        # No bytes make an assessment without work, and it names the versions.
        self.versions = rows.versions_of(self._gate.assess(b""))
        self._source = Source(settings.source)
        self._destination = Destination(settings.destination)

    def do(self, work: Work, progressed: Callable[[], None]) -> Answer:
        """Do ``work``; what goes wrong with it is in the answer.

        Args:
            work: What to do.
            progressed: Called after each photo.
        """
        if work.versions is not None and work.versions != self.versions:
            return Answer(fault="a worker has another policy, sonogate or models", stop=True)
        made: list[Row] = []
        try:
            for item in work.items:
                made.append(self._assess(item, work.chunk))
                progressed()
            if work.kind == "chunk":
                rows.write_chunk(self._destination, work.chunk, made)
        except BatchError as error:
            return Answer(fault=str(error))
        failures = Counter(row["failure"] for row in made if row.get("failure") is not None)
        row = made[0] if work.kind == "alone" else None
        return Answer(versions=self.versions, failures=failures, row=row)

    def _assess(self, item: Item, chunk: int) -> Row:
        keep_names = self._settings.keep_names
        try:
            data, sha256 = self._source.read(item, self._max_bytes)
        except PhotoLostError as error:
            return rows.failed_row(item, error.code, None, self.versions, keep_names=keep_names)
        try:
            assessment = self._gate.assess(data)
        except Exception as error:
            # The type alone: a message could quote what was read.
            name = type(error).__name__
            return rows.failed_row(item, "gate_failed", name, self.versions, keep_names=keep_names)
        if sha256 is not None:
            assessment = replace(assessment, sha256=sha256)
        if self._settings.pictures:
            self._write_pictures(assessment, chunk, item.index)
        return rows.assessed_row(item, assessment, keep_names=keep_names)

    def _write_pictures(self, assessment: Assessment, chunk: int, index: int) -> None:
        if assessment.masked is not None:
            path = stores.picture_path(chunk, index, ".masked.png")
            self._destination.put(path, report.encode_png(assessment.masked))
        text = json.dumps(report.to_json(assessment), indent=1, allow_nan=False) + "\n"
        self._destination.put(stores.picture_path(chunk, index, ".json"), text.encode())


def start_fault(error: Exception) -> Answer:
    """Return the answer of a worker that could not start."""
    told = str(error) if isinstance(error, SonogateError) else type(error).__name__
    return Answer(fault=f"a worker cannot start: {told}", stop=True)
