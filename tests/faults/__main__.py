"""Break what is beneath the service, one thing after the other, and print a table.

``python -m tests.faults`` does all; names may follow, to do those alone. Of each fault it says
what was answered while it lasted, how many acknowledged pictures were lost, and how long after
its end, or after the start of a new process, the first photo was taken.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.client import Service
from tests.faults.proxy import Mood, Proxy
from tests.faults.service import UPLOAD_SECONDS, WAITING, WORKERS
from tests.records import postgres

BEFORE, DURING = 3, 3
_DAYS_S = 86400.0 * 10


@dataclass(frozen=True)
class Row:
    """What one fault did.

    Attributes:
        fault: What was broken.
        answers: Answers while it lasted, by how often.
        lost: Acknowledged pictures that were not there afterwards.
        recovery_s: From the end of the fault to the first photo taken.
    """

    fault: str
    answers: Counter[str]
    lost: int
    recovery_s: float

    def __str__(self) -> str:
        """Return a line of a Markdown table."""
        told = "; ".join(f"{count} × {answer}" for answer, count in sorted(self.answers.items()))
        return f"| {self.fault} | {told} | {self.lost} | {self.recovery_s:.1f} s |"


@contextmanager
def serving(folder: Path, database: str | None = None, pictures: str = "") -> Iterator[Service]:
    """Start the service, have some photos taken, and stop it at the end."""
    service = Service(folder, database, pictures)
    try:
        service.start()
        before = service.photos(BEFORE)
        assert before == {"200": BEFORE}, before
        yield service
    finally:
        service.stop()


def database_gone(folder: Path) -> Row:
    with postgres.running() as server, serving(folder, server.create("faults")) as service:
        server.stop(signal.SIGQUIT)
        answers = service.photos(DURING)
        answers[f"/readyz {service.get('/readyz')}, /healthz {service.get('/healthz')}"] = 1
        server.start()
        recovery_s = service.recovered()
        return Row("database gone, then back", answers, service.lost(), recovery_s)


def disk_full(folder: Path) -> Row:
    with serving(folder) as service:
        assert service.process is not None
        before = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (100, before[1]))
        answers = service.photos(DURING)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, before)
        recovery_s = service.recovered()
        return Row("no file can be written (disk full)", answers, service.lost(), recovery_s)


def _store(folder: Path, mood: Mood, fault: str) -> Row:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    proxy = Proxy(server.get_host_and_port())
    place = f"http://127.0.0.1:{proxy.port}"
    os.environ |= {
        "AWS_ENDPOINT_URL": place,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    urllib.request.urlopen(urllib.request.Request(f"{place}/faults", method="PUT")).close()
    with serving(folder, pictures=f"s3://faults/{mood}") as service:
        proxy.turn(mood)
        start = time.monotonic()
        answers = service.photos(1)
        took_s = time.monotonic() - start
        proxy.turn("pass")
        recovery_s = service.recovered()
        lost = service.lost()
    server.stop()
    return Row(f"{fault} (answered after {took_s:.0f} s)", answers, lost, recovery_s)


def store_refuses(folder: Path) -> Row:
    return _store(folder, "refuse", "object store refuses connections")


def store_silent(folder: Path) -> Row:
    return _store(folder, "silent", "object store does not answer")


def service_killed(folder: Path) -> Row:
    with serving(folder) as service:
        assert service.process is not None
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
        answers = service.photos(DURING)
        recovery_s = service.start() + service.recovered()
        fault = "the service killed as the out-of-memory killer does, then started again"
        return Row(fault, answers, service.lost(), recovery_s)


def model_corrupt(folder: Path) -> Row:
    with serving(folder) as service:
        service.stop()
        service.start("corrupt", ready=503)
        answers = service.photos(DURING)
        answers[f"/readyz {service.get('/readyz')}, /healthz {service.get('/healthz')}"] = 1
        service.stop()
        recovery_s = service.start() + service.recovered()
        fault = "a model altered at the start, then mended and started again"
        return Row(fault, answers, service.lost(), recovery_s)


def clock_jumps(folder: Path) -> Row:
    answers: Counter[str] = Counter()
    with serving(folder) as service:
        for ahead_s in (_DAYS_S, -_DAYS_S):
            (folder / "ahead").write_text(str(ahead_s))
            answers += service.photos(DURING)
        (folder / "ahead").unlink()
        return Row("clock ten days ahead, then ten days behind", answers, service.lost(),
                   service.recovered())  # fmt: skip


def _begun(service: Service) -> socket.socket:
    """Begin an upload that says it has ten million bytes, and send one."""
    one = socket.create_connection(("127.0.0.1", service.port))
    one.sendall(
        b"POST /v1/assess HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
        b"Authorization: Bearer " + (service.folder / "key").read_bytes() + b"\r\n"
        b"Content-Length: 10000000\r\n\r\n\xff"
    )
    return one


def clients_gone(folder: Path) -> Row:
    with serving(folder) as service:
        for _ in range(5 * (WORKERS + WAITING)):
            _begun(service).close()
        answers = service.photos(DURING)
        fault = f"{5 * (WORKERS + WAITING)} clients that leave while they send"
        return Row(fault, answers, service.lost(), service.recovered())


def slow_bodies(folder: Path) -> Row:
    with serving(folder) as service:
        slow = [_begun(service) for _ in range(WORKERS + WAITING)]
        answers = service.photos(DURING)
        recovery_s = service.recovered()
        for one in slow:
            one.settimeout(10 * UPLOAD_SECONDS)
            answers["the slow: " + one.recv(20).decode("ascii")[9:12]] += 1
            one.close()
        fault = f"{len(slow)} uploads that stop after a byte ({UPLOAD_SECONDS:.0f} s allowed)"
        return Row(fault, answers, service.lost(), recovery_s)


def slow_headers(folder: Path) -> Row:
    with serving(folder) as service:
        slow = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(200)]
        for one in slow:
            one.sendall(b"POST /v1/assess HTTP/1.1\r\nHost: ")
        answers = service.photos(DURING)
        slow[0].settimeout(60.0)
        start = time.monotonic()
        try:
            slow[0].recv(1)
            answers["the slow: closed"] = len(slow)
        except TimeoutError:
            answers["the slow: kept for a minute and more"] = len(slow)
        waited_s = time.monotonic() - start
        for one in slow:
            one.close()
        fault = f"200 requests that stop within their head (looked at for {waited_s:.0f} s)"
        return Row(fault, answers, service.lost(), service.recovered())


FAULTS: dict[str, Callable[[Path], Row]] = {
    one.__name__: one
    for one in (
        database_gone, disk_full, store_refuses, store_silent, service_killed, model_corrupt,
        clock_jumps, clients_gone, slow_bodies, slow_headers,
    )
}  # fmt: skip


def main() -> None:
    """Break, and print a line for each fault."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[[], *FAULTS], metavar="NAME")
    chosen = parser.parse_args()
    print("| fault | answers | pictures lost | recovery |\n|---|---|---|---|")
    for name in chosen.names or FAULTS:
        folder = Path(tempfile.mkdtemp(prefix="sonogate-faults-"))
        try:
            print(FAULTS[name](folder), flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
