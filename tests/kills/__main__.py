"""Kill the service at random moments under load, and check what it leaves.

``python -m tests.kills --kills 200 --database sqlite`` (or ``postgresql``). After each kill
every acknowledged picture must be there, whole and masked; requests that were not answered
are sent again with their keys, and must have been done once or not at all.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.kills import service
from tests.kills.load import Load
from tests.records import postgres

CLIENTS = 3
# From the first answer to the kill.
MEAN_S = 0.5


def run(
    kills: int, url: str, folder: Path, seed: int, server: postgres.Postgres | None = None
) -> Load:
    """Kill the service so many times; raise AssertionError when something does not hold.

    Args:
        kills: How many times.
        url: An empty database.
        folder: An empty folder for keys and pictures.
        seed: Of the moments.
        server: Killed and started again now and then, where it is given.
    """
    service.warm()
    (folder / "temporary").mkdir()
    moments = random.Random(seed)
    finish(service.in_child(partial(service.make_key, url, folder, folder / "key")))
    key = (folder / "key").read_text()
    (folder / "key").unlink()
    listening = listen(0)
    address = listening.getsockname()
    load = Load(address[1], key, CLIENTS)
    for number in range(1, kills + 1):
        child = service.in_child(partial(service.serve, url, folder, number, listening))
        load.ready()
        made = load.start()
        time.sleep(moments.expovariate(1 / MEAN_S))
        if server is not None and number % 10 == 0:
            server.stop(signal.SIGQUIT)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        # Who waits to be taken by the dead process is dropped, not kept waiting.
        listening.close()
        load.join()
        listening = listen(address[1])
        if server is not None and number % 10 == 0:
            server.start()
            load.ledger.faults.clear()
        assert not load.ledger.faults, load.ledger.faults
        finish(service.in_child(partial(service.inspect, url, folder, number, made)))
    listening.close()
    everything = load.ledger.acknowledged
    finish(service.in_child(partial(service.inspect, url, folder, kills, everything)))
    finish(
        service.in_child(partial(service.inspect_all, url, folder, kills + 1, load.ledger.known))
    )
    return load


def listen(port: int) -> socket.socket:
    """Listen on a port of this machine, 0 for a free one."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(64)
    return listening


def finish(child: int) -> None:
    """Wait for a fork that must end well."""
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def main() -> None:
    """Run and print one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sonogate-kills-"))
    start = time.monotonic()
    try:
        with ExitStack() as stack:
            server = None
            url = f"sqlite:///{folder}/records.db"
            if chosen.database == "postgresql":
                server = stack.enter_context(postgres.running())
                url = server.create("kills")
            load = run(chosen.kills, url, folder, chosen.seed, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{chosen.database}: {chosen.kills} kills, {len(load.ledger.acknowledged)} pictures "
        f"acknowledged and none lost, answers {load.ledger.answers}, "
        f"{time.monotonic() - start:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
