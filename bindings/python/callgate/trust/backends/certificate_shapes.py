"""The certificates of localca: ECDSA P-256, in the shapes of the public system."""

from __future__ import annotations

import datetime
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_NAME: Final = "MCP Mesh Dev Root CA"
_YEAR: Final = datetime.timedelta(days=365)
_BEFORE: Final = datetime.timedelta(minutes=5)  # for clocks that are a little behind
_USES: Final = x509.ExtendedKeyUsage(
    [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key. The key is in no repr."""

    certificate: x509.Certificate
    _key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The secret key."""
        return self._key

    @property
    def key_pem(self) -> bytes:
        """The key: SEC 1, PEM."""
        return self._key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )

    def __repr__(self) -> str:
        return f"<Pair {self.certificate.subject.rfc4514_string()}>"


def new_root() -> Pair:
    """A self-signed root for ten years, without a limit of levels below it."""
    key = _new_key()
    name = _name(ROOT_NAME)
    return _signed(_authority(name, name, key, 10 * _YEAR, None), key, key)


def new_entity(entity: str, root: Pair) -> Pair:
    """The authority of an entity for a year, which may issue leaves only."""
    key = _new_key()
    issuer = root.certificate.subject
    return _signed(_authority(_name(entity, entity), issuer, key, _YEAR, 0), key, root.key)


def new_leaf(name: str, entity: str, authority: Pair, hosts: Sequence[str] = ()) -> Pair:
    """A leaf for a year, for clients and servers of TLS.

    Its alternative names are ``name``, localhost, 127.0.0.1, ::1 and ``hosts`` (DNS names and IP
    addresses).
    """
    key = _new_key()
    names = dict.fromkeys([name, "localhost", "127.0.0.1", "::1", *hosts])
    builder = (
        _builder(_name(name, entity), authority.certificate.subject, key, _YEAR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(_USES, critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_alternative(one) for one in names]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    return _signed(builder, key, authority.key)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common: str, organization: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]
    if organization is not None:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:64]))
    return x509.Name(parts)


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _authority(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    lifetime: datetime.timedelta,
    path_length: int | None,
) -> x509.CertificateBuilder:
    return (
        _builder(subject, issuer, key, lifetime)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_USES, critical=False)
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    lifetime: datetime.timedelta,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(127) | 1)
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(
    builder: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
) -> Pair:
    return Pair(builder.sign(signer, hashes.SHA256()), key)
