"""Ties in JSON: of the configuration, the operator and the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from callgate import CallgateError
from callgate.gateway.executions.all_tie import AllTie, parts_of
from callgate.gateway.executions.attestation_tie import AttestationTie
from callgate.gateway.executions.ties import (
    CertificateTie,
    ContainerAddressTie,
    EnrolmentTie,
    KeyTie,
    NoTie,
    Tie,
    UidTie,
)
from callgate.gateway.executions.trust_ties import EntityTie, SpiffeTie

_TEXTS: Final[dict[str, Callable[[str], Tie]]] = {
    "key": KeyTie,
    "enrolment_secret_sha256": EnrolmentTie,
    "certificate": CertificateTie.of_fingerprint,
    "entity": EntityTie,
    "spiffe": SpiffeTie,
}


def tie_of_json(value: object) -> Tie:
    """What ``Tie.to_json`` wrote, or an operator. Raises CallgateError; ``None`` is no tie."""
    if isinstance(value, Mapping) and len(value) == 1 and isinstance(value.get("all"), list):
        # Parts are no combinations, so this goes one deep.
        return AllTie(tuple(map(_single_tie, value["all"])))
    return _single_tie(value)


def check_needs(tie: Tie, *, trust: bool, attestation: bool) -> None:
    """Raises CallgateError where a tie, or a part of it, needs ``listen.trust`` or ``attestation``
    and there is none."""
    for part in parts_of(tie):
        if isinstance(part, EntityTie | SpiffeTie) and not trust:
            message = (
                f"{part.kind} can hold only where certificates are judged: configure listen.trust"
            )
            raise CallgateError(message, "INVALID_ARGUMENT", "tie")
        if isinstance(part, AttestationTie) and not attestation:
            message = "attestation can hold only where issuers are trusted: configure attestation"
            raise CallgateError(message, "INVALID_ARGUMENT", "tie")


def _single_tie(value: object) -> Tie:
    if value == "none":
        return NoTie()
    if value == "container_address":
        return ContainerAddressTie()
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, detail),) = value.items()
        if kind == "uid" and isinstance(detail, int):
            return UidTie(detail)
        if kind == "attestation":
            return AttestationTie.of_json(detail)
        if isinstance(detail, str) and kind in _TEXTS:
            return _TEXTS[kind](detail)
    raise CallgateError(
        "expected a tie: key, enrolment_secret_sha256, certificate, uid, entity, spiffe or "
        'attestation with its value, all with a list of these, "container_address" or "none"',
        "INVALID_ARGUMENT",
        "tie",
    )
