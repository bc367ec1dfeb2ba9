"""CallerCheck: whether the caller of an attestation is what it says, and may have what it asks for.

In this order, and the first failure is what is reported:

1. The clock can be trusted.
2. The key is one, in the one spelling that it has.
3. The workload is an execution that runs.
4. The caller is that execution: its tie holds, with an attestation token where it asks for one.
5. The caller holds the key, where it says so or has to.
6. The execution may have the scope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from callgate import Gate, JsonError, KeyFormatError, PublicKey
from callgate.gateway.attest.failures import TieFailed
from callgate.gateway.attest.proof import Proof, SeenProofs, check_proof, proof_message
from callgate.gateway.attest.request import AttestRequest
from callgate.gateway.attest.seen_tokens import SeenTokens
from callgate.gateway.attestation.tokens import AttestationTokens, VerifiedToken
from callgate.gateway.executions.all_tie import attestation_of, failed_kind
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.ties import Caller
from callgate.gateway.sessions.revocation import Revocation, may_have
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.subject_fields import trust_cause
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject


@dataclass(frozen=True, slots=True)
class Verified:
    """What was made sure of. The proof and the token are fresh, and not yet used up."""

    execution: Execution
    key: PublicKey
    scope: str
    proof: Proof | None
    peer: Peer
    token: VerifiedToken | None = None

    @property
    def subject(self) -> Subject | None:
        """Whom the certificate and the token name."""
        return subject_of(self.peer.subject, self.token)


class CallerCheck:
    """Changes nothing, but for sessions of executions that turn out to be over. Of the loop."""

    def __init__(
        self,
        *,
        gate: Gate,
        executions: ExecutionRegistry,
        revocation: Revocation,
        proofs: SeenProofs,
        tokens: AttestationTokens | None,
        seen_tokens: SeenTokens,
        now: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._executions = executions
        self._revocation = revocation
        self._proofs = proofs
        self._tokens = tokens
        self._seen_tokens = seen_tokens
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
        token, refused = await self._token(request, execution, key, now)  # 4
        caller = Caller(
            key.thumbprint,
            peer,
            request.enrolment_secret,
            execution.addresses,
            None if token is None else token.agent,
        )
        spent = self._executions.enrolments.spent
        if not execution.tie.holds(caller, spent):
            kind = failed_kind(execution.tie, caller, spent)
            raise TieFailed(execution, kind, refused=trust_cause(peer) or refused)
        proof = self._check_proof(request, execution, key, now)  # 5
        if not may_have(self._gate, execution, request.scope):  # 6
            await self._revocation.review_execution(execution)
            raise Refusal("SCOPE_NOT_FOUND")
        if token is not None:
            self._seen_tokens.check(token, now)
        return Verified(execution, key, request.scope, proof, peer, token)

    async def _token(
        self, request: AttestRequest, execution: Execution, key: PublicKey, now: float
    ) -> tuple[VerifiedToken | None, str | None]:
        """The token that the tie asks for, verified, or the cause why there is none."""
        tie = attestation_of(execution.tie)
        if tie is None:
            return None, None
        if self._tokens is None:
            return None, "attestation.unavailable"
        # A token that names a key is proven by the exchange's own proof, which is checked next.
        proven = None if request.proof is None else key
        return await self._tokens.verify(
            request.attestation_token, audience=tie.audience, proven=proven, now=now
        )

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


def subject_of(certified: Subject | None, token: VerifiedToken | None) -> Subject | None:
    """One caller, of whatever vouched for it. A certificate's name comes first."""
    if token is None:
        return certified
    agent = token.agent
    attested = Subject(
        name=agent.subject,
        source="attestation",
        attestation_issuer=agent.issuer,
        attestation_subject=agent.subject,
        trust_level=agent.trust_level,
        valid_until=agent.expires_at,
    )
    if certified is None:
        return attested
    return replace(
        certified,
        attestation_issuer=attested.attestation_issuer,
        attestation_subject=attested.attestation_subject,
        trust_level=attested.trust_level,
        valid_until=min(agent.expires_at, certified.valid_until or agent.expires_at),
    )
