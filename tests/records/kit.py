"""Records of the tests: a clock that is set, small reports, pictures of a few bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sonogate.authority.audit import entry_hash
from sonogate.clinical import (
    BodySide,
    ClinicalContext,
    Code,
    Consent,
    Device,
    Purpose,
    case_reference,
)
from sonogate.records.blobs import open_blobs
from sonogate.records.engine import open_engine
from sonogate.records.ids import new_id
from sonogate.records.keyring import make_keyring, read_keyring, write_keyring
from sonogate.records.schema import migrate
from sonogate.records.storage import Storage
from sonogate.records.store import SqlRecords
from sonogate.records.values import (
    Accepted,
    Attempt,
    AttemptFacts,
    NewSubmission,
    Submission,
    SubmissionState,
)

ORG = "north"
OTHER_ORG = "south"
ACTOR = "key:0123"


class Clock:
    """A time that the test moves; each look at it moves it a little."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now


def open_records(url: str, folder: Path, clock: Clock) -> SqlRecords:
    path = folder / "keys.json"
    if not path.exists():
        write_keyring(path, make_keyring())
    engine = open_engine(url)
    migrate(engine)
    blobs = open_blobs(f"file://{folder}/blobs")
    return SqlRecords(Storage(engine, blobs, read_keyring(path), entry_hash, clock))


def consultation(site: str = "ED-2", model: str = "Voyager") -> NewSubmission:
    return NewSubmission(
        Purpose.CONSULTATION,
        case_reference("case-0001-opaque"),
        Consent(
            "nurse-17", datetime(2026, 3, 1, tzinfo=UTC), True, "form-88", (Purpose.CONSULTATION,)
        ),
        ClinicalContext(
            question="Effusion beside the heart?",
            body_part=Code("SCT", "80891009", "Heart"),
            side=BodySide.UNPAIRED,
            findings="Dyspnoea for two days",
            coded_findings=(Code("SCT", "267036007", "Dyspnoea"),),
            acquired_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        ),
        Device("Acme", model, "cart", site, "C5-1", "cardiac", (1024, 768)),
    )


def report(fidelity: float = 71.5, glare: float = 80.0, policy: str = "p1") -> dict[str, Any]:
    return {
        "schema": "sonogate.report/1",
        "quality": {
            "fidelity": {"value": fidelity, "low": fidelity - 10, "high": fidelity + 10},
            "measures": {"glare": {"raw": 1.0, "unit": "%", "score": glare, "failure": None}},
        },
        "verdict": {"outcome": "accepted", "reasons": [], "limits": []},
        "versions": {"sonogate": "0", "policy": policy, "models": {}},
    }


def accept(
    records: SqlRecords,
    submission: Submission,
    *,
    file: bytes = b"picture",
    made: dict[str, Any] | None = None,
) -> tuple[Submission, Attempt]:
    facts = AttemptFacts(
        submission.attempts + 1, "accepted", "accepted", 1, report() if made is None else made, ()
    )
    picture = Accepted(new_id("img"), file, "image/png", ("fine_detail",), "ab" * 32)
    return records.add_attempt(
        submission.organisation,
        ACTOR,
        submission.id,
        facts,
        picture,
        SubmissionState.ACCEPTED,
        None,
        lambda *_: b"",
    )


def submit(records: SqlRecords, organisation: str = ORG, **device: str) -> Submission:
    return records.create(organisation, ACTOR, consultation(**device), None, lambda _: b"")
