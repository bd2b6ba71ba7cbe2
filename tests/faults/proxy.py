"""Stands between the service and its object store, and can refuse or keep silent."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal

Mood = Literal["pass", "refuse", "silent"]
_BLOCK_BYTES = 65536


class Proxy:
    """A TCP proxy on a port of this machine.

    Attributes:
        mood: ``pass`` hands everything on; ``refuse`` breaks each connection at once;
            ``silent`` takes connections and never answers.
    """

    def __init__(self, to: tuple[str, int]) -> None:
        """Listen, and hand on to ``to``."""
        self.mood: Mood = "pass"
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listening.getsockname()[1])

    def turn(self, mood: Mood) -> None:
        """Change the mood, and break what is connected."""
        self.mood = mood
        for one in list(self._open):
            self._break(one)

    def _serve(self) -> None:
        while True:
            client, _ = self._listening.accept()
            if self.mood == "refuse":
                client.close()
                continue
            self._open.add(client)
            if self.mood == "pass":
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        store = socket.create_connection(self._to)
        self._open.add(store)
        for source, sink in ((client, store), (store, client)):
            threading.Thread(target=self._hand_on, args=(source, sink), daemon=True).start()

    def _hand_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_BLOCK_BYTES):
                sink.sendall(data)
        self._break(source)
        self._break(sink)

    def _break(self, one: socket.socket) -> None:
        self._open.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
