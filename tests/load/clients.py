"""Clients of four kinds: good photos, no photos, bodies too large, bodies too slow."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["good", "bad", "huge", "slow"]
# The eighth client of each eight is slow, and so on.
MIX: tuple[Kind, ...] = ("good", "good", "good", "good", "good", "bad", "huge", "slow")
HUGE_BYTES = 64 * 1024 * 1024
BLOCK = bytes(64 * 1024)
_ANSWER_S = 120.0


@dataclass
class Ledger:
    """What one client was answered.

    Attributes:
        kind: What it sends.
        answers: Answers by status; ``cut`` where the connection was closed on it.
        again: Tries right after the time of a Retry-After: taken, or turned away again.
        slowest_s: The longest wait for an answer.
    """

    kind: Kind
    answers: Counter[str] = field(default_factory=Counter)
    again: Counter[bool] = field(default_factory=Counter)
    slowest_s: float = 0.0


class Client(threading.Thread):
    """Sends one photo after the other until told to stop."""

    def __init__(self, port: int, key: str, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.ledger = Ledger(MIX[number % len(MIX)])
        self._port, self._key, self._number, self._told = port, key, number, stop

    def run(self) -> None:
        waited, sent = False, 0
        while not self._told.is_set():
            start = time.monotonic()
            status, again_s = self._send(sent)
            sent += 1
            self.ledger.answers[status] += 1
            self.ledger.slowest_s = max(self.ledger.slowest_s, time.monotonic() - start)
            if waited:
                self.ledger.again[status != "429"] += 1
            waited = status == "429"
            # A client that is not turned away is a person, who takes a moment.
            self._told.wait(again_s if waited else 0.2)

    def _send(self, sent: int) -> tuple[str, float]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "image/jpeg"}
        try:
            if self.ledger.kind == "bad":
                body, headers["Content-Type"] = b"--x", "multipart/form-data; boundary=b"
                connection.request("POST", "/v1/assess?masked=none", body, headers)
            elif self.ledger.kind == "good":
                body = b"photo %d %d" % (self._number, sent)
                connection.request("POST", "/v1/assess?masked=none", body, headers)
            else:
                connection.request(
                    "POST", "/v1/assess?masked=none", self._stream(), headers, encode_chunked=True
                )
            answer = connection.getresponse()
            answer.read()
            return str(answer.status), float(answer.headers.get("retry-after", 1))
        except OSError:
            return "cut", 1.0
        except http.client.HTTPException:
            return "cut", 1.0
        finally:
            connection.close()

    def _stream(self) -> Iterator[bytes]:
        if self.ledger.kind == "huge":
            for _ in range(HUGE_BYTES // len(BLOCK)):
                yield BLOCK
        else:
            while not self._told.is_set():
                yield b"x"
                time.sleep(0.5)
