"""The service as a process, and a client that remembers what it was promised."""

from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx2 as httpx
from tests.kills.service import png_sha256

ROOT = Path(__file__).resolve().parents[2]
START_S, ANSWER_S = 240.0, 120.0


class Service:
    """A process that can be killed and started again on the same records.

    Attributes:
        promised: SHA-256 of the file of each acknowledged picture.
        folder: Where its records are.
        port: Where it listens.
    """

    def __init__(self, folder: Path, database: str | None = None, pictures: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.folder, self.promised = folder, dict[str, str]()
        self._database = database or f"sqlite:///{folder}/records.db"
        self._pictures = pictures or f"file://{folder}/pictures"
        self._tls = ssl.create_default_context()
        self._count = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str, ready: int = 200) -> float:
        """Start it; return the seconds until it answers ``/readyz`` with ``ready``."""
        command = [sys.executable, "-m", "tests.faults.service", str(self.port), self._database]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(self.folder), self._pictures, *words],
                cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        start = time.monotonic()
        while time.monotonic() < start + START_S:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            if self.get("/readyz") == ready:
                return time.monotonic() - start
            time.sleep(0.05)
        raise TimeoutError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def get(self, path: str) -> int:
        """Return the status of a request, 0 where there was no answer."""
        try:
            return self._client().get(path).status_code
        except httpx.HTTPError:
            return 0

    def photo(self) -> str:
        """Send one photo; return what was answered: ``200``, or status and code."""
        with self._client() as client:
            try:
                made = client.post("/v1/submissions", json={"purpose": "direct_care"})
                if made.status_code != 201:
                    return _told(made)
                self._count += 1
                data = b"photo %d" % self._count
                answer = client.post(
                    f"/v1/submissions/{made.json()['id']}/photos",
                    content=data,
                    headers={"content-type": "image/jpeg"},
                )
            except httpx.HTTPError as error:
                return type(error).__name__
        if answer.status_code == 200:
            self.promised[answer.json()["image_id"]] = png_sha256(data)
        return _told(answer)

    def photos(self, count: int) -> Counter[str]:
        """Send so many, one after the other; return the answers."""
        return Counter(self.photo() for _ in range(count))

    def recovered(self) -> float:
        """Send photos until one is taken; return the seconds that it took."""
        start = time.monotonic()
        while self.photo() != "200":
            assert time.monotonic() < start + ANSWER_S, (self.folder / "log").read_text()
            time.sleep(0.1)
        return time.monotonic() - start

    def lost(self) -> int:
        """Return how many acknowledged pictures are not there as they were promised."""
        lost = 0
        with self._client() as client:
            for image_id, sha256 in self.promised.items():
                answer = client.get(f"/v1/images/{image_id}/file")
                lost += hashlib.sha256(answer.content).hexdigest() != sha256
        return lost

    def _client(self) -> httpx.Client:
        path = self.folder / "key"
        key = path.read_text() if path.exists() else ""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"authorization": f"Bearer {key}"},
            timeout=ANSWER_S,
            verify=self._tls,
        )


def _told(answer: httpx.Response) -> str:
    if answer.status_code in (200, 201):
        return str(answer.status_code)
    again = answer.headers.get("retry-after")
    told = f"{answer.status_code} {answer.json()['code']}"
    return told if again is None else f"{told}, again in {again} s"
