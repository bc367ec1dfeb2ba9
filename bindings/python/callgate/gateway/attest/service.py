"""Attestation: gives sessions to executions.

After the six checks of ``CallerCheck``:

7. The key is no other execution's, and there is room for the session.
8. The token is signed, the session open, and both are durable.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from weakref import WeakValueDictionary

from callgate import (
    CallgateError,
    Gate,
    PublicKey,
    Session,
    SessionError,
    TokenError,
)
from callgate.gateway.attest import events
from callgate.gateway.attest.caller_check import CallerCheck, Verified
from callgate.gateway.attest.failures import FailedAttestations
from callgate.gateway.attest.lifetime import longest_lifetime
from callgate.gateway.attest.proof import SeenProofs
from callgate.gateway.attest.request import AttestRequest
from callgate.gateway.attest.session_end import SessionEnd
from callgate.gateway.attest.session_eviction import sessions_to_evict
from callgate.gateway.executions.all_tie import enrolment_of
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.issuer.issuer import Issued, Issuer
from callgate.gateway.sessions.attested_sessions import AttestedSession, AttestedSessions
from callgate.gateway.sessions.revocation import Audit, Revocation, effects_records
from callgate.gateway.wire.rates import Rates, attestation_rates
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.subject_fields import same_caller
from callgate.serving.judge import Judge
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject
from callgate.trust import Verdict

IDLE_SECONDS = 60.0
# Attestations under way at a time: each may wait for a runtime, a signer and a disk.
MAX_UNDER_WAY = 64


@dataclass(frozen=True, slots=True)
class Attested:
    """The answer to an attestation. ``renewed``: the session was there before."""

    security_token: str
    expires_at: datetime
    session_id: str
    renewed: bool = False


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
        now: Callable[[], float] = time.time,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._judge = judge
        self._gate = gate
        self._executions = executions
        self._issuer = issuer
        self._audit = audit
        self._failures = FailedAttestations(audit, monotonic=monotonic)
        self._rates = attestation_rates() if rates is None else rates
        self._idle_seconds = idle_seconds
        self._now = now
        self._proofs = SeenProofs()
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
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
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
                return await self._grant(verified, trace_id)
            finally:
                self._under_way -= 1
        except CallgateError as error:
            self._failures.failed(error, parsed, peer, trace_id)
            raise

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
        ]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies journal records in order, those of other parts aside; the gate has its own."""
        records = list(records)
        self._executions.restore(records)
        self._issuer.restore(records)
        self.sessions.restore(records)
        self._proofs.restore(records)

    async def _grant(self, verified: Verified, trace_id: str | None) -> Attested:
        workload_id = verified.execution.workload_id
        lock = self._locks.setdefault(workload_id, asyncio.Lock())
        # One at a time for an execution, so that its sessions can be counted.
        async with lock:
            session = await self._session_of_key(verified)  # 7
            if session is None:
                sessions_to_evict(self.sessions, verified.execution, self._idle_seconds)
            session_id = str(uuid.uuid4()) if session is None else session.id
            issued = await self._issue(verified, session_id)  # 8
            await self._make_durable(verified, session, session_id, issued, trace_id)
        expires_at = datetime.fromtimestamp(issued.expires_at, timezone.utc)
        return Attested(issued.security_token, expires_at, session_id, session is not None)

    async def _make_durable(
        self,
        verified: Verified,
        session: AttestedSession | None,
        session_id: str,
        issued: Issued,
        trace_id: str | None,
    ) -> None:
        execution, now = verified.execution, self._now()
        # Signing took time. What is looked at again now stays so until the session is open.
        if not self._executions.is_current(execution):
            raise Refusal("UNKNOWN_WORKLOAD")
        if self._known(verified) is not session:
            raise Refusal("SESSION_INACTIVE")
        verdict, subject = self._judge_again(verified.peer)
        yielding = (
            sessions_to_evict(self.sessions, execution, self._idle_seconds)
            if session is None
            else []
        )
        state = self._use_proof(verified, now)
        self._check_enrolment(execution, verified.key)
        opened = self._open(verified, session, issued, now)
        attested = AttestedSession(
            id=session_id,
            workload_id=execution.workload_id,
            scope=verified.scope,
            key=verified.key.thumbprint,
            identity=execution.identity,
            expires_at=opened.expires_at.timestamp(),
            subject=subject,
            chain=() if subject is None else verified.peer.chain,
            path_spki_sha256=() if verdict is None else verdict.path_spki_sha256,
        )
        self.sessions.add(attested)
        event = events.succeeded(
            execution,
            session_id=session_id,
            key=verified.key,
            scope=verified.scope,
            peer=verified.peer,
            token=issued.security_token,
            proof=verified.proof,
            renewed=session is not None,
            policy_digest=self._gate.policy.digest,
            trace_id=trace_id,
        )
        state += self._spend_enrolment(execution, verified.key)
        state += [*effects_records(opened), attested.to_record(), *self._issuer.pending_records]
        try:
            for idle in yielding:
                await self.revocation.end(idle.id, "it was idle longest of as many as there may be")
            await self._audit.record(event, state=state)
            self._issuer.pending_records = []
        except BaseException:
            if session is None:
                # The caller does not get to know of this session, so it must not stay open.
                self._gate.end_session(session_id)
            raise
        if not self.sessions.is_live(attested):
            raise Refusal("SESSION_INACTIVE")

    def _known(self, verified: Verified) -> AttestedSession | None:
        """The live session of the key. Raises Refusal where the key is another's."""
        known = self.sessions.of_key(verified.key.thumbprint)
        if known is None:
            return None
        if (known.workload_id, known.scope) != (verified.execution.workload_id, verified.scope):
            raise Refusal("KEY_REFUSED")
        if not self.sessions.is_live(known):
            return None
        if not same_caller(known.subject, verified.peer.subject):
            raise Refusal("KEY_REFUSED", "the session of this key is another certificate's")
        return known

    def _judge_again(self, peer: Peer) -> tuple[Verdict | None, Subject | None]:
        """Raises Refusal where the peer is not who it was when its tie was looked at."""
        if peer.subject is None or self._judge is None:
            return peer.verdict, peer.subject
        verdict = self._judge.judge(peer.chain)
        subject = Subject.of_verdict(verdict)
        if not same_caller(subject, peer.subject):
            cause = f"trust.{verdict.reason or 'untrusted'}"
            raise Refusal("WORKLOAD_VERIFICATION_FAILED", details={"cause": cause})
        return verdict, subject

    async def _session_of_key(self, verified: Verified) -> AttestedSession | None:
        known = self._known(verified)
        if known is not None and known.identity != verified.execution.identity:
            await self.revocation.end(known.id, "the execution is another")
            return None
        return known

    async def _issue(self, verified: Verified, session_id: str) -> Issued:
        execution, now = verified.execution, self._now()
        return await self._issuer.issue(
            subject=execution.workload_id,
            scope=verified.scope,
            session_id=session_id,
            key=verified.key,
            wid=execution.wid,
            lifetime=longest_lifetime(execution, verified.peer.subject, now),
            now=now,
        )

    def _use_proof(self, verified: Verified, now: float) -> list[dict[str, Any]]:
        if verified.proof is None:
            return []
        return [self._proofs.use(verified.key, verified.proof, now)]

    def _check_enrolment(self, execution: Execution, key: PublicKey) -> None:
        if (enrolment := enrolment_of(execution.tie)) is not None:
            self._executions.enrolments.check(enrolment, key.thumbprint)

    def _spend_enrolment(self, execution: Execution, key: PublicKey) -> list[dict[str, Any]]:
        enrolment = enrolment_of(execution.tie)
        if enrolment is None:
            return []
        return [self._executions.enrolments.spend(enrolment, key.thumbprint)]

    def _open(
        self, verified: Verified, session: AttestedSession | None, issued: Issued, now: float
    ) -> Session:
        token = issued.security_token
        try:
            if session is None:
                return self._gate.open_session(token, verified.key, now=now)
            return self._gate.renew_session(session.id, token, now=now)
        except SessionError as error:
            if session is not None:
                # To the gate's clock it had expired. The next attestation opens another.
                self._gate.end_session(session.id)
            raise Refusal(error.code_name) from error
        except TokenError as error:
            # The gate does not trust what the signer signed.
            raise Refusal("SIGNER_UNAVAILABLE", retry_after=1) from error
