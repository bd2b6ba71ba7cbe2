"""Runs over many photos: deaths, kills, refusals, and what is written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import obstore
import pytest
from obstore.store import from_url
from tests.batch.kit import POLICY, Notes, make_none, rows, settings, write_photos

from sonogate.batch import BatchError, Settings, Summary, run
from sonogate.batch.listing import Listing
from sonogate.batch.pool import PoolCrew
from sonogate.batch.stores import Destination, Source
from sonogate.batch.values import Answer, Finished, Work
from sonogate.cli.factory import load_default_gate
from sonogate.cli.files import SUFFIXES

ROOT = Path(__file__).resolve().parents[2]


def do(
    chosen: Settings, *, workers: int = 1, chunk: int | None = 4, notes: Notes | None = None
) -> Summary:
    with closing(PoolCrew(chosen, workers)) as crew:
        return run(crew, chosen, notes or Notes(), chunk_photos=chunk, suffixes=SUFFIXES)


def test_every_photo_has_one_row_and_no_name_leaves(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 10)
    (source / "notes.txt").write_text("no photo")
    (source / ".hidden.jpg").write_text("hidden")
    notes = Notes()
    summary = do(settings(source, tmp_path / "out"), notes=notes)
    table = rows(tmp_path / "out")
    assert (summary.photos, summary.chunks, summary.workers_lost) == (10, 3, 0)
    assert notes.begun == (10, 2, 0)
    assert notes.reaches == sorted(notes.reaches)
    assert notes.reaches[-1] == 10
    assert table["index"].to_pylist() == list(range(10))
    assert len(set(table["sha256"].to_pylist())) == 10
    assert set(table["schema"].to_pylist()) == {"sonogate.batch/1"}
    assert set(table["models"].to_pylist()) == {'{"model": "' + "0" * 64 + '"}'}
    assert table["key"].null_count == 10
    for path in (tmp_path / "out").rglob("*"):
        assert "Doe" not in path.name
        assert path.is_dir() or b"Doe" not in path.read_bytes()


def test_names_are_kept_when_asked_for(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 3)
    do(settings(source, tmp_path / "out", keep_names=True))
    keys = rows(tmp_path / "out")["key"].to_pylist()
    assert keys == [f"ward {n}/Doe, Jane {n:04d} 50%#.JPG" for n in range(3)]


def test_bad_photos_are_listed_with_their_codes(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name, order in {"a": "plain", "b": "fault", "c": "die", "d": "plain"}.items():
        (source / f"{name}.jpg").write_text(f"{order} {name}")
    once = tmp_path / "marker"
    (source / "e.jpg").write_text(f"once {once}")
    summary = do(settings(source, tmp_path / "out"), chunk=5, workers=2)
    assert summary.failures == {"unreadable_file": 3, "gate_failed": 1, "worker_died": 1}
    # Twice the chunk, twice the photo alone; the last kills once and then behaves.
    assert summary.workers_lost == 5
    listed = rows(tmp_path / "out", "failures").to_pylist()
    told = [(row["index"], row["failure"], row["detail"]) for row in listed]
    assert told == [
        (0, "unreadable_file", "not_a_photo"),
        (1, "gate_failed", "RuntimeError"),
        (2, "worker_died", None),
        (3, "unreadable_file", "not_a_photo"),
        (4, "unreadable_file", "not_a_photo"),
    ]
    assert rows(tmp_path / "out")["index"].to_pylist() == list(range(5))
    assert not any(b"CANARY" in p.read_bytes() for p in tmp_path.rglob("*.parquet"))


def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 6)
    (source / "z.jpg").write_text(f"once {tmp_path / 'marker'}")
    summary = do(settings(source, tmp_path / "out"), chunk=3)
    assert summary.workers_lost == 1
    assert summary.failures == {"unreadable_file": 7}


def test_a_photo_lost_since_the_listing_is_a_failure(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 2)
    entries = list(Source(str(source)).list())
    items = next(Listing(entries, SUFFIXES).chunks(2))
    (source / items[0].key).unlink()
    (source / items[1].key).write_text("another")
    for item, code in zip(items, ("missing", "changed"), strict=True):
        with pytest.raises(Exception, match=code) as caught:
            Source(str(source)).read(item, 100)
        assert "Doe" not in str(caught.value)


def test_of_a_photo_that_is_too_large_one_byte_too_many_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"abcdef")
    source = Source(str(tmp_path))
    item = next(Listing(source.list(), None).chunks(1))[0]
    data, sha256 = source.read(item, 3)
    assert data == b"abcd"
    assert sha256 == "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721"
    assert source.read(item, 6) == (b"abcdef", None)


def test_killed_twice_and_resumed_gives_the_same(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 60, "slow")
    do(settings(source, tmp_path / "calm"), workers=2, chunk=5)
    command = [sys.executable, "-m", "tests.batch.command", "batch", str(source)]
    command += [str(tmp_path / "out"), "--workers", "2", "--chunk", "5"]
    chunks = tmp_path / "out" / "chunks"
    seen: dict[Path, int] = {}
    for least in (2, 5):
        complaints = tmp_path / "complaints"
        with (
            complaints.open("wb") as errors,
            subprocess.Popen(command, cwd=ROOT, stderr=errors) as process,
        ):
            deadline = time.monotonic() + 60
            while len(list(chunks.glob("*"))) < least:
                assert time.monotonic() < deadline
                assert process.poll() is None, complaints.read_text()
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
        assert all(path.stat().st_mtime_ns == at for path, at in seen.items())
        seen = {path: path.stat().st_mtime_ns for path in chunks.glob("*")}
        assert len(seen) < 12
    notes = Notes()
    summary = do(settings(source, tmp_path / "out"), workers=2, chunk=None, notes=notes)
    assert summary.skipped_photos >= 25
    assert notes.reaches[0] > summary.skipped_photos - 1
    assert all(path.stat().st_mtime_ns == at for path, at in seen.items())
    assert rows(tmp_path / "out").equals(rows(tmp_path / "calm"))
    calm = {p.name: p.read_bytes() for p in (tmp_path / "calm" / "chunks").iterdir()}
    assert {p.name: p.read_bytes() for p in chunks.iterdir()} == calm


def test_a_finished_run_does_nothing_more(tmp_path: Path) -> None:
    chosen = settings(write_photos(tmp_path / "in", 5), tmp_path / "out")
    do(chosen)
    again = do(chosen, chunk=None)
    assert (again.skipped_photos, again.failures) == (5, {})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("photo", "the photos have changed"),
        ("more", r"the number of photos has changed \(5, now 6\)"),
        ("policy", "the policy has changed"),
        ("chunk", r"the size of chunks has changed \(4, now 3\)"),
        ("names", "with, or without, names"),
        ("manifest", "left no manifest"),
    ],
)
def test_another_run_is_refused(tmp_path: Path, change: str, told: str) -> None:
    source = write_photos(tmp_path / "in", 5)
    out = tmp_path / "out"
    do(settings(source, out))
    chosen, chunk = settings(source, out), 4
    if change == "photo":
        (source / "ward 0" / "Doe, Jane 0000 50%#.JPG").write_text("another one")
    elif change == "more":
        (source / "new.png").write_text("plain")
    elif change == "policy":
        chosen = settings(source, out, policy=POLICY.read_bytes() + b"# a word more\n")
    elif change == "chunk":
        chunk = 3
    elif change == "names":
        chosen = settings(source, out, keep_names=True)
    else:
        (out / "manifest.json").unlink()
    before = {path: path.read_bytes() for path in out.rglob("*.parquet")}
    with pytest.raises(BatchError, match=told) as caught:
        do(chosen, chunk=chunk)
    assert "Doe" not in str(caught.value)
    assert {path: path.read_bytes() for path in out.rglob("*.parquet")} == before


def test_a_gate_that_cannot_load_stops_the_run(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 2)
    with pytest.raises(BatchError, match="a worker cannot start: a model is missing"):
        do(settings(source, tmp_path / "out", make_gate=make_none))


class DoomedCrew:
    """Tells its versions and dies of everything else."""

    isolates = False

    def __init__(self) -> None:
        self.hands: list[Work] = []
        self.sizes: list[int] = []

    def capacity(self) -> int:
        return 3

    def submit(self, work: Work) -> None:
        self.hands.append(work)
        assert len(self.hands) == 1 or all(hand.kind == "chunk" for hand in self.hands)
        self.sizes.append(len(self.hands))

    def wait(self) -> Finished:
        work = self.hands.pop(0)
        versions = {"sonogate": "0", "policy": "0", "models": {}}
        return Finished(work, Answer(versions=versions) if work.kind == "probe" else None)

    def close(self) -> None:
        self.hands.clear()


def test_workers_that_only_die_stop_the_run(tmp_path: Path) -> None:
    chosen = settings(write_photos(tmp_path / "in", 30), tmp_path / "out")
    crew = DoomedCrew()
    with pytest.raises(BatchError, match="one after the other"):
        run(crew, chosen, Notes(), chunk_photos=10, suffixes=SUFFIXES)
    assert max(crew.sizes) == 3
    assert Destination(str(tmp_path / "out")).finished() == set()


def test_results_are_not_written_among_the_photos(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 1)
    with pytest.raises(BatchError, match="among the photos"):
        do(settings(source, source / "out"))


@pytest.mark.parametrize("where", ["ftp://host/photos", "s3://", "/no/such/folder"])
def test_a_source_that_is_none_is_refused(tmp_path: Path, where: str) -> None:
    with pytest.raises(BatchError):
        Source(where)


def test_a_name_that_is_not_unicode_is_told_of_without_it(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"Doe\xff.jpg")).touch()
    with pytest.raises(BatchError, match="not Unicode") as caught:
        list(Source(str(tmp_path)).list())
    assert "Doe" not in str(caught.value)


def test_objects_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    destination = Destination(str(tmp_path / "out"))
    assert destination.create("chunks/chunk-000000007.parquet", b"one")
    assert not destination.create("chunks/chunk-000000007.parquet", b"two")
    assert destination.get("chunks/chunk-000000007.parquet") == b"one"
    stale = tmp_path / "out" / ".partial" / "x"
    stale.write_bytes(b"half")
    os.utime(stale, (0, 0))
    destination.sweep()
    assert not stale.exists()
    assert destination.finished() == {7}


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

    put = urllib.request.Request(f"http://{host}:{port}/study", method="PUT")
    urllib.request.urlopen(put).close()
    yield "s3://study"
    server.stop()


def test_from_s3_to_s3(bucket: str, tmp_path: Path) -> None:
    photos = from_url(f"{bucket}/photos")
    for number in range(5):
        obstore.put(photos, f"a b/{number}%.jpg", f"plain {number}".encode())
    chosen = settings(f"{bucket}/photos", f"{bucket}/results")
    assert do(chosen, chunk=2).photos == 5
    results = from_url(f"{bucket}/results")
    names = sorted(entry["path"] for page in obstore.list(results) for entry in page)
    chunks = [f"chunk-{n:09d}.parquet" for n in range(3)]
    wanted = [f"{folder}/{name}" for folder in ("chunks", "failures") for name in chunks]
    assert names == [*wanted, "manifest.json"]
    assert do(chosen, chunk=None).skipped_photos == 5
    with pytest.raises(BatchError, match="among the photos"):
        do(settings(bucket, f"{bucket}/results"))


def test_the_real_gate_over_samples(samples: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name in ("good_cart.jpg", "blur.jpg"):
        shutil.copy(samples / name, source / name)
    (source / "cut.jpg").write_bytes((samples / "far.jpg").read_bytes()[:5000])
    chosen = settings(source, tmp_path / "out", make_gate=load_default_gate, pictures=True)
    assert do(chosen).failures == {"unreadable_file": 1}
    blurred, cut, good = rows(tmp_path / "out").to_pylist()
    assert (cut["outcome"], cut["failure"]) == ("rejected", "unreadable_file")
    assert good["outcome"].startswith("accepted")
    assert blurred["outcome"] == "retake"
    assert good["masking_complete"]
    assert good["fidelity"] > blurred["fidelity"]
    assert good["sharpness_score"] > blurred["sharpness_score"]
    made = sorted(p.name for p in (tmp_path / "out" / "pictures" / "000000000").iterdir())
    assert made == [
        "000000000000.json",
        "000000000000.masked.png",
        "000000000001.json",
        "000000000002.json",
        "000000000002.masked.png",
    ]
