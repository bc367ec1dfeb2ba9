"""CallerCheck: whether the caller of an attestation is what it says, and may have what it asks for.

In this order, and the first failure is what is reported:

1. The clock can be trusted.
2. The key is one, in the one spelling that it has.
3. The workload is an execution that runs.
4. The caller is that execution: its tie holds.
5. The caller holds the key, where it says so or has to.
6. The execution may have the scope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callgate import Gate, JsonError, KeyFormatError, PublicKey
from callgate.gateway.attest.failures import TieFailed
from callgate.gateway.attest.proof import Proof, SeenProofs, check_proof, proof_message
from callgate.gateway.attest.request import AttestRequest
from callgate.gateway.executions.all_tie import failed_kind
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.ties import Caller
from callgate.gateway.sessions.revocation import Revocation, may_have
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.subject_fields import trust_cause
from callgate.serving.peer import Peer


@dataclass(frozen=True, slots=True)
class Verified:
    """What was made sure of. The proof is fresh, and not yet used up."""

    execution: Execution
    key: PublicKey
    scope: str
    proof: Proof | None
    peer: Peer


class CallerCheck:
    """Changes nothing, but for sessions of executions that turn out to be over. Of the loop."""

    def __init__(
        self,
        *,
        gate: Gate,
        executions: ExecutionRegistry,
        revocation: Revocation,
        proofs: SeenProofs,
        now: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._executions = executions
        self._revocation = revocation
        self._proofs = proofs
        self._now = now

    async def verify(self, request: AttestRequest, peer: Peer) -> Verified:
        """Raises Refusal."""
        now = self._now()  # 1
        try:
            key = PublicKey.from_base64(request.public_key)  # 2
        except KeyFormatError as error:
            raise Refusal("KEY_REFUSED") from error
        execution = await self._executions.find(request.workload_id)  # 3
        if execution is None:
            await self._revocation.end_all_of(request.workload_id, "the execution has ended")
            raise Refusal("UNKNOWN_WORKLOAD")
        secret = request.enrolment_secret
        caller = Caller(key.thumbprint, peer, secret, execution.addresses)
        spent = self._executions.enrolments.spent
        if not execution.tie.holds(caller, spent):  # 4
            kind = failed_kind(execution.tie, caller, spent)
            raise TieFailed(execution, kind, untrusted=trust_cause(peer))
        proof = self._check_proof(request, execution, key, now)  # 5
        if not may_have(self._gate, execution, request.scope):  # 6
            await self._revocation.review_execution(execution)
            raise Refusal("SCOPE_NOT_FOUND")
        return Verified(execution, key, request.scope, proof, peer)

    def _check_proof(
        self, request: AttestRequest, execution: Execution, key: PublicKey, now: float
    ) -> Proof | None:
        if request.proof is None or request.proof_timestamp is None:
            if execution.require_proof:
                raise Refusal("KEY_REFUSED", "this execution has to prove that it holds its key")
            return None
        try:
            message = proof_message(
                public_key=request.public_key,
                scope=request.scope,
                timestamp=request.proof_timestamp,
                workload_id=request.workload_id,
            )
        except JsonError as error:
            raise Refusal("KEY_REFUSED") from error
        signature = check_proof(request.proof, key, message)
        self._proofs.check_fresh(request.proof_timestamp, now)
        return Proof(signature, request.proof_timestamp, message)
