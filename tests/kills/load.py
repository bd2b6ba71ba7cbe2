"""Clients that send photos until the service is gone, and note what was acknowledged."""

from __future__ import annotations

import itertools
import ssl
import threading
import time
from dataclasses import dataclass, field

import httpx2 as httpx
from tests.kills.service import CANARY, png_sha256


@dataclass
class Ledger:
    """What clients were told.

    Attributes:
        acknowledged: SHA-256 of the file that must be on record, by picture.
        open: Requests that were sent and never answered: submission, key, photo.
        known: Every file that may be on record.
        answers: Answers by status.
        faults: What should never be answered.
    """

    acknowledged: dict[str, str] = field(default_factory=dict)
    open: list[tuple[str, str, bytes]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    answers: dict[int, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Load:
    """Several clients at once."""

    def __init__(self, port: int, key: str, clients: int) -> None:
        self.ledger = Ledger()
        self._url = f"http://127.0.0.1:{port}"
        self._headers = {"authorization": f"Bearer {key}"}
        self._clients = clients
        self._lock = threading.Lock()
        self._answered = threading.Event()
        # Made once: each would read the machine's certificates anew.
        self._unused_tls = ssl.create_default_context()
        self._count = itertools.count()
        self._threads: list[threading.Thread] = []

    def ready(self, seconds: float = 60.0) -> None:
        """Wait until photos are served."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if (
                    httpx.get(
                        self._url + "/readyz", timeout=5.0, verify=self._unused_tls
                    ).status_code
                    == 200
                ):
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.01)
        raise TimeoutError("the service did not start")

    def start(self) -> dict[str, str]:
        """Send until the service is gone; return what is acknowledged in this round.

        On return the first answer is there; what is returned fills up until ``join``.
        """
        made: dict[str, str] = {}
        again, self.ledger.open = self.ledger.open, []
        shares = [again[start :: self._clients] for start in range(self._clients)]
        self._threads = [
            threading.Thread(target=self._send, args=(made, share)) for share in shares
        ]
        self._answered.clear()
        for thread in self._threads:
            thread.start()
        self._answered.wait(60.0)
        return made

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _send(self, made: dict[str, str], again: list[tuple[str, str, bytes]]) -> None:
        try:
            with httpx.Client(
                base_url=self._url, headers=self._headers, timeout=30.0, verify=self._unused_tls
            ) as client:
                while again:
                    self._photo(client, made, *again.pop())
                while True:
                    number = next(self._count)
                    answer = client.post("/v1/submissions", json={"purpose": "direct_care"})
                    self._note(answer)
                    if answer.status_code == 201:
                        photo = CANARY + b" %d" % number
                        self._photo(client, made, answer.json()["id"], f"k{number}", photo)
        except httpx.HTTPError:
            with self._lock:
                self.ledger.open += again

    def _photo(
        self, client: httpx.Client, made: dict[str, str], submission: str, key: str, photo: bytes
    ) -> None:
        sha256 = png_sha256(photo)
        with self._lock:
            self.ledger.known.add(sha256)
        try:
            answer = client.post(
                f"/v1/submissions/{submission}/photos",
                content=photo,
                headers={"content-type": "image/jpeg", "idempotency-key": key},
            )
        except httpx.HTTPError:
            with self._lock:
                self.ledger.open.append((submission, key, photo))
            raise
        self._note(answer)
        with self._lock:
            if answer.status_code == 200:
                made[answer.json()["image_id"]] = sha256
                self.ledger.acknowledged[answer.json()["image_id"]] = sha256
            else:
                self.ledger.open.append((submission, key, photo))

    def _note(self, answer: httpx.Response) -> None:
        self._answered.set()
        with self._lock:
            count = self.ledger.answers.get(answer.status_code, 0)
            self.ledger.answers[answer.status_code] = count + 1
            if answer.status_code not in (200, 201, 409, 429):
                self.ledger.faults.append(f"{answer.status_code} {answer.text[:200]}")
