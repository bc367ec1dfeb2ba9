"""CertifiedPeers: refuses TCP peers without a client certificate that is trusted now."""

from __future__ import annotations

from typing import Final, final

from starlette.types import Scope

from callgate.audit.events import Event
from callgate.audit.log import AuditLog
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.subject_fields import peer_fields, trust_cause
from callgate.serving.peer import peer_of
from callgate.serving.trace import trace_id

_CODE: Final = "WORKLOAD_VERIFICATION_FAILED"


@final
class CertifiedPeers:
    """``listen.trust.required``. The unix socket has no TLS, and its mode says who may connect."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def check(self, scope: Scope) -> None:
        """Raises Refusal, after the trail's sampler has counted it."""
        peer = peer_of(scope)  # a proxy has to have one as well
        if peer.subject is not None or peer.uid is not None:
            return
        cause = trust_cause(peer) or "trust.no_chain"
        if self._audit.sampler.refused_unverified(f"listener {cause}"):
            self._audit.post(
                Event(
                    name="PolicyViolationBlocked",
                    allowed=False,
                    code_name=_CODE,
                    cause=cause,
                    peer=peer.name,
                    reason="the listener needs a trusted client certificate",
                    trace_id=trace_id(scope),
                    **peer_fields(peer),
                )
            )
        message = "this listener needs a client certificate that is trusted"
        raise Refusal(_CODE, message, details={"cause": cause})
