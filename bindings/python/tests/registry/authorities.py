"""Certificates made for one test: authorities, what they issue, and what is wrong with them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key: TypeAlias = "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey"
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def spki_sha256(self) -> str:
        public = self.certificate.public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(spki).hexdigest()

    def issue(self, name: str, **how: object) -> Issued:
        """One of ``issued``'s, signed by this key."""
        return issued(name, by=self, **how)  # type: ignore[arg-type]


def issued(
    name: str,
    *,
    by: Issued | None = None,
    ca: bool = False,
    organization: str | None = None,
    key: Key | None = None,
    key_cert_sign: bool | None = None,
    starts: datetime.timedelta = -DAY,
    ends: datetime.timedelta = 365 * DAY,
    names: Sequence[x509.GeneralName] = (),
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
    serves: bool = False,
) -> Issued:
    """Self-signed unless ``by`` somebody; times are from now, ``names`` the alternative ones.

    ``serves``: it is for a server besides, as those of agents are.
    """
    key = ec.generate_private_key(ec.SECP256R1()) if key is None else key
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organization is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    subject = x509.Name(attributes)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage(sign=ca if key_cert_sign is None else key_cert_sign), critical=True)
    )
    if not ca:
        purposes = [purpose, ExtendedKeyUsageOID.SERVER_AUTH] if serves else [purpose]
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signer = key if by is None else by.key
    return Issued(builder.sign(signer, hashes.SHA256()), key)


def authority(name: str = "Acme Root", **how: object) -> Issued:
    """A self-signed one."""
    return issued(name, ca=True, **how)  # type: ignore[arg-type]


def usage(*, sign: bool) -> x509.KeyUsage:
    """digitalSignature, and for authorities keyCertSign."""
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
