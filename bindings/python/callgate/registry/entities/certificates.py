"""The certificates of a file that an operator gives, as they are shown and checked."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from callgate import CallgateError
from callgate.audit.trail import open_regular
from callgate.trust.backends.folder import LARGEST, FileFault
from callgate.trust.backends.pem import is_half
from callgate.trust.backends.trust_file import load

_BLOCK: Final = re.compile(
    rb"^-----BEGIN CERTIFICATE-----\s.*?^-----END CERTIFICATE-----\s*?$", re.DOTALL | re.MULTILINE
)
_KEY: Final = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_LONGEST: Final = 256


class EntityError(CallgateError):
    """What an operator asked for is refused; nothing was changed, unless the text says so."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "INVALID_ARGUMENT")


@dataclass(frozen=True)
class Certificate:
    """A certificate as the command shows it."""

    pem: bytes
    subject: str
    is_ca: bool
    not_before: datetime.datetime
    not_after: datetime.datetime
    sha256: str
    spki_sha256: str

    @property
    def expires(self) -> str:
        """A date in UTC."""
        return day(self.not_after)

    def data(self) -> dict[str, Any]:
        """With --json."""
        return {
            "subject": self.subject,
            "expires": self.expires,
            "sha256": self.sha256,
            "spki_sha256": self.spki_sha256,
        }


def day(time: datetime.datetime) -> str:
    """As the mesh writes dates."""
    return time.strftime("%Y-%m-%d")


def read_certificates(path: Path) -> tuple[tuple[Certificate, ...], int]:
    """The certificates of a file, and how many private keys it holds. Raises EntityError."""
    try:
        with open_regular(path) as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise EntityError(f"failed to read CA cert file: {path}: {error.strerror}") from error
    except CallgateError as error:
        raise EntityError(f"failed to read CA cert file: {error}") from error
    if len(data) > LARGEST:
        raise EntityError(f"failed to read CA cert file: {path}: it is larger than {LARGEST} bytes")
    if data.strip() and is_half(data):
        raise EntityError("failed to parse X.509 certificate: the file ends in the middle of one")
    certificates = parse_certificates(data)
    if not certificates:
        raise EntityError(f"no CERTIFICATE PEM blocks found in {path}")
    return certificates, len(_KEY.findall(data))


def parse_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Of all CERTIFICATE blocks; what stands between them is left out. Raises EntityError."""
    return tuple(_parsed(block + b"\n") for block in _BLOCK.findall(data.replace(b"\r\n", b"\n")))


def _parsed(pem: bytes) -> Certificate:
    try:
        one = x509.load_pem_x509_certificate(pem)
        spki = one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Certificate(
            pem,
            _subject(one.subject),
            _is_ca(one),
            one.not_valid_before_utc,
            one.not_valid_after_utc,
            hashlib.sha256(one.public_bytes(Encoding.DER)).hexdigest(),
            hashlib.sha256(spki).hexdigest(),
        )
    except Exception as error:  # of many kinds: a file may hold anything
        raise EntityError("failed to parse X.509 certificate: it is malformed") from error


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _subject(name: x509.Name) -> str:
    parts = [f"CN={one.value!s}" for one in name.get_attributes_for_oid(NameOID.COMMON_NAME)[:1]]
    parts += [f"O={one.value!s}" for one in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    text = ",".join(parts) or name.rfc4514_string()
    # It may hold what moves a terminal's cursor.
    return "".join(one if one.isprintable() else "\ufffd" for one in text)[:_LONGEST]


def check_authorities(certificates: Sequence[Certificate]) -> frozenset[str]:
    """The keys of the anchors that they are, of which each must be fit. Raises EntityError."""
    now = datetime.datetime.now(datetime.timezone.utc)
    for number, one in enumerate(certificates, 1):
        place = f"certificate {number} of the file: " if len(certificates) > 1 else ""
        if not one.is_ca:
            raise EntityError(
                f"{place}certificate is not a CA certificate (BasicConstraints CA flag not set)"
            )
        if now > one.not_after:
            raise EntityError(f"{place}CA certificate has expired (expired {one.expires})")
        if now < one.not_before:
            since = day(one.not_before)
            raise EntityError(f"{place}CA certificate is not yet valid (valid from {since})")
        try:
            load(one.pem)
        except FileFault as fault:
            raise EntityError(place + fault.message) from fault
    try:
        return load(b"".join(one.pem for one in certificates)).keys
    except FileFault as fault:
        raise EntityError(fault.message) from fault
