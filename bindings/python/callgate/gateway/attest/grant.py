"""SessionGrant: a session for a caller that was verified.

7. The key is no other execution's, and there is room for the session.
8. The token is signed, the session open, and both are durable.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from weakref import WeakValueDictionary

from callgate import Gate, PublicKey, Session, SessionError, TokenError
from callgate.gateway.attest import events
from callgate.gateway.attest.caller_check import Verified, subject_of
from callgate.gateway.attest.lifetime import longest_lifetime
from callgate.gateway.attest.proof import SeenProofs
from callgate.gateway.attest.seen_tokens import SeenTokens
from callgate.gateway.attest.session_eviction import sessions_to_evict
from callgate.gateway.attestation.tokens import AttestationTokens
from callgate.gateway.executions.all_tie import enrolment_of
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.issuer.issuer import Issued, Issuer
from callgate.gateway.sessions.attested_sessions import AttestedSession, AttestedSessions
from callgate.gateway.sessions.revocation import Audit, Revocation, effects_records
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.judge import Judge
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject
from callgate.trust import Verdict


@dataclass(frozen=True, slots=True)
class Attested:
    """The answer to an attestation. ``renewed``: the session was there before."""

    security_token: str
    expires_at: datetime
    session_id: str
    renewed: bool = False


class SessionGrant:
    """Owned by the event loop. What it is given is that of ``Attestation``."""

    def __init__(
        self,
        *,
        gate: Gate,
        executions: ExecutionRegistry,
        issuer: Issuer,
        audit: Audit,
        sessions: AttestedSessions,
        revocation: Revocation,
        proofs: SeenProofs,
        tokens: AttestationTokens | None,
        seen_tokens: SeenTokens,
        judge: Judge | None,
        idle_seconds: float,
        now: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._executions = executions
        self._issuer = issuer
        self._audit = audit
        self._sessions = sessions
        self._revocation = revocation
        self._proofs = proofs
        self._tokens = tokens
        self._seen_tokens = seen_tokens
        self._judge = judge
        self._idle_seconds = idle_seconds
        self._now = now
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def grant(self, verified: Verified, trace_id: str | None) -> Attested:
        """Returns when it is durable. Raises CallgateError."""
        workload_id = verified.execution.workload_id
        lock = self._locks.setdefault(workload_id, asyncio.Lock())
        # One at a time for an execution, so that its sessions can be counted.
        async with lock:
            session = await self._session_of_key(verified)  # 7
            if session is None:
                sessions_to_evict(self._sessions, verified.execution, self._idle_seconds)
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
        verdict, certified = self._judge_again(verified.peer)
        self._check_attestation(verified)
        subject = subject_of(certified, verified.token)
        yielding = (
            sessions_to_evict(self._sessions, execution, self._idle_seconds)
            if session is None
            else []
        )
        state = self._use_proof(verified, now)
        self._check_enrolment(execution, verified.key)
        if verified.token is not None:
            self._seen_tokens.check(verified.token, now)
        opened = self._open(verified, session, issued, now)
        attested = AttestedSession(
            id=session_id,
            workload_id=execution.workload_id,
            scope=verified.scope,
            key=verified.key.thumbprint,
            identity=execution.identity,
            expires_at=opened.expires_at.timestamp(),
            subject=subject,
            chain=() if certified is None else verified.peer.chain,
            path_spki_sha256=() if verdict is None else verdict.path_spki_sha256,
            agent=None if verified.token is None else verified.token.agent,
        )
        self._sessions.add(attested)
        event = events.succeeded(
            execution,
            session_id=session_id,
            key=verified.key,
            scope=verified.scope,
            peer=verified.peer,
            subject=subject,
            token=issued.security_token,
            proof=verified.proof,
            renewed=session is not None,
            policy_digest=self._gate.policy.digest,
            trace_id=trace_id,
        )
        state += self._spend_enrolment(execution, verified.key)
        if verified.token is not None:
            state.append(self._seen_tokens.use(verified.token, now))
        state += [*effects_records(opened), attested.to_record(), *self._issuer.pending_records]
        try:
            for idle in yielding:
                await self._revocation.end(
                    idle.id, "it was idle longest of as many as there may be"
                )
            await self._audit.record(event, state=state)
            self._issuer.pending_records = []
        except BaseException:
            if verified.token is not None:
                self._seen_tokens.release(verified.token)
            if session is None:
                # The caller does not get to know of this session, so it must not stay open.
                self._gate.end_session(session_id)
            raise
        if not self._sessions.is_live(attested):
            raise Refusal("SESSION_INACTIVE")

    def _known(self, verified: Verified) -> AttestedSession | None:
        """The live session of the key. Raises Refusal where the key is another's."""
        known = self._sessions.of_key(verified.key.thumbprint)
        if known is None:
            return None
        if (known.workload_id, known.scope) != (verified.execution.workload_id, verified.scope):
            raise Refusal("KEY_REFUSED")
        if not self._sessions.is_live(known):
            return None
        if not Subject.same(known.subject, verified.subject):
            raise Refusal("KEY_REFUSED", "the session of this key is another caller's")
        return known

    def _judge_again(self, peer: Peer) -> tuple[Verdict | None, Subject | None]:
        """Raises Refusal where the peer is not who it was when its tie was looked at."""
        if peer.subject is None or self._judge is None:
            return peer.verdict, peer.subject
        verdict = self._judge.judge(peer.chain)
        subject = peer.subject.judged_again(verdict)
        if not Subject.same(subject, peer.subject):
            cause = f"trust.{verdict.reason or 'untrusted'}"
            raise Refusal("WORKLOAD_VERIFICATION_FAILED", details={"cause": cause})
        return verdict, subject

    def _check_attestation(self, verified: Verified) -> None:
        """Raises Refusal where the token, its key or its issuer was denied meanwhile."""
        if verified.token is not None and self._tokens is not None:
            cause = self._tokens.cause_against(verified.token.agent)
            if cause is not None:
                raise Refusal("WORKLOAD_VERIFICATION_FAILED", details={"cause": cause})

    async def _session_of_key(self, verified: Verified) -> AttestedSession | None:
        known = self._known(verified)
        if known is not None and known.identity != verified.execution.identity:
            await self._revocation.end(known.id, "the execution is another")
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
            lifetime=longest_lifetime(execution, verified.subject, now),
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
