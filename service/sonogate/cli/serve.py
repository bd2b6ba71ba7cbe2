"""``sonogate serve``: the service and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sonogate.gate import GateFactory


def register(app: typer.Typer, make_gate: GateFactory) -> None:
    """Add the command to ``app``."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8765,
    ) -> None:
        """Serve the page and the HTTP interface until interrupted.

        Limits are settings: see the environment variables SONOGATE_* in the README.
        """
        from sonogate.http.server import run  # noqa: PLC0415

        typer.echo(f"sonogate listens on http://{host}:{port}/")
        run(make_gate, host, port)
