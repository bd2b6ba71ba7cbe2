"""``sonogate serve``: the service and its pages."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sonogate.gate import GateFactory
    from sonogate.http.settings import Settings


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
        lan: Annotated[
            bool,
            typer.Option(
                "--lan",
                help="Serve the local network over TLS, and show a code with which a phone "
                "opens the capture page; needs --data.",
            ),
        ] = False,
    ) -> None:
        """Serve the pages and the HTTP interface until interrupted.

        Limits are settings: see the environment variables SONOGATE_* in the README.
        """
        from sonogate.errors import SonogateError  # noqa: PLC0415
        from sonogate.http.settings import Settings  # noqa: PLC0415

        if (tls_certificate is None) != (tls_key is None):
            raise typer.BadParameter("TLS needs a certificate and its key")
        if lan and (tls_certificate is not None or data is None or port == 0):
            raise typer.BadParameter("--lan needs --data and a port, and makes its own certificate")
        given: dict[str, object] = {} if data is None else {"data": data}
        if tls_certificate is not None:
            given["hsts"] = True
        settings = Settings.model_validate({**Settings().model_dump(), **given})
        try:
            if lan and data is not None:
                _serve_lan(make_gate, settings, data, port)
            else:
                _serve(make_gate, settings, host, port, tls_certificate, tls_key)
        except SonogateError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None


def _serve(
    make_gate: GateFactory,
    settings: Settings,
    host: str,
    port: int,
    certificate: Path | None,
    key_file: Path | None,
) -> None:
    from sonogate.http.server import prepare, run  # noqa: PLC0415

    service, key = prepare(make_gate, settings, host)
    scheme = "http" if certificate is None else "https"
    typer.echo(f"sonogate listens on {scheme}://{host}:{port}/")
    _tell_key(key)
    run(service, host, port, certificate, key_file)


def _serve_lan(make_gate: GateFactory, settings: Settings, data: Path, port: int) -> None:
    from sonogate.errors import AuthorityError  # noqa: PLC0415
    from sonogate.http import lan  # noqa: PLC0415
    from sonogate.http.opening import LOCAL_ORGANISATION  # noqa: PLC0415
    from sonogate.http.server import prepare, run  # noqa: PLC0415
    from sonogate.http.sessions import Pairing  # noqa: PLC0415

    addresses = lan.lan_addresses()
    if not addresses:
        raise AuthorityError("this machine is on no network")
    pairing = Pairing(LOCAL_ORGANISATION, lan.CODE_S, lan.SESSION_S, time.time)
    service, key = prepare(make_gate, settings, "0.0.0.0", pairing)  # noqa: S104
    certificate = lan.keep_certificate(data / "lan", addresses, datetime.now(UTC))

    def show_code() -> None:
        code = pairing.new_code()
        typer.echo(lan.pairing_text(addresses[0], port, code, certificate.fingerprint))

    typer.echo(f"sonogate listens on https://{addresses[0]}:{port}/")
    _tell_key(key)
    show_code()
    if sys.stdin.isatty():
        typer.echo("Press Enter to show a code for another phone.")
        threading.Thread(target=_show_at_enter, args=[show_code], daemon=True).start()
    run(service, "0.0.0.0", port, certificate.path, certificate.key_path)  # noqa: S104


def _tell_key(key: str | None) -> None:
    if key is not None:
        typer.echo(f"key of this machine, shown this once, kept in the data folder: {key}")


def _show_at_enter(show_code: Callable[[], None]) -> None:
    for _ in sys.stdin:
        show_code()
