"""A gate that needs no network, asked for by workers in their own processes."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from concurrent.futures import Executor
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from sonogate.batch import Settings
from sonogate.errors import ModelError
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy
from sonogate.prompts import load_sentences
from sonogate.types import Assessment, Versions
from sonogate.verdict import unreadable

POLICY = Path(__file__).resolve().parents[2] / "models" / "policy.toml"


class FakeGate:
    """Obeys a photo's first word: ``slow``, ``fault``, ``die`` or ``once MARKER``."""

    def __init__(self, version: str) -> None:
        self._versions = Versions("fake", version, {"model": "0" * 64})

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        order, _, rest = data.decode().partition(" ")
        if order == "slow":
            time.sleep(0.05)
        if order == "fault":
            raise RuntimeError("CANARY-gate")
        if order == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "once" and not Path(rest).exists():
            Path(rest).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return Assessment(
            sha256=hashlib.sha256(data).hexdigest(),
            photo=None,
            screen=None,
            quality=None,
            identifiers=None,
            masked=None,
            verdict=unreadable("not_a_photo", load_sentences()),
            versions=self._versions,
            timings_ms={"total": 1.0},
        )


def make_fake(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> FakeGate:
    assert (executor, threads) == (None, 1)
    return FakeGate(policy.version)


def make_none(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> FakeGate:
    raise ModelError("a model is missing")


def write_photos(folder: Path, count: int, order: str = "plain") -> Path:
    """Write photos, in folders, of which no two are alike."""
    for number in range(count):
        path = folder / f"ward {number % 3}" / f"Doe, Jane {number:04d} 50%#.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{order} {number}".encode())
    return folder


def settings(source: Path | str, destination: Path | str, **changes: object) -> Settings:
    return Settings(
        **{
            "source": str(source),
            "destination": str(destination),
            "policy": POLICY.read_bytes(),
            "make_gate": make_fake,
            **changes,
        }
    )


def rows(destination: Path, folder: str = "chunks") -> pa.Table:
    return ds.dataset(destination / folder).to_table().sort_by("index")


class Notes:
    """Writes down what a run tells."""

    def __init__(self) -> None:
        self.begun: tuple[int, int, int] | None = None
        self.reaches: list[int] = []

    def listed(self, photos: int, others: int, done: int) -> None:
        self.begun = (photos, others, done)

    def reached(self, photos: int) -> None:
        self.reaches.append(photos)
