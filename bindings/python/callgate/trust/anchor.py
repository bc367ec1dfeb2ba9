"""Anchor: a certificate of an authority that is trusted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anchor:
    """One certificate of an authority, and whose it is."""

    entity: str  # the operator's name of the entity, or the trust domain of the bundle
    backend: str  # the source that it came from; the first one, where several have it
    is_bundle: bool  # of a SPIFFE trust domain
    sha256: str  # of the certificate, 64 hexadecimal digits
    spki_sha256: str  # of its SubjectPublicKeyInfo
    subject: str  # for people: RFC 2253, control characters escaped, at most 256 bytes
    not_before: float  # seconds since the epoch
    not_after: float

    def expired_at(self, now: float) -> bool:
        """Whether its time is over at ``now``, in seconds since the epoch."""
        return now >= self.not_after
