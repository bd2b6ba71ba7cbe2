"""The service on the local network: its addresses, its own certificate, its pairing code.

A camera needs a secure page, and a machine in a practice has no name that an authority
certifies. So the service certifies itself: a browser warns once, and the fingerprint on the
terminal tells whether it is this service that the browser warns of.
"""

from __future__ import annotations

import io
import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sonogate.errors import AuthorityError

# Phones refuse certificates that are good for longer (Apple: 398 days).
LIFE = timedelta(days=397)
# Made anew when it would end while somebody relies on it.
LEFT = timedelta(days=7)
CODE_S = 600.0
SESSION_S = 8 * 3600
_CERTIFICATE, _KEY = "certificate.pem", "key.pem"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The service's own certificate, on the disk.

    Attributes:
        path: PEM file of the certificate.
        key_path: PEM file of its key, which its owner alone may read.
        fingerprint: SHA-256 of the certificate, as browsers show it.
    """

    path: Path
    key_path: Path
    fingerprint: str


def lan_addresses() -> tuple[str, ...]:
    """Return this machine's IPv4 addresses on its networks, the one of its way out first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only says from where it would be. (RFC 5737 address)
            probe.connect(("192.0.2.1", 9))
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    try:
        named = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        found += [str(entry[4][0]) for entry in named]
    except OSError:
        pass
    return tuple(dict.fromkeys(a for a in found if not ipaddress.ip_address(a).is_loopback))


def keep_certificate(folder: Path, addresses: Sequence[str], now: datetime) -> Certificate:
    """Return the certificate in ``folder``; made anew where it is none for ``addresses``.

    Args:
        folder: Where it is kept.
        addresses: IPv4 addresses that it must be good for, beside this machine's own names.
        now: The time, UTC.

    Raises:
        AuthorityError: It can be neither read nor written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _read(folder)
        if made is None or not _fits(made, addresses, now):
            made = _make(folder, addresses, now)
    except OSError as error:
        raise AuthorityError("the local network's certificate cannot be kept") from error
    digest = made.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(folder / _CERTIFICATE, folder / _KEY, digest)


def pairing_text(address: str, port: int, code: str, fingerprint: str) -> str:
    """Return what the terminal shows: a QR code, and what the phone will warn of."""
    # The fragment stays in the phone: it is in no request and no log.
    url = f"https://{address}:{port}/capture#pair={code}"
    picture = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(picture, compact=True)
    return (
        f"{picture.getvalue()}\n"
        f"Scan this with one phone within {CODE_S / 60:.0f} minutes:\n{url}\n\n"
        "The phone will warn that it does not know the certificate, because this machine made\n"
        "it itself. Before you go on there, compare its SHA-256 fingerprint:\n"
        f"{fingerprint}\n"
    )


def _read(folder: Path) -> x509.Certificate | None:
    if not (folder / _CERTIFICATE).exists() or not (folder / _KEY).exists():
        return None
    (folder / _KEY).chmod(0o600)
    try:
        certificate = x509.load_pem_x509_certificate((folder / _CERTIFICATE).read_bytes())
        key = serialization.load_pem_private_key((folder / _KEY).read_bytes(), None)
    except ValueError:
        return None
    return certificate if key.public_key() == certificate.public_key() else None


def _fits(certificate: x509.Certificate, addresses: Sequence[str], now: datetime) -> bool:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    in_time = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - LEFT
    return in_time and covered >= set(addresses)


def _make(folder: Path, addresses: Sequence[str], now: datetime) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    host = socket.gethostname()[:60]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sonogate on the local network")])
    numbers = [ipaddress.ip_address(text) for text in ("127.0.0.1", "::1", *addresses)]
    alternatives = [
        *(x509.DNSName(text) for text in dict.fromkeys(("localhost", host, f"{host}.local"))),
        *(x509.IPAddress(number) for number in dict.fromkeys(numbers)),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(folder / _KEY, secret)
    _write(folder / _CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate


def _write(path: Path, data: bytes) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
