"""The image authority's keys: made once, kept in files that only their owner may read."""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from sonogate.authority.certificates import Purpose, Roots, chain_pem, make_leaf, make_root
from sonogate.errors import AuthorityError

ROOT_KEY = "root.key.pem"
ROOT_CERTIFICATE = "root.pem"
PURPOSES: tuple[Purpose, ...] = ("pictures", "statements")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the certificate that says whose it is.

    Attributes:
        private: P-256; never shown.
        certificate: Its certificate, issued by the root.
    """

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate

    @property
    def key_id(self) -> str:
        """SHA-256 of the certificate (DER), hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True, slots=True)
class AuthorityKeys:
    """What signs.

    Attributes:
        roots: The root certificate; its key is not here, signing does not need it.
        pictures: Signs pictures.
        statements: Signs answers, the head of the audit trail, and lists.
    """

    roots: Roots
    pictures: SigningKey
    statements: SigningKey


def create_authority(
    folder: Path, organisation: str, now: datetime, root_years: int = 20, leaf_years: int = 10
) -> AuthorityKeys:
    """Make a root and its two leaves in ``folder``, and return what signs.

    The root's key (``root.key.pem``) is needed again only to issue new leaves: it belongs
    on a medium that is kept offline.

    Args:
        folder: Made if need be, for its owner alone; holds no authority yet.
        organisation: Whose authority it is; stands in every signed picture.
        now: When.
        root_years: Validity of the root.
        leaf_years: Validity of the leaves.

    Raises:
        AuthorityError: There is an authority already, or the folder cannot be written.
    """
    if not organisation.strip() or len(organisation) > 64:
        raise AuthorityError("an organisation's name has 1 to 64 characters")
    if not 0 < leaf_years <= root_years:
        raise AuthorityError("leaves are valid for at least a year and no longer than the root")
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = make_root(root_key, organisation.strip(), now, root_years)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_key(folder / ROOT_KEY, root_key)
        _write_new(folder / ROOT_CERTIFICATE, chain_pem([root]), 0o644)
    except OSError as error:
        raise AuthorityError(f"the authority cannot be made there: {error.strerror}") from error
    return _issue(folder, root, root_key, now, leaf_years)


def load_authority(folder: Path, now: datetime) -> AuthorityKeys:
    """Read what signs from ``folder``; the root's key may be elsewhere.

    Raises:
        AuthorityError: A file is missing, malformed, readable by others, or not what the
            root issued.
    """
    roots = load_roots(folder / ROOT_CERTIFICATE)
    pictures, statements = (_load_leaf(folder, purpose, roots, now) for purpose in PURPOSES)
    return AuthorityKeys(roots, pictures, statements)


def public_jwks(keys: AuthorityKeys) -> dict[str, Any]:
    """Return the public key of statements as a JWK Set (RFC 7517), with its certificate."""
    key = keys.statements
    der = key.certificate.public_bytes(serialization.Encoding.DER)
    jwk = ECAlgorithm.to_jwk(key.private.public_key(), as_dict=True)
    more = {
        "kid": key.key_id,
        "use": "sig",
        "alg": "ES256",
        "x5c": [base64.b64encode(der).decode("ascii")],
    }
    return {"keys": [{**jwk, **more}]}


def load_roots(path: Path) -> Roots:
    """Read root certificates from a PEM file.

    Raises:
        AuthorityError: It cannot be read or holds none.
    """
    try:
        return Roots.from_pem(path.read_bytes())
    except OSError as error:
        raise AuthorityError(f"no root certificate: {error.strerror}") from error


def _issue(
    folder: Path,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    years: int,
) -> AuthorityKeys:
    leaves = []
    for purpose in PURPOSES:
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = make_leaf(root, root_key, key.public_key(), purpose, now, years)
        try:
            _write_key(folder / f"{purpose}.key.pem", key)
            _write_new(folder / f"{purpose}.pem", chain_pem([leaf]), 0o644)
        except OSError as error:
            raise AuthorityError(f"a leaf cannot be written: {error.strerror}") from error
        leaves.append(SigningKey(key, leaf))
    return AuthorityKeys(Roots((root,)), leaves[0], leaves[1])


def _load_leaf(folder: Path, purpose: Purpose, roots: Roots, now: datetime) -> SigningKey:
    key_path = folder / f"{purpose}.key.pem"
    try:
        if stat.S_IMODE(key_path.stat().st_mode) & 0o077:
            raise AuthorityError(f"the key for {purpose} may be read by others: chmod 600")
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        leaf = x509.load_pem_x509_certificate((folder / f"{purpose}.pem").read_bytes())
    except OSError as error:
        raise AuthorityError(f"no key for {purpose}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise AuthorityError(f"the key for {purpose} is malformed") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != leaf.public_key():
        raise AuthorityError(f"the key for {purpose} is not the one of its certificate")
    if not roots.issued(leaf, purpose, now):
        raise AuthorityError(f"the certificate for {purpose} is not valid under the root")
    return SigningKey(key, leaf)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write_new(path, pem, 0o600)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file that must not exist yet; it never exists with other permissions."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
