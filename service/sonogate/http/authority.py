"""The image authority of a service: its keys opened or made, its signer and its routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sonogate.authority.keys import (
    ROOT_CERTIFICATE,
    AuthorityKeys,
    create_authority,
    load_authority,
)
from sonogate.authority.sign import PictureSigner
from sonogate.errors import ExportError
from sonogate.http.backend import MakeRouter
from sonogate.http.verify_routes import verify_router
from sonogate.report import encode_png


@dataclass(frozen=True, slots=True)
class AuthorityParts:
    """What ``create_app`` takes of the image authority.

    Attributes:
        signer: Signs the pictures that are stored.
        routers: Verification, the audit trail, and, with the export extra, exports.
    """

    signer: PictureSigner
    routers: tuple[MakeRouter, ...]


def open_authority(folder: Path, organisation: str, clock: Callable[[], datetime]) -> AuthorityKeys:
    """Return the authority in ``folder``, made where there is none.

    Raises:
        AuthorityError: It is there and cannot be used, or cannot be made.
    """
    if (folder / ROOT_CERTIFICATE).exists():
        return load_authority(folder, clock())
    return create_authority(folder, organisation, clock())


def authority_parts(keys: AuthorityKeys, destinations: Path | None) -> AuthorityParts:
    """Return the signer and the routes of an authority.

    Args:
        keys: The authority.
        destinations: TOML file of the archives that pictures may be sent to; or None.

    Raises:
        ExportError: The file of archives is malformed, or the export extra is missing.
    """
    routers: list[MakeRouter] = [verify_router(keys)]
    try:
        # An extra: a service without an archive goes without it.
        from sonogate.http.destinations import read_destinations  # noqa: PLC0415
        from sonogate.http.export_routes import export_router  # noqa: PLC0415
    except ImportError as error:
        if destinations is not None:
            raise ExportError("exports need the export extra: sonogate[export]") from error
    else:
        known = {} if destinations is None else read_destinations(destinations)
        routers.append(export_router(keys, known))
    return AuthorityParts(PictureSigner(keys, encode_png), tuple(routers))
