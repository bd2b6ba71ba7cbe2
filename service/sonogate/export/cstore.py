"""C-STORE (PS3.7 section 9.1.1): DICOM objects sent over the DICOM protocol."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE

from sonogate.errors import ExportError

_SUCCESS = 0x0000
# Stored, though some attribute was coerced or does not match its class.
_WARNINGS = (0xB000, 0xB006, 0xB007)
_PEER = re.compile(r"(?P<title>[^@:\s\\]{1,16})@(?P<host>[^@\s]+):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class Peer:
    """An archive that speaks DICOM.

    Attributes:
        title: Its application entity title.
        host: Address.
        port: Port.
        own_title: What we call ourselves.
        seconds: Time that an association or an answer may take.
    """

    title: str
    host: str
    port: int
    own_title: str = "SONOGATE"
    seconds: float = 30.0


def parse_peer(text: str, own_title: str = "SONOGATE") -> Peer:
    """Return the archive that ``TITLE@HOST:PORT`` names.

    Raises:
        ValueError: The text has another form.
    """
    found = _PEER.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise ValueError("an archive is TITLE@HOST:PORT")
    return Peer(found["title"], found["host"], int(found["port"]), own_title)


def send(objects: Sequence[Dataset], peer: Peer) -> None:
    """Send objects over one association; every one is stored on return.

    Raises:
        ExportError: The archive cannot be reached, or did not store an object.
    """
    entity = AE(ae_title=peer.own_title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = peer.seconds
    entity.connection_timeout = peer.seconds
    for sop_class in sorted({item.SOPClassUID for item in objects}):
        entity.add_requested_context(sop_class, ExplicitVRLittleEndian)
    _look(peer)
    association = entity.associate(peer.host, peer.port, ae_title=peer.title)
    if not association.is_established:
        raise ExportError("the archive did not accept the association")
    try:
        for item in objects:
            status = _store(association.send_c_store, item)
            if status != _SUCCESS and status not in _WARNINGS:
                raise ExportError(f"the archive did not store an object (0x{status:04X})")
    finally:
        association.release()


def _look(peer: Peer) -> None:
    # The library leaves its socket open where nobody listens.
    try:
        socket.create_connection((peer.host, peer.port), peer.seconds).close()
    except OSError:
        raise ExportError("the archive cannot be reached") from None


def _store(send_c_store: object, item: Dataset) -> int:
    assert callable(send_c_store)
    try:
        answer = send_c_store(item)
    except (ValueError, RuntimeError):
        raise ExportError("the archive does not take objects of this class") from None
    if "Status" not in answer:
        raise ExportError("the archive broke the association off")
    return int(answer.Status)
