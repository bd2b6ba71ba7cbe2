"""Certificates of the image authority: one root of its own, and leaves that it issued.

Two kinds of leaf, told apart by their extended key usage, so that neither can stand in for
the other: ``emailProtection`` signs pictures (C2PA asks for it), ``documentSigning``
(RFC 9336) signs statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from sonogate.errors import AuthorityError

Purpose = Literal["pictures", "statements"]

# Clocks differ: a leaf is valid a little before it was made.
BACKDATED = timedelta(minutes=10)
_USAGE: dict[Purpose, ObjectIdentifier] = {
    "pictures": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "statements": ObjectIdentifier("1.3.6.1.5.5.7.3.36"),
}


@dataclass(frozen=True, slots=True)
class Roots:
    """The root certificates that a verifier trusts.

    Attributes:
        certificates: One or more; several while a root is being replaced.
    """

    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def from_pem(cls, pem: bytes) -> Roots:
        """Read one or more root certificates.

        Raises:
            AuthorityError: The bytes hold no certificate, or one that may not issue others.
        """
        try:
            certificates = tuple(x509.load_pem_x509_certificates(pem))
        except ValueError as error:
            raise AuthorityError("the root certificate is not PEM") from error
        if not all(_may_issue(certificate) for certificate in certificates):
            raise AuthorityError("a root certificate is not one that may issue others")
        return cls(certificates)

    @property
    def pem(self) -> bytes:
        """The certificates as PEM."""
        return b"".join(
            certificate.public_bytes(serialization.Encoding.PEM)
            for certificate in self.certificates
        )

    def issued(self, leaf: x509.Certificate, purpose: Purpose, at: datetime) -> bool:
        """Whether one of the roots issued ``leaf`` for ``purpose`` and it is valid at ``at``."""
        if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
            return False
        try:
            usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (x509.ExtensionNotFound, ValueError):
            return False
        if list(usage) != [_USAGE[purpose]]:
            return False
        return any(_issued_by(leaf, root, at) for root in self.certificates)


def make_root(
    key: ec.EllipticCurvePrivateKey, organisation: str, now: datetime, years: int
) -> x509.Certificate:
    """Return a self-signed root certificate that may issue leaves and nothing below them."""
    name = _name(organisation, "sonogate image authority root")
    public = key.public_key()
    return (
        _builder(name, name, public, now, years)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def make_leaf(
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    public: ec.EllipticCurvePublicKey,
    purpose: Purpose,
    now: datetime,
    years: int,
) -> x509.Certificate:
    """Return a certificate for ``public``, issued by the root for one purpose.

    A picture carries no trusted time, so it can be checked by its signature alone only as
    long as its leaf is valid.
    """
    attributes = root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    name = _name(str(attributes[0].value), f"sonogate image authority {purpose}")
    return (
        _builder(name, root.subject, public, now, years)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_USAGE[purpose]]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def read_certificate(der: bytes) -> x509.Certificate | None:
    """Return the certificate, or None when the bytes are none."""
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None


def chain_pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Return certificates as PEM, in their order."""
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    years: int,
) -> x509.CertificateBuilder:
    now = now.astimezone(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=round(365.25 * years)))
    )


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return found.value.ca


def _issued_by(leaf: x509.Certificate, root: x509.Certificate, at: datetime) -> bool:
    if not root.not_valid_before_utc <= at <= root.not_valid_after_utc:
        return False
    try:
        leaf.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
