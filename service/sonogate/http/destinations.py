"""Archives that pictures may be sent to: named by whoever runs the service, in a TOML file.

A client names an archive and never its address, so that the service cannot be made to send
anything anywhere else.

    [pacs]
    kind = "stow"
    url = "https://pacs.example/dicom-web"
    token_file = "/run/secrets/pacs"      # optional
    ca_file = "/etc/ssl/pacs.pem"         # optional

    [archive]
    kind = "cstore"
    title = "ARCHIVE"
    host = "archive.example"
    port = 104
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sonogate.errors import ExportError
from sonogate.export.cstore import Peer
from sonogate.export.stow import StowServer

Destination = StowServer | Peer


def read_destinations(path: Path) -> dict[str, Destination]:
    """Return archives by name.

    Raises:
        ExportError: The file cannot be read, or an entry is malformed.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        return {name: _destination(entry) for name, entry in document.items()}
    except OSError as error:
        raise ExportError(f"the file of archives cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ExportError("the file of archives is malformed") from None


def _destination(entry: Mapping[str, Any]) -> Destination:
    fields = dict(entry)
    kind = fields.pop("kind")
    if kind == "cstore":
        return Peer(**fields)
    if kind != "stow":
        raise ValueError("an archive is of kind stow or cstore")
    token_file = fields.pop("token_file", None)
    token = None if token_file is None else Path(token_file).read_text("ascii").strip()
    return StowServer(token=token, **fields)
