"""STOW-RS (PS3.18 section 10.5): DICOM objects stored over HTTP, as IHE WIC has it.

The patient's context travels in the objects alone, never in a URL or a header.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import requests
from pydicom.dataset import Dataset
from requests.auth import AuthBase

from sonogate.errors import ExportError
from sonogate.export.dicom import dicom_bytes

DICOM_JSON = "application/dicom+json"
_FAILED_SEQUENCE = "00081198"
_STORED_SEQUENCE = "00081199"
_STORED_UID = "00081155"


@dataclass(frozen=True, slots=True)
class StowServer:
    """Where objects are stored.

    Attributes:
        url: The DICOMweb service, without ``/studies``.
        token: Bearer token; or None.
        ca_file: Certificates to trust instead of the system's; or None.
        seconds: Time that a request may take.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("StowServer: a URL starts with http:// or https://")


def store(objects: Sequence[Dataset], server: StowServer) -> None:
    """Store objects; every one is there on return.

    Storing an object again changes nothing, so a failed call may simply be repeated.

    Raises:
        ExportError: The server did not answer, or did not confirm every object.
    """
    boundary = secrets.token_hex(16)
    headers = {
        "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
        "Accept": DICOM_JSON,
    }
    try:
        response = requests.post(
            f"{server.url.rstrip('/')}/studies",
            data=_multipart([dicom_bytes(item) for item in objects], boundary),
            headers=headers,
            auth=_Bearer(server.token),
            timeout=server.seconds,
            verify=server.ca_file or True,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise ExportError(f"the archive did not answer ({type(error).__name__})") from None
    if response.status_code not in (200, 202):
        raise ExportError(f"the archive answered {response.status_code}")
    wanted = {str(item.SOPInstanceUID) for item in objects}
    if not wanted <= _confirmed(response):
        raise ExportError("the archive did not confirm every object")


class _Bearer(AuthBase):
    """Sends the token, or nothing: left to itself, the library takes what netrc has."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _multipart(parts: Sequence[bytes], boundary: str) -> bytes:
    lines: list[bytes] = []
    for part in parts:
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n"
        lines += [head.encode("ascii"), part, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode("ascii")])


def _confirmed(response: requests.Response) -> set[str]:
    """Return the UIDs that the answer (PS3.18 Table I.2-1) says are stored."""
    try:
        document = response.json()
        # Some archives answer with a list of one, and some name no failures as an empty list.
        answer: Mapping[str, Mapping[str, list[Mapping[str, Mapping[str, list[str]]]]]]
        answer = document[0] if isinstance(document, list) else document
        failed = answer.get(_FAILED_SEQUENCE, {}).get("Value") or []
        stored = answer.get(_STORED_SEQUENCE, {}).get("Value") or []
        if any(failed):
            raise ExportError("the archive refused an object")
        return {item[_STORED_UID]["Value"][0] for item in stored}
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ExportError("the archive's answer cannot be read") from None
