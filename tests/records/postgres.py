"""A PostgreSQL server of the tests' own, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def available() -> bool:
    """Whether Debian's postgresql is installed."""
    return bool(_BINARIES) and (_BINARIES[0] / "initdb").exists()


class Postgres:
    """A server that listens on a socket in its folder and on a local port."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        command = [str(_BINARIES[0] / "postgres"), "-D", str(self._folder / "data")]
        command += ["-p", str(self._port), "-k", str(self._folder), "-h", "127.0.0.1"]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_as_postgres(),
        )
        ready = [str(_BINARIES[0] / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        deadline = time.monotonic() + 60.0
        while subprocess.run(ready, check=False).returncode != 0:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            assert self._process.poll() is None, "PostgreSQL ended"
            time.sleep(0.05)

    def stop(self, with_signal: signal.Signals = signal.SIGINT) -> None:
        assert self._process is not None
        self._process.send_signal(with_signal)
        self._process.wait(60.0)

    def create(self, database: str) -> str:
        """Make a database and return its URL."""
        command = [str(_BINARIES[0] / "createdb"), "-h", "127.0.0.1", "-p", str(self._port)]
        subprocess.run([*command, "-U", "postgres", database], check=True)
        return self.url(database)


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a new server, and remove all of it at the end."""
    # In memory where there is such a folder: what is tested is not the disk.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="sonogate-postgres-", dir=memory))
    try:
        identity = _as_postgres()
        if identity:
            shutil.chown(folder, "postgres", "postgres")
        initdb = [str(_BINARIES[0] / "initdb"), "-D", str(folder / "data"), "-A", "trust"]
        initdb += ["-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **identity)
        server = Postgres(folder, _free_port())
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
