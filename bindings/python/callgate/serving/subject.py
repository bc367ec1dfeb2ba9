"""Subject: the caller, as a verified credential identifies it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from callgate.trust import Verdict

SubjectSource: TypeAlias = Literal[
    "svid",  # a certificate whose SPIFFE ID the bundle of its trust domain verified
    "certificate",  # a certificate below an entity's anchor
    "proxy_certificate",  # either of them, as a trusted proxy passed it on
    "attestation",
    "development",  # the configuration said so, and nothing was verified
]


@dataclass(frozen=True, slots=True)
class Subject:
    """One caller. Immutable; ``same`` says whether two are one caller.

    ``name`` is what an ``agent_id`` is compared with, byte for byte. It is a SPIFFE ID where the
    certificate has one that was verified, and then outlives the certificate. Of any other
    certificate it is ``<entity>/<leaf_sha256>``: the names in a certificate do not count,
    since an authority may give one name to two agents. So a renewed certificate is another
    subject. An entity's name has neither ``:`` nor ``/``, so no such name is a SPIFFE ID.

    ``entity`` is the operator's name of the anchor, or the trust domain. Digests are SHA-256 of the
    certificate's DER, 64 hexadecimal digits. ``valid_until`` is in seconds since the epoch.

    Where an attestation token verified, its issuer, subject and trust level are there as well; of
    source ``attestation`` the name is its subject. Two issuers may attest one subject: the agents
    are different.
    """

    name: str
    source: SubjectSource
    spiffe_id: str | None = None
    entity: str | None = None
    anchor_sha256: str | None = None
    leaf_sha256: str | None = None
    valid_until: float | None = None
    attestation_issuer: str | None = None
    attestation_subject: str | None = None
    trust_level: str | None = None

    def judged_again(self, verdict: Verdict) -> Subject | None:
        """Of a later verdict on the chain that this was of; None where it is not trusted.

        What an attestation token said stays.
        """
        again = Subject.of_verdict(verdict, passed_on=self.source == "proxy_certificate")
        if again is None or self.attestation_issuer is None:
            return again
        return replace(
            again,
            attestation_issuer=self.attestation_issuer,
            attestation_subject=self.attestation_subject,
            trust_level=self.trust_level,
        )

    @staticmethod
    def same(one: Subject | None, other: Subject | None) -> bool:
        """Whether both are one caller, or none. A renewed SVID is; an anchor that moved to another
        entity makes another, and so does another issuer of attestations."""
        if one is None or other is None:
            return one is other
        return one._identity == other._identity

    @property
    def _identity(self) -> tuple[str | None, ...]:
        return (self.name, self.source, self.attestation_issuer, self.attestation_subject)

    @classmethod
    def of_verdict(cls, verdict: Verdict, *, passed_on: bool = False) -> Subject | None:
        """Of a trusted verdict; None of any other. ``passed_on`` by a trusted proxy."""
        if not verdict.trusted or verdict.entity is None or verdict.leaf_sha256 is None:
            return None
        source: SubjectSource = "certificate" if verdict.spiffe_id is None else "svid"
        return cls(
            name=verdict.spiffe_id or f"{verdict.entity}/{verdict.leaf_sha256}",
            source="proxy_certificate" if passed_on else source,
            spiffe_id=verdict.spiffe_id,
            entity=verdict.entity,
            anchor_sha256=verdict.anchor_sha256,
            leaf_sha256=verdict.leaf_sha256,
            valid_until=verdict.valid_until,
        )
