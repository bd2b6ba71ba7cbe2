"""Submissions and their attempts in the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sonogate.clinical import CaseReference, Device, Purpose
from sonogate.records import chain, idempotency, images
from sonogate.records.errors import ConflictError, NoSuchRecordError
from sonogate.records.idempotency import Lease
from sonogate.records.ids import new_id
from sonogate.records.paging import cursor, newest_first
from sonogate.records.sealed import open_consent, open_context, seal_consent, seal_context
from sonogate.records.storage import Storage
from sonogate.records.tables import attempts, submissions
from sonogate.records.values import (
    Accepted,
    Attempt,
    AttemptFacts,
    NewSubmission,
    Origin,
    Page,
    Submission,
    SubmissionState,
)


def create(
    storage: Storage,
    organisation: str,
    actor: str,
    new: NewSubmission,
    lease: Lease | None,
    render: Callable[[Submission], bytes],
) -> Submission:
    """Put a submission on record, with its audit entry and the answer to its key."""
    record_id = new_id("sub")
    device = new.device
    width, height = device.export_size_wh or (None, None)
    with storage.writing() as connection:
        chain.append(storage, connection, organisation, actor, "submission.create", record_id)
        connection.execute(
            insert(submissions).values(
                id=record_id,
                organisation=organisation,
                created_by=actor,
                created_at=storage.clock(),
                purpose=str(new.purpose),
                case_reference=new.case,
                sealed_consent=seal_consent(storage.keyring, new.consent, record_id),
                sealed_context=seal_context(storage.keyring, new.context, record_id),
                device_maker=device.maker,
                device_model=device.model,
                device_kind=device.kind,
                site=device.site,
                probe=device.probe,
                preset=device.preset,
                export_width=width,
                export_height=height,
                state=SubmissionState.OPEN,
                attempts=0,
            )
        )
        made = _find(storage, connection, organisation, record_id)
        if lease is not None:
            idempotency.finish(storage, connection, lease, 201, render(made))
    return made


def get(storage: Storage, organisation: str, submission_id: str) -> Submission:
    """Return a submission of the organisation."""
    with storage.reading() as connection:
        return _find(storage, connection, organisation, submission_id)


def page(
    storage: Storage,
    organisation: str,
    case: CaseReference | None,
    after: str | None,
    limit: int,
) -> Page[Submission]:
    """Return a page of the organisation's submissions, newest first."""
    query = select(submissions).where(submissions.c.organisation == organisation)
    if case is not None:
        query = query.where(submissions.c.case_reference == case)
    with storage.reading() as connection:
        rows = connection.execute(newest_first(query, submissions, after, limit)).all()
    items = tuple(_submission(storage, row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(items, cursor(items[-1].created_at, items[-1].id) if more else None)


def add_attempt(
    storage: Storage,
    organisation: str,
    actor: str,
    submission_id: str,
    facts: AttemptFacts,
    accepted: Accepted | None,
    state: SubmissionState,
    lease: Lease | None,
    render: Callable[[Submission, Attempt], bytes],
) -> tuple[Submission, Attempt]:
    """Put an attempt on record, with the picture where there is one.

    The picture is durable before the database speaks of it; when the transaction fails, it
    is garbage that nobody refers to.

    Raises:
        NoSuchRecordError: There is no such submission.
        ConflictError: It is no longer open, or another attempt came first.
    """
    stored = None if accepted is None else images.put(storage, accepted)
    with storage.writing() as connection:
        chain.lock(connection, organisation)
        before = _find(storage, connection, organisation, submission_id)
        if before.state is not SubmissionState.OPEN or before.attempts != facts.number - 1:
            raise ConflictError("the submission is not open, or another attempt came first")
        now = storage.clock()
        image_id = None
        if accepted is not None and stored is not None:
            image_id = accepted.id
            images.insert_row(
                connection,
                organisation,
                submission_id,
                actor,
                accepted,
                facts.released,
                facts.report,
                stored,
                now,
            )
        connection.execute(
            insert(attempts).values(
                submission_id=submission_id,
                number=facts.number,
                organisation=organisation,
                created_at=now,
                outcome=facts.outcome,
                released=facts.released,
                photos=facts.photos,
                reasons=" ".join(facts.reasons),
                policy_version=policy_of(facts.report),
                report=json.dumps(dict(facts.report), allow_nan=False),
                image_id=image_id,
            )
        )
        connection.execute(
            update(submissions)
            .where(submissions.c.id == submission_id)
            .values(attempts=facts.number, state=state, image_id=image_id)
        )
        action = "submission.attempt" if image_id is None else "image.accept"
        subject = submission_id if image_id is None else image_id
        chain.append(storage, connection, organisation, actor, action, subject)
        after = _find(storage, connection, organisation, submission_id)
        attempt = _attempts(connection, organisation, submission_id)[-1]
        if lease is not None:
            idempotency.finish(storage, connection, lease, 200, render(after, attempt))
    return after, attempt


def attempts_of(storage: Storage, organisation: str, submission_id: str) -> tuple[Attempt, ...]:
    """Return the attempts of a submission, first to last."""
    with storage.reading() as connection:
        _find(storage, connection, organisation, submission_id)
        return _attempts(connection, organisation, submission_id)


def origins(
    storage: Storage, organisation: str, submission_ids: Collection[str]
) -> dict[str, Origin]:
    """Return where pictures came from, by the ids of their submissions."""
    query = select(submissions).where(
        submissions.c.organisation == organisation, submissions.c.id.in_(submission_ids)
    )
    with storage.reading() as connection:
        return {
            row.id: Origin(Purpose(row.purpose), _case(row), _device(row))
            for row in connection.execute(query)
        }


def policy_of(report: Mapping[str, Any]) -> str:
    """Return the version of the policy that a report was made under."""
    return str(report["versions"]["policy"])


def _find(
    storage: Storage, connection: Connection, organisation: str, submission_id: str
) -> Submission:
    row = connection.execute(
        select(submissions).where(
            submissions.c.id == submission_id, submissions.c.organisation == organisation
        )
    ).first()
    if row is None:
        raise NoSuchRecordError("there is no such submission")
    return _submission(storage, row)


def _attempts(connection: Connection, organisation: str, submission_id: str) -> tuple[Attempt, ...]:
    query = (
        select(attempts)
        .where(attempts.c.submission_id == submission_id, attempts.c.organisation == organisation)
        .order_by(attempts.c.number)
    )
    return tuple(
        Attempt(
            row.submission_id,
            row.number,
            row.created_at,
            row.outcome,
            row.released,
            row.photos,
            json.loads(row.report),
            row.image_id,
        )
        for row in connection.execute(query)
    )


def _submission(storage: Storage, row: Row[Any]) -> Submission:
    return Submission(
        id=row.id,
        organisation=row.organisation,
        created_by=row.created_by,
        created_at=row.created_at,
        purpose=Purpose(row.purpose),
        case=_case(row),
        consent=open_consent(storage.keyring, row.sealed_consent, row.id),
        context=open_context(storage.keyring, row.sealed_context, row.id),
        device=_device(row),
        state=SubmissionState(row.state),
        attempts=row.attempts,
        image_id=row.image_id,
    )


def _case(row: Row[Any]) -> CaseReference | None:
    return None if row.case_reference is None else CaseReference(row.case_reference)


def _device(row: Row[Any]) -> Device:
    size = None if row.export_width is None else (row.export_width, row.export_height)
    return Device(
        row.device_maker,
        row.device_model,
        row.device_kind,
        row.site,
        row.probe,
        row.preset,
        size,
    )
