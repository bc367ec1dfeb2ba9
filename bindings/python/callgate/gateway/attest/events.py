"""What the audit says of attestations."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timezone

from callgate import CallgateError, PublicKey
from callgate.audit.events import Event
from callgate.gateway.attest.proof import Proof
from callgate.gateway.attest.request import AttestRequest
from callgate.gateway.executions.execution import Execution
from callgate.gateway.wire.subject_fields import peer_fields, subject_fields
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject


def succeeded(
    execution: Execution,
    *,
    session_id: str,
    key: PublicKey,
    scope: str,
    peer: Peer,
    subject: Subject | None,
    token: str,
    proof: Proof | None,
    renewed: bool,
    policy_digest: str,
    trace_id: str | None,
) -> Event:
    """A session was opened, or its token renewed. The proof is there to be checked later."""
    return Event(
        name="SecurityTokenRefreshed" if renewed else "AttestationSucceeded",
        workload=execution.workload_id,
        session=session_id,
        context=scope,
        public_key=key.to_base64(),
        peer=peer.name,
        allowed=True,
        policy_digest=policy_digest,
        token=hashlib.sha256(token.encode()).hexdigest(),
        token_input=token.rpartition(".")[0],
        message_digest=None if proof is None else hashlib.sha256(proof.message).hexdigest(),
        signature=None if proof is None else base64.b64encode(proof.signature).decode(),
        timestamp=None if proof is None else _iso(proof.timestamp),
        trace_id=trace_id,
        details={"source": execution.source, "tie": execution.tie.kind, "wid": execution.wid},
        **subject_fields(subject),
    )


def failed(
    error: CallgateError,
    request: AttestRequest | None,
    *,
    cause: str | None,
    peer: Peer,
    trace_id: str | None,
) -> Event:
    """An attestation was refused. What the request claims is not verified."""
    return Event(
        name="AttestationFailed",
        workload=None if request is None else request.workload_id,
        context=None if request is None else request.scope,
        public_key=None if request is None else request.public_key,
        peer=peer.name,
        allowed=False,
        code_name=error.code_name,
        cause=cause,
        trace_id=trace_id,
        **peer_fields(peer),
    )


def end_refused(error: CallgateError, *, peer: Peer, trace_id: str | None) -> Event:
    """A session was not ended. Which one was asked for is not verified, and is left out."""
    is_unverified = 1000 <= error.code < 2000
    return Event(
        name="SignatureVerificationFailed" if is_unverified else "PolicyViolationBlocked",
        peer=peer.name,
        allowed=False,
        code_name=error.code_name,
        cause=(getattr(error, "details", None) or {}).get("cause"),
        reason="a session was to be ended",
        trace_id=trace_id,
    )


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
