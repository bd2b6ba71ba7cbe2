"""Checking, reclaiming, key rotation, backup and restore; pictures on S3; keys on disk."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.records.kit import ACTOR, ORG, Clock, accept, open_records, submit

from sonogate.records import maintenance
from sonogate.records.backup import backup, restore
from sonogate.records.blobs import open_blobs
from sonogate.records.engine import open_engine
from sonogate.records.errors import DamagedRecordError, KeyringError, RecordsError
from sonogate.records.keyring import make_keyring, read_keyring, write_keyring
from sonogate.records.store import SqlRecords
from sonogate.records.tables import audit


def test_what_a_crash_leaves_is_found_and_reclaimed(records: SqlRecords, tmp_path: Path) -> None:
    storage = records.storage
    accept(records, submit(records))
    lost = storage.blobs.put(b"encrypted, and never put on record")
    staged = tmp_path / "blobs" / "pictures" / lost[:2] / lost[2:4] / f"{lost}#1"
    staged.write_bytes(b"half an obj")
    # Objects are dated by the disk, records by the test's clock.
    age = timedelta(days=-10000)
    found = maintenance.check(storage, grace=age)
    assert (found.pictures, found.garbage, found.reclaimed, found.sound) == (1, 1, 0, True)
    assert maintenance.check(storage, reclaim=True, grace=age).reclaimed == 1
    assert not staged.exists()
    again = maintenance.check(storage, reclaim=True, grace=age)
    assert (again.pictures, again.garbage, again.sound) == (1, 0, True)


def test_damage_and_tampering_are_found(records: SqlRecords, tmp_path: Path) -> None:
    storage = records.storage
    submission, _ = accept(records, submit(records))
    assert maintenance.check(storage).sound
    name = next(iter(storage.blobs.list())).name
    storage.blobs.delete(name)
    assert maintenance.check(storage).damaged == (submission.image_id,)
    with storage.writing() as connection:
        connection.execute(update(audit).where(audit.c.sequence == 1).values(actor="somebody else"))
    assert maintenance.check(storage).broken == (ORG,)


def test_the_end_of_a_chain_cannot_be_cut_off_unnoticed(records: SqlRecords) -> None:
    storage = records.storage
    for number in range(3):
        records.audit(ORG, ACTOR, "test", f"s{number}")
    with storage.writing() as connection:
        connection.execute(audit.delete().where(audit.c.sequence == 3))
    assert maintenance.check(storage).broken == (ORG,)


def test_keys_are_rotated_and_nothing_is_lost(records: SqlRecords, tmp_path: Path) -> None:
    storage = records.storage
    submission, _ = accept(records, submit(records), file=b"kept")
    old = storage.keyring
    ring, count = maintenance.rotate(storage, tmp_path / "keys.json", drop_old=True)
    assert count == 3
    assert read_keyring(tmp_path / "keys.json") == ring
    assert set(ring.keys) == {ring.active} != set(old.keys)
    again = SqlRecords(storage.__class__(**{**_fields(storage), "keyring": ring}))
    assert again.submission(ORG, submission.id) == submission
    assert again.picture(again.image(ORG, submission.image_id or "")) == b"kept"
    with pytest.raises(KeyringError):
        records.picture(records.image(ORG, submission.image_id or ""))
    # An interrupted rotation is simply done again.
    assert maintenance.rotate(again.storage, tmp_path / "keys.json", drop_old=False)[1] == 3


def _fields(storage: object) -> dict[str, object]:
    names = ("engine", "blobs", "keyring", "entry_hash", "clock")
    return {name: getattr(storage, name) for name in names}


def test_a_backup_comes_back_whole_on_either_database(
    records: SqlRecords, tmp_path: Path, clock: Clock
) -> None:
    submission, attempt = accept(records, submit(records), file=b"kept")
    gone, _ = accept(records, submit(records))
    records.delete_submission(ORG, gone.id, ACTOR, "asked for")
    copy = tmp_path / "copy"
    assert backup(records.storage, copy) == 1
    with pytest.raises(RecordsError):
        backup(records.storage, copy)
    for file in copy.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"kept" not in data
            assert b"Effusion" not in data
    other = tmp_path / "other"
    other.mkdir()
    write_keyring(other / "keys.json", records.storage.keyring)
    fresh = open_records(f"sqlite:///{other}/records.db", other, clock)
    assert restore(fresh.storage, copy) == 1
    assert fresh.submission(ORG, submission.id) == submission
    assert fresh.attempts(ORG, submission.id) == (attempt,)
    assert fresh.picture(fresh.image(ORG, submission.image_id or "")) == b"kept"
    assert fresh.audit_entries(ORG, 0, 100) == records.audit_entries(ORG, 0, 100)
    assert maintenance.check(fresh.storage).sound
    with pytest.raises(RecordsError):
        restore(fresh.storage, copy)
    picture = next((copy / "pictures").iterdir())
    picture.write_bytes(picture.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedRecordError):
        restore(fresh.storage, copy)
    fresh.storage.engine.dispose()


def test_a_key_file_is_for_its_owner_alone_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    ring = make_keyring()
    write_keyring(path, ring)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_keyring(path) == ring
    assert ring.keys[ring.active].hex() not in repr(ring)
    path.chmod(0o640)
    with pytest.raises(KeyringError):
        read_keyring(path)
    path.chmod(0o600)
    for text in ("", "{}", "[]", '{"active": 1}', path.read_text().replace('"keys"', '"key"')):
        path.write_text(text)
        with pytest.raises(KeyringError):
            read_keyring(path)
    with pytest.raises(KeyringError):
        read_keyring(tmp_path / "absent")


def test_what_is_sealed_opens_for_its_purpose_alone() -> None:
    ring = make_keyring()
    sealed = ring.seal(b"text", "context:sub_1")
    assert ring.open(sealed, "context:sub_1") == b"text"
    assert b"text" not in sealed
    with pytest.raises(DamagedRecordError):
        ring.open(sealed, "context:sub_2")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises((DamagedRecordError, KeyringError)):
            ring.open(bytes(changed), "context:sub_1")
    with pytest.raises((DamagedRecordError, KeyringError)):
        ring.open(sealed[:40], "context:sub_1")


def test_places_that_cannot_be_used_are_refused_without_quoting_them() -> None:
    for open_it, url in (
        (open_engine, "mysql://u:CANARY@h/d"),
        (open_engine, "CANARY"),
        (open_blobs, "ftp://CANARY/x"),
    ):
        with pytest.raises(RecordsError) as caught:
            open_it(url)
        assert "CANARY" not in str(caught.value)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a bucket on an S3 server of the test's own."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    import urllib.request

    put = urllib.request.Request(f"http://{host}:{port}/pictures", method="PUT")
    urllib.request.urlopen(put).close()
    yield "s3://pictures/sonogate"
    server.stop()


def test_pictures_on_s3(bucket: str, tmp_path: Path, clock: Clock) -> None:
    local = open_records(f"sqlite:///{tmp_path}/records.db", tmp_path, clock)
    blobs = open_blobs(bucket)
    records = SqlRecords(local.storage.__class__(**{**_fields(local.storage), "blobs": blobs}))
    submission, _ = accept(records, submit(records), file=b"on s3")
    image = records.image(ORG, submission.image_id or "")
    assert records.picture(image) == b"on s3"
    assert maintenance.check(records.storage).sound
    name = next(iter(blobs.list())).name
    assert blobs.put(blobs.get(name)) == name
    records.delete_submission(ORG, submission.id, ACTOR, "asked for")
    assert list(blobs.list()) == []
    blobs.delete(name)
    with pytest.raises(DamagedRecordError):
        blobs.get(name)
    records.storage.engine.dispose()
