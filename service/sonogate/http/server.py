"""The service as a process."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from sonogate.authority.keys import AuthorityKeys
from sonogate.errors import AuthorityError
from sonogate.gate import GateFactory
from sonogate.http.app import create_app
from sonogate.http.authority import authority_parts, open_authority
from sonogate.http.opening import make_local_key, open_storage, places
from sonogate.http.sessions import Pairing
from sonogate.http.settings import Settings
from sonogate.records.storage import Storage

KEEP_ALIVE_S = 15
# What is being assessed when the service is told to stop is answered within this time.
SHUTDOWN_S = 30


def prepare(
    make_gate: GateFactory, settings: Settings, host: str, pairing: Pairing | None = None
) -> tuple[FastAPI, str | None]:
    """Return the service as the settings say, and the local key if it was made just now.

    On an address that only this machine reaches, and without an identity provider, the page
    and ``/v1/assess`` ask for no key, and a key for everything else is made.

    Args:
        make_gate: Loads a gate.
        settings: Limits and choices.
        host: Address to listen on.
        pairing: On the local network, what lets phones in; everything asks for credentials
            then, and a key for this machine is made, too.

    Raises:
        RecordsError: The records cannot be opened.
        AuthorityError: The image authority cannot be opened.
        ExportError: The file of archives is malformed.
    """
    where = places(settings)
    if where is None:
        return create_app(settings, make_gate), None
    storage = open_storage(where, settings.data)
    alone = pairing is None and _is_loopback(host) and settings.oidc_issuer is None
    key = None
    if (alone or pairing is not None) and settings.data is not None:
        key = make_local_key(storage, settings.data)
    if settings.assess_open is None:
        settings = settings.model_copy(update={"assess_open": alone})
    parts = authority_parts(_authority(settings, storage), settings.destinations)
    app = create_app(
        settings,
        make_gate,
        storage=storage,
        more=parts.routers,
        signer=parts.signer,
        pairing=pairing,
    )
    return app, key


def run(
    app: FastAPI,
    host: str,
    port: int,
    certificate: Path | None = None,
    private_key: Path | None = None,
) -> None:
    """Serve until interrupted; with TLS when a certificate is given.

    Args:
        app: The service.
        host: Address to listen on.
        port: Port to listen on.
        certificate: PEM file with the certificate and its chain.
        private_key: PEM file with the certificate's key.
    """
    uvicorn.run(
        app,
        host=host,
        port=port,
        # The service writes its own log, without addresses and paths.
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
    )


def _authority(settings: Settings, storage: Storage) -> AuthorityKeys:
    folder = settings.authority
    if folder is None and settings.data is not None:
        folder = settings.data / "authority"
    if folder is None:
        raise AuthorityError("name the image authority's folder, or a data folder")
    return open_authority(folder, settings.organisation_name, storage.clock)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
