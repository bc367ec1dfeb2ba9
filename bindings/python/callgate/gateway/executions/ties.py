"""Ties: what binds the caller of an attestation to the execution that it names."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from callgate import CallgateError
from callgate.serving.peer import Peer

# Only the SHA-256 of a secret is kept; a short secret could be found from it.
MIN_SECRET_LENGTH = 16
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AttestedAgent:
    """What a verified attestation token says. ``audience``: that of a tie which names one.

    ``trust_level`` is the issuer's, as configured; ``expires_at`` is seconds since 1970.
    """

    issuer: str
    subject: str
    audience: str | None
    trust_level: str
    key_id: str
    token_id: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Caller:
    """Who attests, as far as it is known before a tie has looked."""

    key_thumbprint: str  # RFC 7638, of the attested key
    peer: Peer
    enrolment_secret: str | None = field(default=None, repr=False)
    # Of the execution's container, as its runtime says.
    container_addresses: frozenset[str] = frozenset()
    # Where the tie asks for a token, and the one that came verified.
    attested: AttestedAgent | None = None


class Tie(Protocol):
    """One way to know that a caller is the execution. Immutable; fails closed on the unknown."""

    @property
    def kind(self) -> str:
        """What the audit trail calls it."""

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        """Whether the caller is the execution. ``spent``: secret digest -> key thumbprint."""

    def to_json(self) -> Any:
        """For the journal and the operator: what ``tie_of_json`` reads. Holds no secret."""


@dataclass(frozen=True, slots=True)
class KeyTie:
    """The caller attests one key, known beforehand by its RFC 7638 thumbprint.

    Without proof of possession anyone who knows the public key can attest it, but only the key's
    holder can use the session.
    """

    thumbprint: str
    kind: ClassVar[str] = "key"

    def __post_init__(self) -> None:
        if not _THUMBPRINT.fullmatch(self.thumbprint):
            raise _unacceptable("a key is named by its RFC 7638 thumbprint, 43 characters")

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        return hmac.compare_digest(caller.key_thumbprint, self.thumbprint)

    def to_json(self) -> Any:
        return {"key": self.thumbprint}


@dataclass(frozen=True, slots=True)
class EnrolmentTie:
    """The caller presents a secret. The first key that does spends it, and alone may do it again.

    Only the secret's SHA-256 (hex) is kept.
    """

    secret_sha256: str = field(repr=False)
    kind: ClassVar[str] = "enrolment_secret"

    def __post_init__(self) -> None:
        if not _HEX_DIGEST.fullmatch(self.secret_sha256):
            raise _unacceptable("expected the SHA-256 of an enrolment secret, 64 hex digits")

    @classmethod
    def of_secret(cls, secret: str) -> EnrolmentTie:
        """Raises CallgateError for a secret that is too short to be one."""
        if len(secret) < MIN_SECRET_LENGTH:
            message = f"an enrolment secret has at least {MIN_SECRET_LENGTH} characters"
            raise _unacceptable(message)
        return cls(hashlib.sha256(secret.encode()).hexdigest())

    @classmethod
    def generate(cls) -> tuple[EnrolmentTie, str]:
        """A tie and its secret of 256 random bits."""
        secret = secrets.token_urlsafe(32)
        return cls.of_secret(secret), secret

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        if caller.enrolment_secret is None:
            return False
        digest = hashlib.sha256(caller.enrolment_secret.encode()).hexdigest()
        if not hmac.compare_digest(digest, self.secret_sha256):
            return False
        return spent.get(self.secret_sha256, caller.key_thumbprint) == caller.key_thumbprint

    def to_json(self) -> Any:
        return {"enrolment_secret_sha256": self.secret_sha256}


@dataclass(frozen=True, slots=True)
class CertificateTie:
    """The caller's client certificate is this one, and verified: by a judge where
    ``listen.trust`` is configured, which has to trust it now, else in the TLS handshake.

    ``thumbprint`` is RFC 8705's ``x5t#S256``; the hex fingerprint that ``openssl x509 -fingerprint
    -sha256`` prints is taken too (``of_fingerprint``).
    """

    thumbprint: str
    kind: ClassVar[str] = "certificate"

    def __post_init__(self) -> None:
        if not _THUMBPRINT.fullmatch(self.thumbprint):
            raise _unacceptable("a certificate is named by the SHA-256 of its DER")

    @classmethod
    def of_fingerprint(cls, text: str) -> CertificateTie:
        """From either spelling."""
        digits = text.replace(":", "").lower()
        if not _HEX_DIGEST.fullmatch(digits):
            return cls(text)
        return cls(base64.urlsafe_b64encode(bytes.fromhex(digits)).rstrip(b"=").decode())

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        presented = caller.peer.certificate_thumbprint
        return presented is not None and hmac.compare_digest(presented, self.thumbprint)

    def to_json(self) -> Any:
        return {"certificate": self.thumbprint}


@dataclass(frozen=True, slots=True)
class UidTie:
    """The caller comes over a unix socket and runs as this user. Root is a user like another."""

    uid: int
    kind: ClassVar[str] = "uid"

    def __post_init__(self) -> None:
        if isinstance(self.uid, bool) or not 0 <= self.uid < 2**32 - 1:
            raise _unacceptable("a uid is an integer from 0 to 4294967294")

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        return caller.peer.uid == self.uid

    def to_json(self) -> Any:
        return {"uid": self.uid}


@dataclass(frozen=True, slots=True)
class ContainerAddressTie:
    """The caller's address is one of the container's own, as its runtime says at this moment.

    Containers that share a network namespace share their addresses, and so does the host's.
    """

    kind: ClassVar[str] = "container_address"

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        return caller.peer.address in caller.container_addresses

    def to_json(self) -> Any:
        return "container_address"


@dataclass(frozen=True, slots=True)
class NoTie:
    """Any caller that knows the workload's id is the execution. Only where it is written out."""

    kind: ClassVar[str] = "none"

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        return True

    def to_json(self) -> Any:
        return "none"


def _unacceptable(message: str) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", "tie")
