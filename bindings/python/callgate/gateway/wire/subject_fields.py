"""Subjects: what audit lines say of one."""

from __future__ import annotations

from typing import TypedDict

from callgate.audit.decision_event import SubjectTexts
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject


class SubjectFields(TypedDict, total=False):
    """Members of an Event, as its fields of these names."""

    subject: str | None
    subject_source: str | None
    entity: str | None
    spiffe_id: str | None
    certificate_sha256: str | None
    attestation_issuer: str | None
    attestation_subject: str | None
    trust_level: str | None


def subject_fields(subject: Subject | None) -> SubjectFields:
    """Nothing of none."""
    if subject is None:
        return {}
    return {
        "subject": subject.name,
        "subject_source": subject.source,
        "entity": subject.entity,
        "spiffe_id": subject.spiffe_id,
        "certificate_sha256": subject.leaf_sha256,
        "attestation_issuer": subject.attestation_issuer,
        "attestation_subject": subject.attestation_subject,
        "trust_level": subject.trust_level,
    }


def peer_fields(peer: Peer) -> SubjectFields:
    """Of a peer whose certificate is not trusted: its fingerprint alone, for that is a fact."""
    if peer.subject is None and peer.verdict is not None:
        return {"certificate_sha256": peer.verdict.leaf_sha256}
    return subject_fields(peer.subject)


def subject_texts(subject: Subject | None) -> SubjectTexts | None:
    """The same as the engine's events of decisions take them."""
    if subject is None:
        return None
    return (
        subject.name,
        subject.source,
        subject.entity,
        subject.spiffe_id,
        subject.leaf_sha256,
        subject.attestation_issuer,
        subject.attestation_subject,
        subject.trust_level,
    )


def trust_cause(peer: Peer) -> str | None:
    """``trust.<reason>`` of a certificate that was presented and is not trusted."""
    if peer.verdict is None or peer.verdict.trusted:
        return None
    return f"trust.{peer.verdict.reason or 'untrusted'}"
