"""``sonogate serve``: the service and its page."""

from __future__ import annotations

from pathlib import Path
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
        data: Annotated[
            Path | None,
            typer.Option(help="Folder of the records; without, nothing is kept on record."),
        ] = None,
        tls_certificate: Annotated[
            Path | None, typer.Option(help="PEM file of the certificate and its chain.")
        ] = None,
        tls_key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    ) -> None:
        """Serve the page and the HTTP interface until interrupted.

        Limits are settings: see the environment variables SONOGATE_* in the README.
        """
        from sonogate.errors import SonogateError  # noqa: PLC0415
        from sonogate.http.server import prepare, run  # noqa: PLC0415
        from sonogate.http.settings import Settings  # noqa: PLC0415

        if (tls_certificate is None) != (tls_key is None):
            raise typer.BadParameter("TLS needs a certificate and its key")
        given: dict[str, object] = {} if data is None else {"data": data}
        if tls_certificate is not None:
            given["hsts"] = True
        settings = Settings.model_validate({**Settings().model_dump(), **given})
        try:
            service, key = prepare(make_gate, settings, host)
        except SonogateError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        scheme = "http" if tls_certificate is None else "https"
        typer.echo(f"sonogate listens on {scheme}://{host}:{port}/")
        if key is not None:
            typer.echo(f"key of this machine, shown this once, kept in the data folder: {key}")
        run(service, host, port, tls_certificate, tls_key)
