"""Certificates made for one demonstration, test or measurement. The one place that builds them."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey: TypeAlias = "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey"
PublicKey: TypeAlias = "ec.EllipticCurvePublicKey | rsa.RSAPublicKey"
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
BOTH = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
DAY = datetime.timedelta(days=1)
_A_MOMENT = datetime.timedelta(minutes=5)
_HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(DER)

    @property
    def key_pem(self) -> bytes:
        return self._private(PEM)

    @property
    def key_der(self) -> bytes:
        """PKCS#8."""
        return self._private(DER)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def spki_sha256(self) -> str:
        public = self.certificate.public_key()
        spki = public.public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(spki).hexdigest()

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """``<name>.pem`` and ``<name>-key.pem``, which its owner alone can read."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}-key.pem"
        certificate.write_bytes(self.pem)
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self.key_pem)
        return certificate, key

    def _private(self, encoding: serialization.Encoding) -> bytes:
        return self.key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


class Authority(Issued):
    """A self-signed root that issues leaves, or an authority that ``by`` issued."""

    def __init__(self, name: str = "authority", *, by: Issued | None = None) -> None:
        key = new_key()
        made = make_certificate(name, key.public_key(), by or key, ca=True, ends=365 * DAY)
        super().__init__(made, key)

    def issue(
        self,
        name: str = "leaf",
        *,
        dns: Sequence[str] = (),
        addresses: Sequence[str] = (),
        uris: Sequence[str] = (),
        lifetime: datetime.timedelta = _HOUR,
    ) -> Issued:
        """A leaf for both ends of TLS."""
        key = new_key()
        certificate = self.sign(
            key.public_key(), name, dns=dns, addresses=addresses, uris=uris, lifetime=lifetime
        )
        return Issued(certificate, key)

    def sign(
        self,
        key: PublicKey,
        name: str = "leaf",
        *,
        dns: Sequence[str] = (),
        addresses: Sequence[str] = (),
        uris: Sequence[str] = (),
        lifetime: datetime.timedelta = _HOUR,
    ) -> x509.Certificate:
        """The same for a key that was made elsewhere."""
        names: list[x509.GeneralName] = [x509.DNSName(value) for value in dns]
        names += [x509.IPAddress(ipaddress.ip_address(value)) for value in addresses]
        names += [x509.UniformResourceIdentifier(value) for value in uris]
        return make_certificate(name, key, self, names=names, ends=lifetime)


def new_key() -> ec.EllipticCurvePrivateKey:
    """P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def make_certificate(
    name: str,
    key: PublicKey,
    by: Issued | PrivateKey,
    *,
    ca: bool = False,
    key_cert_sign: bool | None = None,
    organization: str | None = None,
    names: Sequence[x509.GeneralName] = (),
    purposes: Sequence[x509.ObjectIdentifier] = BOTH,
    starts: datetime.timedelta = -_A_MOMENT,
    ends: datetime.timedelta = _HOUR,
) -> x509.Certificate:
    """Of a key and a common name, signed by an authority, or self-signed by the key itself.

    Times are from now, ``names`` the alternative ones; ``purposes`` are those of a leaf. Only an
    authority may sign certificates, unless ``key_cert_sign`` says so.
    """
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organization is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    subject = x509.Name(attributes)
    issuer, signer = (by.certificate.subject, by.key) if isinstance(by, Issued) else (subject, by)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(_usage(sign=ca if key_cert_sign is None else key_cert_sign), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
