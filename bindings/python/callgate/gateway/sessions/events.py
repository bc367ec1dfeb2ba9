"""What the audit says of sessions that end."""

from __future__ import annotations

from callgate import Session
from callgate.audit.events import Event
from callgate.serving.peer import Peer


def ended(
    session: Session, reason: str, *, peer: Peer | None = None, trace_id: str | None = None
) -> Event:
    """A session was ended or revoked; by a request, if it has a peer and a trace id."""
    return Event(
        name="SessionRevoked",
        workload=session.subject,
        session=session.id,
        context=session.context,
        public_key=session.public_key.to_base64(),
        peer=None if peer is None else peer.name,
        reason=reason,
        trace_id=trace_id,
        details={"state": session.state},
    )


def execution_revoked(workload_id: str, reason: str) -> Event:
    """An execution that has no session was ended by the operator."""
    return Event(name="SessionRevoked", workload=workload_id, reason=reason)
