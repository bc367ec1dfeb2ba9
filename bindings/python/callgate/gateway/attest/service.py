"""Attestation: gives sessions to executions.

A caller passes the six checks of ``CallerCheck``, and then the two of ``SessionGrant``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from callgate import CallgateError, Gate
from callgate.gateway.attest.caller_check import CallerCheck
from callgate.gateway.attest.failures import FailedAttestations
from callgate.gateway.attest.grant import Attested, SessionGrant
from callgate.gateway.attest.proof import SeenProofs
from callgate.gateway.attest.request import AttestRequest
from callgate.gateway.attest.seen_tokens import SeenTokens
from callgate.gateway.attest.session_end import SessionEnd
from callgate.gateway.attestation.tokens import AttestationTokens
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.issuer.issuer import Issuer
from callgate.gateway.sessions.attestation_watch import ends_without_attestation
from callgate.gateway.sessions.attested_sessions import AttestedSessions
from callgate.gateway.sessions.revocation import Audit, Revocation
from callgate.gateway.wire.rates import Rates, attestation_rates
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.judge import Judge
from callgate.serving.peer import Peer

IDLE_SECONDS = 60.0
# Attestations under way at a time: each may wait for a runtime, a signer and a disk.
MAX_UNDER_WAY = 64


class Attestation:
    """One service for the paths of all generations. Owned by the event loop.

    ``now`` is the gateway's clock, which may refuse; ``wall`` and ``monotonic`` are bare ones.
    ``idle_seconds``: at an execution's ``max_sessions``, the session idle longest gives way if it
    was idle for longer than this and the execution has a tie. ``revocation`` ends what this began.
    ``judge`` is that of the listener, where client certificates are judged.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        executions: ExecutionRegistry,
        issuer: Issuer,
        audit: Audit,
        rates: Rates | None = None,
        idle_seconds: float = IDLE_SECONDS,
        judge: Judge | None = None,
        tokens: AttestationTokens | None = None,
        now: Callable[[], float] = time.time,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executions = executions
        self._issuer = issuer
        self._failures = FailedAttestations(audit, monotonic=monotonic)
        self._rates = attestation_rates() if rates is None else rates
        self._proofs = SeenProofs()
        self._tokens = tokens
        self._seen_tokens = SeenTokens()
        self.sessions = AttestedSessions(gate, wall, monotonic)
        self.revocation = Revocation(
            gate=gate,
            executions=executions,
            sessions=self.sessions,
            audit=audit,
            on_review=issuer.announce,
            monotonic=monotonic,
        )
        self._check = CallerCheck(
            gate=gate,
            executions=executions,
            revocation=self.revocation,
            proofs=self._proofs,
            tokens=tokens,
            seen_tokens=self._seen_tokens,
            now=now,
        )
        self._grant = SessionGrant(
            gate=gate,
            executions=executions,
            issuer=issuer,
            audit=audit,
            sessions=self.sessions,
            revocation=self.revocation,
            proofs=self._proofs,
            tokens=tokens,
            seen_tokens=self._seen_tokens,
            judge=judge,
            idle_seconds=idle_seconds,
            now=now,
        )
        self.session_end = SessionEnd(
            gate=gate,
            revocation=self.revocation,
            audit=audit,
            rates=self._rates,
            proofs=self._proofs,
            now=now,
        )
        self._under_way = 0

    async def attest(
        self, request: AttestRequest | bytes, peer: Peer, *, trace_id: str | None = None
    ) -> Attested:
        """A session for the caller's key, or the one that it has with a later expiry.

        ``request`` may be the body, which is read after the caller was counted. Returns when what
        it changed is durable. Raises CallgateError, after the audit has it.
        """
        parsed = request if isinstance(request, AttestRequest) else None
        try:
            self._rates.take(peer.origin)
            if self._under_way >= MAX_UNDER_WAY:
                message = "too many attestations are under way"
                raise Refusal("LIMIT_EXCEEDED", message, retry_after=1)
            self._under_way += 1
            try:
                if not isinstance(request, AttestRequest):
                    parsed = request = AttestRequest.parse(request)
                verified = await self._check.verify(request, peer)
                return await self._grant.grant(verified, trace_id)
            finally:
                self._under_way -= 1
        except CallgateError as error:
            self._failures.failed(error, parsed, peer, trace_id)
            raise

    async def review_attestations(self) -> None:
        """Ends the sessions whose attestation token would be refused now.

        At the start, and after each change of what is trusted.
        """
        await self.revocation.end_each(ends_without_attestation(self.sessions, self._tokens))

    def reset_clock(self) -> None:
        """The gateway's time was ahead, and has been put right."""
        self._proofs.reset_clock()

    def snapshot(self) -> list[dict[str, Any]]:
        """Journal records of executions, keys, sessions and proofs: all that a restart needs."""
        return [
            *self._executions.snapshot(),
            *self._issuer.snapshot(),
            *self.sessions.snapshot(),
            *self._proofs.snapshot(),
            *self._seen_tokens.snapshot(),
        ]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies journal records in order, those of other parts aside; the gate has its own."""
        records = list(records)
        self._executions.restore(records)
        self._issuer.restore(records)
        self.sessions.restore(records)
        self._proofs.restore(records)
        self._seen_tokens.restore(records)
