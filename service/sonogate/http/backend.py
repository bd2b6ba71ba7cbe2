"""What the routes on the records work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter

from sonogate.authority.values import Signer
from sonogate.http.access import Guard
from sonogate.http.language import Interpreter
from sonogate.http.links import Links
from sonogate.http.pool import GatePool
from sonogate.policy import Policy
from sonogate.records.store import SqlRecords


@dataclass(frozen=True, slots=True)
class Backend:
    """What the routes on the records work with.

    Attributes:
        records: Submissions, pictures, audit trail.
        guard: Lets clients in.
        pool: Assesses photos.
        policy: Thresholds.
        links: Makes and checks links to pictures.
        interpreter: Tells assessments in the language that a request prefers.
        signer: Signs pictures; None to store them unsigned.
        upload_seconds: Time a body may take to arrive.
        clock: The time, UTC.
    """

    records: SqlRecords
    guard: Guard
    pool: GatePool
    policy: Policy
    links: Links
    interpreter: Interpreter
    signer: Signer | None
    upload_seconds: float
    clock: Callable[[], datetime]


MakeRouter = Callable[[Backend], APIRouter]
