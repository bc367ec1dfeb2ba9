"""What the audit says of sessions that end."""

from __future__ import annotations

from callgate import Session
from callgate.audit.events import Event
from callgate.gateway.wire.subject_fields import subject_fields
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject


def ended(
    session: Session,
    reason: str,
    *,
    subject: Subject | None = None,
    cause: str | None = None,
    peer: Peer | None = None,
    trace_id: str | None = None,
) -> Event:
    """A session of ``subject`` was ended or revoked; by a request, if it has a peer and a trace id.

    ``cause`` is ``trust.<reason>`` where its certificate is not trusted any more.
    """
    return Event(
        name="SessionRevoked",
        workload=session.subject,
        session=session.id,
        context=session.context,
        public_key=session.public_key.to_base64(),
        peer=None if peer is None else peer.name,
        reason=reason,
        cause=cause,
        trace_id=trace_id,
        details={"state": session.state},
        **subject_fields(subject),
    )


def execution_revoked(workload_id: str, reason: str) -> Event:
    """An execution that has no session was ended by the operator."""
    return Event(name="SessionRevoked", workload=workload_id, reason=reason)
