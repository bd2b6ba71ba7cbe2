"""The service as a process."""

from __future__ import annotations

import uvicorn

from sonogate.gate import GateFactory
from sonogate.http.app import create_app
from sonogate.http.settings import Settings

KEEP_ALIVE_S = 15


def run(make_gate: GateFactory, host: str, port: int) -> None:
    """Serve until interrupted.

    Args:
        make_gate: Loads a gate; called once a worker.
        host: Address to listen on.
        port: Port to listen on.
    """
    uvicorn.run(
        create_app(Settings(), make_gate),
        host=host,
        port=port,
        # The service writes its own log, without addresses and paths.
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
