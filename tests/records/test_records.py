"""Submissions, pictures, the audit trail and idempotency keys, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from tests.records.kit import (
    ACTOR,
    ORG,
    OTHER_ORG,
    Clock,
    accept,
    consultation,
    entry_hash,
    open_records,
    report,
    submit,
)
from tests.records.postgres import Postgres

from sonogate.clinical import CaseReference
from sonogate.records import chain, clients, deletion, schema
from sonogate.records.errors import (
    ConflictError,
    DamagedRecordError,
    InProgressError,
    KeyReusedError,
    NoSuchRecordError,
    UnavailableError,
)
from sonogate.records.idempotency import LEASE, Lease, Replay
from sonogate.records.store import SqlRecords
from sonogate.records.values import (
    FIRST_PREVIOUS_HASH,
    AttemptFacts,
    AuditEntry,
    ImageFilter,
    ImageState,
    SubmissionState,
)


def verify_chain(entries: tuple[AuditEntry, ...]) -> None:
    previous = FIRST_PREVIOUS_HASH
    for number, entry in enumerate(entries, start=1):
        assert (entry.sequence, entry.previous_hash) == (number, previous)
        previous = entry_hash(
            organisation=entry.organisation,
            sequence=entry.sequence,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            reason=entry.reason,
            previous_hash=entry.previous_hash,
        )
        assert entry.hash == previous


def test_the_migrations_make_the_tables_that_are_used(records: SqlRecords) -> None:
    assert schema.differences(records.storage.engine) == []
    assert schema.revision(records.storage.engine) == schema.newest() is not None


def test_a_submission_comes_back_as_it_went_in(records: SqlRecords) -> None:
    made = submit(records)
    again = records.submission(ORG, made.id)
    assert again == made
    new = consultation()
    assert (again.purpose, again.case, again.device) == (new.purpose, new.case, new.device)
    assert (again.consent, again.context) == (new.consent, new.context)
    assert again.state is SubmissionState.OPEN


def test_an_accepted_picture_comes_back_whole_and_its_submission_is_closed(
    records: SqlRecords,
) -> None:
    submission, attempt = accept(records, submit(records), file=b"masked picture")
    assert submission.state is SubmissionState.ACCEPTED
    assert submission.image_id == attempt.image_id is not None
    image = records.image(ORG, submission.image_id)
    assert records.picture(image) == b"masked picture"
    assert (image.limits, image.fidelity, image.state) == (
        ("fine_detail",),
        71.5,
        ImageState.ACTIVE,
    )
    assert records.image_by_sha256(image.sha256) == image
    assert records.attempts(ORG, submission.id) == (attempt,)
    with pytest.raises(ConflictError):
        accept(records, submission)


def test_another_organisation_finds_nothing(records: SqlRecords) -> None:
    submission, _ = accept(records, submit(records))
    assert submission.image_id is not None
    for ask in (
        lambda: records.submission(OTHER_ORG, submission.id),
        lambda: records.attempts(OTHER_ORG, submission.id),
        lambda: records.image(OTHER_ORG, submission.image_id or ""),
        lambda: records.recall(OTHER_ORG, submission.image_id or "", ACTOR, "x"),
        lambda: records.delete_submission(OTHER_ORG, submission.id, ACTOR, "x"),
    ):
        with pytest.raises(NoSuchRecordError):
            ask()
    assert records.submissions(OTHER_ORG, None, None, 10).items == ()
    assert records.images(OTHER_ORG, ImageFilter(), None, 10).items == ()
    assert records.audit_entries(OTHER_ORG, 0, 10) == ()


def test_pages_follow_each_other_without_gaps_while_more_is_added(records: SqlRecords) -> None:
    made = [submit(records).id for _ in range(7)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = records.submissions(ORG, None, after, 3)
        seen += [item.id for item in page.items]
        submit(records)
        after = page.after
        if after is None:
            break
    assert seen == made[::-1]
    case = CaseReference("case-0001-opaque")
    assert len(records.submissions(ORG, case, None, 100).items) == 10
    assert records.submissions(ORG, CaseReference("another-case"), None, 100).items == ()


def test_pictures_are_found_by_what_is_known_of_them(records: SqlRecords, clock: Clock) -> None:
    first, _ = accept(records, submit(records, site="A", model="M1"), made=report(60.0, 90.0, "p1"))
    clock.now += timedelta(days=1)
    middle = clock.now
    second, _ = accept(
        records, submit(records, site="B", model="M2"), made=report(80.0, 55.0, "p2")
    )
    wanted = {
        first.image_id: [
            ImageFilter(until=middle),
            ImageFilter(site="A"),
            ImageFilter(device_model="M1"),
            ImageFilter(policy_version="p1"),
            ImageFilter(fidelity=(50.0, 70.0)),
            ImageFilter(scores={"glare": (85.0, 100.0)}),
        ],
        second.image_id: [
            ImageFilter(since=middle),
            ImageFilter(site="B", device_model="M2"),
            ImageFilter(fidelity=(70.0, 90.0), scores={"glare": (50.0, 60.0)}),
        ],
    }
    for image_id, filters in wanted.items():
        for one in filters:
            assert [i.id for i in records.images(ORG, one, None, 10).items] == [image_id], one
    both = ImageFilter(outcome="accepted", state=ImageState.ACTIVE, limit="fine_detail")
    assert len(records.images(ORG, both, None, 10).items) == 2
    assert records.images(ORG, ImageFilter(limit="measuring"), None, 10).items == ()
    assert records.images(ORG, ImageFilter(scores={"noise": (0.0, 100.0)}), None, 10).items == ()


def test_recall_and_replacement_are_final_and_on_the_trail(records: SqlRecords) -> None:
    old, new, third = (accept(records, submit(records))[0].image_id or "" for _ in range(3))
    recalled = records.recall(ORG, old, ACTOR, "wrong patient")
    assert (recalled.state, recalled.state_reason) == (ImageState.RECALLED, "wrong patient")
    replaced = records.supersede(ORG, new, third, ACTOR, "better one")
    assert (replaced.state, replaced.superseded_by) == (ImageState.SUPERSEDED, third)
    for image_id, by in ((old, third), (third, third), (third, new)):
        with pytest.raises(ConflictError):
            records.supersede(ORG, image_id, by, ACTOR, "again")
    actions = [(e.action, e.reason) for e in records.audit_of(ORG, old)]
    assert actions == [("image.accept", ""), ("image.recall", "wrong patient")]
    verify_chain(records.audit_entries(ORG, 0, 1000))


def test_deletion_leaves_a_tombstone_and_no_picture(records: SqlRecords, tmp_path: Path) -> None:
    submission, _ = accept(records, submit(records))
    assert len(list(records.storage.blobs.list())) == 1
    gone = records.delete_submission(ORG, submission.id, ACTOR, "asked for")
    assert gone.state is SubmissionState.DELETED
    assert gone.consent is gone.context is gone.case is None
    assert submission.image_id is not None
    image = records.image(ORG, submission.image_id)
    assert (image.state, image.state_reason, image.original_hmac) == (
        ImageState.DELETED,
        "asked for",
        "",
    )
    assert dict(image.report) == {} == dict(records.attempts(ORG, submission.id)[0].report)
    with pytest.raises(NoSuchRecordError):
        records.picture(image)
    assert list(records.storage.blobs.list()) == []
    with pytest.raises(ConflictError):
        records.delete_submission(ORG, submission.id, ACTOR, "again")
    verify_chain(records.audit_entries(ORG, 0, 1000))


def test_what_is_past_its_period_is_deleted_and_nothing_else(
    records: SqlRecords, clock: Clock
) -> None:
    old = accept(records, submit(records))[0]
    clock.now += timedelta(days=30)
    new = accept(records, submit(records))[0]
    assert deletion.purge(records.storage, timedelta(days=20), "system") == 1
    assert records.submission(ORG, old.id).state is SubmissionState.DELETED
    assert records.submission(ORG, new.id).state is SubmissionState.ACCEPTED
    assert deletion.purge(records.storage, timedelta(days=20), "system") == 0


def test_an_altered_or_missing_object_is_noticed(records: SqlRecords, tmp_path: Path) -> None:
    submission, _ = accept(records, submit(records))
    image = records.image(ORG, submission.image_id or "")
    file = next(path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(DamagedRecordError):
        records.picture(image)
    file.unlink()
    with pytest.raises(DamagedRecordError):
        records.picture(image)


def test_a_chain_that_many_write_at_once_has_no_gap(records: SqlRecords) -> None:
    def write(number: int) -> None:
        records.audit(ORG, ACTOR, "test", f"s{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    entries = records.audit_entries(ORG, 0, 1000)
    assert len(entries) == 40
    verify_chain(entries)
    assert records.audit_head(ORG) == entries[-1]
    assert records.audit_entries(ORG, 38, 1) == entries[38:39]


def test_a_key_gives_the_first_answer_again(records: SqlRecords, clock: Clock) -> None:
    lease = records.begin(ORG, ACTOR, "k1", "r1")
    assert isinstance(lease, Lease)
    with pytest.raises(InProgressError):
        records.begin(ORG, ACTOR, "k1", "r1")
    records.create(ORG, ACTOR, consultation(), lease, lambda s: s.id.encode())
    first = records.submissions(ORG, None, None, 10).items
    assert records.begin(ORG, ACTOR, "k1", "r1") == Replay(201, first[0].id.encode())
    with pytest.raises(KeyReusedError):
        records.begin(ORG, ACTOR, "k1", "r2")
    assert isinstance(records.begin(ORG, "key:other", "k1", "r2"), Lease)
    assert isinstance(records.begin(OTHER_ORG, ACTOR, "k1", "r2"), Lease)


def test_a_lease_that_ran_out_cannot_complete_what_another_took_over(
    records: SqlRecords, clock: Clock
) -> None:
    slow = records.begin(ORG, ACTOR, "k", "r")
    assert isinstance(slow, Lease)
    clock.now += LEASE + timedelta(seconds=1)
    assert isinstance(records.begin(ORG, ACTOR, "k", "r"), Lease)
    with pytest.raises(ConflictError):
        records.create(ORG, ACTOR, consultation(), slow, lambda _: b"")
    assert records.submissions(ORG, None, None, 10).items == ()
    assert records.audit_entries(ORG, 0, 10) == ()


def test_a_key_given_up_may_be_used_for_anything(records: SqlRecords) -> None:
    lease = records.begin(ORG, ACTOR, "k", "r")
    assert isinstance(lease, Lease)
    records.give_up(lease)
    assert isinstance(records.begin(ORG, ACTOR, "k", "r2"), Lease)


def test_one_key_at_the_same_moment_is_taken_once(records: SqlRecords) -> None:
    gate = threading.Barrier(6)

    def take(_: int) -> bool:
        gate.wait()
        try:
            return isinstance(records.begin(ORG, ACTOR, "k", "r"), Lease)
        except InProgressError:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(take, range(6))) == 1


def test_only_one_of_two_attempts_at_once_is_taken(records: SqlRecords) -> None:
    submission = submit(records)

    def attempt(number: int) -> bool:
        facts = AttemptFacts(1, "retake", "retake", 1, report(), ("glare",))
        try:
            records.add_attempt(
                ORG,
                ACTOR,
                submission.id,
                facts,
                None,
                SubmissionState.OPEN,
                None,
                lambda *_: b"",
            )
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    assert records.submission(ORG, submission.id).attempts == 1


def test_keys_of_machines(records: SqlRecords, clock: Clock) -> None:
    storage = records.storage
    made = clients.add(storage, ORG, "cart 1", frozenset({"submit"}), None, "system")
    short = clients.add(
        storage, ORG, "loan", frozenset({"review"}), clock.now + timedelta(hours=1), "system"
    )
    assert clients.of_key(storage, made.key) == made.client
    assert clients.of_key(storage, short.key) == short.client
    assert made.key not in repr(made)
    for wrong in ("", "sgk_", made.key[:-1], made.key + "x", "sgk_00_x", short.key[::-1]):
        assert clients.of_key(storage, wrong) is None
    clock.now += timedelta(hours=1)
    assert clients.of_key(storage, short.key) is None
    with pytest.raises(NoSuchRecordError):
        clients.revoke(storage, OTHER_ORG, made.client.id, "system", "lost")
    clients.revoke(storage, ORG, made.client.id, "system", "lost")
    assert clients.of_key(storage, made.key) is None
    assert [client.id for client in clients.every(storage)] == [made.client.id, short.client.id]


def test_nothing_is_left_of_a_transaction_that_failed(records: SqlRecords) -> None:
    def write() -> None:
        with records.storage.writing() as connection:
            chain.append(records.storage, connection, ORG, ACTOR, "test", "s")
            raise KeyError

    with pytest.raises(KeyError):
        write()
    assert records.audit_entries(ORG, 0, 10) == ()


def test_a_database_that_is_gone_is_told_from_a_fault(
    postgres_server: Postgres, tmp_path: Path, clock: Clock
) -> None:
    records = open_records(postgres_server.create("gone"), tmp_path, clock)
    assert records.ready()
    postgres_server.stop()
    try:
        with pytest.raises(UnavailableError):
            submit(records)
        assert not records.ready()
    finally:
        postgres_server.start()
    assert records.ready()
    assert submit(records).attempts == 0
    records.storage.engine.dispose()
