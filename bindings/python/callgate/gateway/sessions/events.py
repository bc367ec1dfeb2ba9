"""What the audit says of sessions that end."""

from __future__ import annotations

from callgate import Session
from callgate.audit.events import Event


def ended(session: Session, reason: str) -> Event:
    """A session was ended or revoked."""
    return Event(
        name="SessionRevoked",
        workload=session.subject,
        session=session.id,
        context=session.context,
        public_key=session.public_key.to_base64(),
        reason=reason,
        details={"state": session.state},
    )


def execution_revoked(workload_id: str, reason: str) -> Event:
    """An execution that has no session was ended by the operator."""
    return Event(name="SessionRevoked", workload=workload_id, reason=reason)
