"""AttestRequest: the body of an attestation, in the form of any generation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from callgate.gateway.attest.members import read_members
from callgate.gateway.wire.refusal import Refusal

# Sent by published clients and orchestrators. They may claim what they like: nothing looks.
_IGNORED: Final = frozenset(
    {
        *("agent_id", "container_id", "execution_id", "principal_subject", "protocol", "role"),
        *("task_summary", "tenant", "tenant_id", "tier", "timestamp", "user_id", "workflow_id"),
        "zaru_tier",
    }
)
_READ: Final = {
    "public_key": str,
    "workload_id": str,
    "requested_scope": str,
    "security_context": str,
    "proof": str,
    "proof_timestamp": int,
    "enrolment_secret": str,
    "attestation_token": str,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestRequest:
    """Who asks for which scope with which key. Nothing of it is verified."""

    public_key: str
    workload_id: str
    scope: str
    proof: str | None = None
    proof_timestamp: int | None = None  # seconds since 1970
    enrolment_secret: str | None = field(default=None, repr=False)
    attestation_token: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, body: bytes) -> AttestRequest:
        """Strict JSON: no member twice, none that is unknown, none of another type.

        Raises Refusal ``INVALID_ENVELOPE`` with a fixed text, and the name of the member at fault
        where it is one of those that are read: nothing that was sent is repeated.
        """
        members = read_members(body, _READ, _refusal, ignored=_IGNORED)
        scopes = {members[n] for n in ("requested_scope", "security_context") if n in members}
        for name in ("public_key", "workload_id"):
            if name not in members:
                raise _refusal(f"{name} is missing")
        if not scopes:
            raise _refusal("requested_scope is missing")
        if len(scopes) > 1:
            raise _refusal("requested_scope and security_context differ")
        if ("proof" in members) != ("proof_timestamp" in members):
            raise _refusal("proof and proof_timestamp go together")
        return cls(
            public_key=members["public_key"],
            workload_id=members["workload_id"],
            scope=scopes.pop(),
            proof=members.get("proof"),
            proof_timestamp=members.get("proof_timestamp"),
            enrolment_secret=members.get("enrolment_secret"),
            attestation_token=members.get("attestation_token"),
        )


def _refusal(fault: str) -> Refusal:
    return Refusal("INVALID_ENVELOPE", f"the body is no attestation request: {fault}")
