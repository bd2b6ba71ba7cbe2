"""Verdicts, causes and retakes by device and site: counts for quality assurance, rows for research.

Neither names a case, a client or a picture. A row has the week, not the day, and a site or
machine with few attempts is not told apart from the others, so that nobody who was there
that day can pick out a patient.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from sonogate.records.storage import Storage
from sonogate.records.tables import attempts, submissions
from sonogate.types import MEASURE_NAMES

# Fewer attempts than this of one machine at one site are counted as "other".
LEAST = 5
OTHER = "other"
SCHEMA = "sonogate.statistics/1"


@dataclass(slots=True)
class Tally:
    """Counts of one machine at one site.

    Attributes:
        attempts: Attempts.
        submissions: Submissions that had attempts.
        accepted: Submissions that ended with a picture.
        outcomes: Attempts by the gate's verdict.
        causes: Attempts by reason code.
        by_cap: Pictures that the retry cap let through.
    """

    attempts: int = 0
    submissions: set[str] = field(default_factory=set)
    accepted: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    by_cap: int = 0


def by_device_and_site(
    storage: Storage, organisation: str, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    """Return counts by site, maker and model, largest first."""
    tallies: dict[tuple[str, str, str], Tally] = {}
    for row in _rows(storage, organisation, since, until):
        tally = tallies.setdefault(_group(row), Tally())
        tally.attempts += 1
        tally.submissions.add(row.submission_id)
        tally.accepted += row.image_id is not None
        tally.outcomes[row.outcome] += 1
        tally.causes.update(row.reasons.split())
        tally.by_cap += row.outcome != row.released
    merged: dict[tuple[str, str, str], Tally] = {}
    for group, tally in tallies.items():
        _add(merged.setdefault(group if tally.attempts >= LEAST else (OTHER,) * 3, Tally()), tally)
    ordered = sorted(merged.items(), key=lambda item: (-item[1].attempts, item[0]))
    return [_document(group, tally) for group, tally in ordered]


def research_rows(
    storage: Storage, organisation: str, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    """Return one row an attempt, without anything that leads back to it.

    Columns: schema, policy_version, week (ISO 8601, ``2026-W09``), site, maker, model,
    purpose, number, photos, outcome, released, reasons, fidelity, and a score for each
    measure (None where it could not be assessed).
    """
    found = _rows(storage, organisation, since, until)
    sizes = Counter(_group(row) for row in found)
    rows = []
    for row in found:
        group = _group(row)
        site, maker, model = group if sizes[group] >= LEAST else (OTHER,) * 3
        quality: dict[str, Any] = json.loads(row.report).get("quality") or {}
        measures: dict[str, Any] = quality.get("measures", {})
        scores: dict[str, float | None] = {
            str(name): measures.get(name, {}).get("score") for name in MEASURE_NAMES
        }
        year, week, _ = row.created_at.isocalendar()
        rows.append(
            {
                "schema": SCHEMA,
                "policy_version": row.policy_version,
                "week": f"{year}-W{week:02d}",
                "site": site,
                "maker": maker,
                "model": model,
                "purpose": row.purpose,
                "number": row.number,
                "photos": row.photos,
                "outcome": row.outcome,
                "released": row.released,
                "reasons": row.reasons,
                "fidelity": (quality.get("fidelity") or {}).get("value"),
                **scores,
            }
        )
    # In no order that the records have.
    return sorted(rows, key=lambda one: json.dumps(one, sort_keys=True))


def _rows(
    storage: Storage, organisation: str, since: datetime | None, until: datetime | None
) -> list[Row[Any]]:
    query: Select[Any] = (
        select(
            attempts,
            submissions.c.site,
            submissions.c.device_maker,
            submissions.c.device_model,
            submissions.c.purpose,
        )
        .join(submissions, submissions.c.id == attempts.c.submission_id)
        .where(attempts.c.organisation == organisation)
    )
    if since is not None:
        query = query.where(attempts.c.created_at >= since)
    if until is not None:
        query = query.where(attempts.c.created_at < until)
    with storage.reading() as connection:
        return list(connection.execute(query))


def _group(row: Row[Any]) -> tuple[str, str, str]:
    return row.site or "", row.device_maker or "", row.device_model or ""


def _add(into: Tally, tally: Tally) -> None:
    into.attempts += tally.attempts
    into.submissions |= tally.submissions
    into.accepted += tally.accepted
    into.outcomes += tally.outcomes
    into.causes += tally.causes
    into.by_cap += tally.by_cap


def _document(group: tuple[str, str, str], tally: Tally) -> dict[str, Any]:
    site, maker, model = group
    count = len(tally.submissions)
    return {
        "site": site,
        "maker": maker,
        "model": model,
        "attempts": tally.attempts,
        "submissions": count,
        "accepted": tally.accepted,
        "accepted_by_cap": tally.by_cap,
        "retakes_per_submission": round((tally.attempts - count) / count, 3),
        "outcomes": dict(sorted(tally.outcomes.items())),
        "causes": dict(sorted(tally.causes.items())),
    }
