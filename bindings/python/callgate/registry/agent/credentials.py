"""Credentials: a certificate chain, its key and the authorities that verify the registry."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from callgate.registry.agent.errors import CredentialError
from callgate.serving.leaf_names import LeafNames

_MAX_CERTIFICATES: Final = 8
# A certificate made a moment ago by a machine whose clock is ahead.
_SKEW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an agent presents, checked: the key is the leaf's, and the leaf is valid now.

    Times are seconds since the epoch. Immutable; the key is in no repr.
    """

    chain: tuple[x509.Certificate, ...]  # the leaf first, without the root
    key_pem: bytes = field(repr=False)  # PKCS#8, unencrypted
    # DER; they verify the registry. Empty: the system's authorities.
    authorities: tuple[bytes, ...] = field(default=(), repr=False)
    spiffe_id: str | None = None

    @classmethod
    def of_pem(
        cls,
        chain: bytes,
        key: bytes,
        authorities: bytes = b"",
        *,
        where: str,
        now: float | None = None,
    ) -> Credentials:
        """From PEM texts; ``where`` names them in errors. Raises CredentialError."""
        return cls.of(
            certificates_of(chain, where),
            key,
            [] if not authorities else certificates_of(authorities, where),
            where=where,
            now=now,
        )

    @classmethod
    def of(
        cls,
        chain: list[x509.Certificate],
        key: bytes,
        authorities: Iterable[x509.Certificate] = (),
        *,
        where: str,
        spiffe_id: str | None = None,
        now: float | None = None,
    ) -> Credentials:
        """From certificates, the leaf first, and a key in PEM. Raises CredentialError."""
        leaf, *above = chain
        presented = (leaf, *(one for one in above if one.issuer != one.subject))
        if len(presented) > _MAX_CERTIFICATES:
            raise CredentialError(f"more than {_MAX_CERTIFICATES} certificates in the chain", where)
        _check_leaf(leaf, time.time() if now is None else now, where)
        return cls(
            presented,
            _checked_key(key, leaf, where),
            tuple(one.public_bytes(Encoding.DER) for one in authorities),
            spiffe_id,
        )

    @property
    def chain_pem(self) -> bytes:
        """The chain as TLS libraries read it from a file."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.chain)

    @property
    def authorities_pem(self) -> bytes:
        """The authorities likewise."""
        loaded = (x509.load_der_x509_certificate(one) for one in self.authorities)
        return b"".join(one.public_bytes(Encoding.PEM) for one in loaded)

    @property
    def not_before(self) -> float:
        return self.chain[0].not_valid_before_utc.timestamp()

    @property
    def not_after(self) -> float:
        """When the first certificate of the chain expires."""
        return min(one.not_valid_after_utc for one in self.chain).timestamp()

    @property
    def leaf_sha256(self) -> str:
        """64 hexadecimal digits, as logs name a certificate."""
        return hashlib.sha256(self.chain[0].public_bytes(Encoding.DER)).hexdigest()

    def check_names(self, names: Iterable[str], where: str) -> None:
        """Raises CredentialError unless the leaf's SANs have each DNS name or IP address."""
        held = LeafNames.of(self.chain[0])
        missing = [name for name in names if held is None or not held.has_host(name)]
        if missing:
            raise CredentialError(f"the certificate is not for {', '.join(missing)}", where)


def certificates_of(pem: bytes, where: str) -> list[x509.Certificate]:
    """All certificates of a PEM text. Raises CredentialError where there is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise CredentialError("holds no certificates in PEM", where) from error


def read_authorities(file: Path) -> tuple[bytes, ...]:
    """All certificates of a PEM file, DER. Raises CredentialError that names the file."""
    try:
        pem = file.read_bytes()
    except OSError as error:
        raise CredentialError(error.strerror or "cannot be read", str(file)) from error
    return tuple(one.public_bytes(Encoding.DER) for one in certificates_of(pem, str(file)))


def _checked_key(pem: bytes, leaf: x509.Certificate, where: str) -> bytes:
    try:
        key = load_pem_private_key(pem, password=None)
        ours, theirs = _spki(key.public_key()), _spki(leaf.public_key())
    except (TypeError, ValueError) as error:
        # Not chained: a parser's message might quote the text.
        del error
        raise CredentialError(
            "the key cannot be read as an unencrypted key in PEM", where
        ) from None
    if ours != theirs:
        raise CredentialError("key and certificate do not belong together", where)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _check_leaf(leaf: x509.Certificate, now: float, where: str) -> None:
    try:
        constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        constraints = None
    if constraints is not None and constraints.ca:
        message = "the first certificate is an authority's: expected the agent's own first"
        raise CredentialError(message, where)
    if leaf.not_valid_before_utc.timestamp() > now + _SKEW_SECONDS:
        raise CredentialError(f"the certificate is not valid before {_day(leaf, True)}", where)
    if leaf.not_valid_after_utc.timestamp() <= now:
        raise CredentialError(f"the certificate expired {_day(leaf, False)}", where)


def _day(leaf: x509.Certificate, begin: bool) -> str:
    moment: datetime = leaf.not_valid_before_utc if begin else leaf.not_valid_after_utc
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
