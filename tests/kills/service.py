"""What runs in the processes that are killed, and in those that look at what they left."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import structlog.testing
import uvicorn

from sonogate.authority.audit import entry_hash
from sonogate.gate import Assessor
from sonogate.http import Settings, create_app
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy, default_policy
from sonogate.records import clients, maintenance
from sonogate.records.blobs import open_blobs
from sonogate.records.engine import open_engine
from sonogate.records.idempotency import LEASE
from sonogate.records.keyring import make_keyring, read_keyring, write_keyring
from sonogate.records.schema import migrate
from sonogate.records.storage import Storage
from sonogate.records.store import SqlRecords
from sonogate.report import encode_png
from sonogate.types import (
    MEASURE_NAMES,
    Assessment,
    IdentifierReport,
    MaskedScreen,
    Measure,
    Photo,
    QualityReport,
    RectifiedScreen,
    ScreenQuad,
    Verdict,
    Versions,
)

ORG = "north"
# In every photo that is sent; found nowhere afterwards.
CANARY = b"CANARY-UNMASKED-4711"


def masked_of(photo: bytes) -> MaskedScreen:
    """The picture that the gate of these tests makes of a photo: its digest, as pixels."""
    seed = int.from_bytes(hashlib.sha256(photo).digest()[:8], "big")
    pixels = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    return MaskedScreen(pixels, np.zeros((120, 160), bool))


def png_sha256(photo: bytes) -> str:
    """SHA-256 of the file that must be on record for a photo."""
    return hashlib.sha256(encode_png(masked_of(photo))).hexdigest()


class AcceptingGate:
    """Accepts whatever comes."""

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        masked = masked_of(data)
        square = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 80.0], [0.0, 80.0]])
        quad = ScreenQuad(square, 90.0, 1.0)
        screen = RectifiedScreen(
            masked.pixels, quad, np.eye(3), (160, 120), 0.0, (160, 120), scan_area_xy=square
        )
        measures = tuple(Measure(name, 1.0, "x", 95.0) for name in MEASURE_NAMES)
        return Assessment(
            hashlib.sha256(data).hexdigest(),
            Photo(np.zeros((4, 4, 3), np.uint8), "0" * 64, "png"),
            screen,
            QualityReport(measures, None),
            IdentifierReport((), complete=True),
            masked,
            Verdict("accepted"),
            Versions("0", "kills", {}),
            {"total": 1.0},
        )


def accepting(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    return AcceptingGate()


def open_all(url: str, folder: Path, number: int) -> SqlRecords:
    """Open the records; each round is later than the leases of the round before."""
    key_file = folder / "keys.json"
    if not key_file.exists():
        write_keyring(key_file, make_keyring())
    engine = open_engine(url)
    migrate(engine)
    ahead = number * (LEASE + timedelta(seconds=1))
    return SqlRecords(
        Storage(
            engine,
            open_blobs(f"file://{folder}/blobs"),
            read_keyring(key_file),
            entry_hash,
            lambda: datetime.now(UTC) + ahead,
        )
    )


def in_child(work: Callable[[], int]) -> int:
    """Run ``work`` in a fork; return its process id."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        code = work()
    except BaseException as error:
        print(f"child: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(code)


def make_key(url: str, folder: Path, into: Path) -> int:
    """Make the records and a client; write its key."""
    records = open_all(url, folder, 0)
    scopes = frozenset({"submit", "review"})
    made = clients.add(records.storage, ORG, "load", scopes, None, "system")
    into.write_text(made.key)
    return 0


def serve(url: str, folder: Path, number: int, listening: socket.socket) -> int:
    """Serve until killed."""
    tempfile.tempdir = str(folder / "temporary")
    settings = Settings(requests_per_minute=10**9, photos_per_day=10**9, workers=2, waiting=20)
    records = open_all(url, folder, number)
    logger = structlog.wrap_logger(structlog.testing.CapturingLogger(), processors=[])
    app = create_app(settings, accepting, logger, storage=records.storage)
    config = uvicorn.Config(app, log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def inspect(url: str, folder: Path, number: int, acknowledged: Mapping[str, str]) -> int:
    """Check what a kill left; 0 when all holds.

    Args:
        url: The database.
        folder: Keys and pictures.
        number: The round.
        acknowledged: SHA-256 of the file that must be there, by picture.
    """
    records = open_all(url, folder, number)
    for image_id, sha256 in acknowledged.items():
        image = records.image(ORG, image_id)
        data = records.picture(image)
        if image.sha256 != sha256 or hashlib.sha256(data).hexdigest() != sha256:
            print(f"picture {image_id} is not what was acknowledged", file=sys.stderr)
            return 1
        if not data.startswith(b"\x89PNG\r\n\x1a\n"):
            return 1
    return 0


def inspect_all(url: str, folder: Path, number: int, known: set[str]) -> int:
    """Check everything that is on record, reclaim, and look for what was never masked."""
    records = open_all(url, folder, number)
    found = maintenance.check(records.storage, reclaim=True, grace=timedelta(0))
    print(f"  {found}", file=sys.stderr)
    if not found.sound:
        return 1
    after: str | None = None
    submissions: dict[str, int] = {}
    while True:
        page = records.submissions(ORG, None, after, 200)
        for submission in page.items:
            submissions[submission.id] = submission.attempts
            if submission.attempts > 1 or (submission.image_id is None) != (
                submission.state == "open"
            ):
                print("a submission was served twice or by half", file=sys.stderr)
                return 1
            if submission.image_id and records.image(ORG, submission.image_id).sha256 not in known:
                print("a picture that nobody sent", file=sys.stderr)
                return 1
        after = page.after
        if after is None:
            break
    for path in folder.rglob("*"):
        if path.is_file() and CANARY in path.read_bytes():
            print(f"unmasked bytes in {path.name}", file=sys.stderr)
            return 1
    return 0


def warm() -> Any:
    """Load what a fork would load anew each time."""
    return default_policy(), replace, AcceptingGate().assess(b"warm")
