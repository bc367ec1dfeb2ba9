"""FailedAttestations: what the audit trail and the log say of those who got no session."""

from __future__ import annotations

import logging
from typing import Final, final

from callgate import CallgateError
from callgate.gateway.attestation import events
from callgate.gateway.attestation.request import AttestRequest
from callgate.gateway.executions.execution import Execution
from callgate.gateway.http.peer import Peer
from callgate.gateway.refusal import Refusal
from callgate.gateway.sessions.endings import Audit

_LOG: Final = logging.getLogger("callgate.gateway")


class TieFailed(Refusal):
    """The caller is not the execution that it names. It does not learn what would have told."""

    def __init__(self, execution: Execution) -> None:
        super().__init__("WORKLOAD_VERIFICATION_FAILED")
        self.execution: Final = execution


@final
class FailedAttestations:
    """Counted always; written in full now and then, whatever the number of senders."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def failed(
        self,
        error: CallgateError,
        request: AttestRequest | None,
        peer: Peer,
        trace_id: str | None,
    ) -> None:
        """``request`` is None where it could not be read."""
        if not self._audit.meter.refused_unverified(f"attestation {error.code_name}"):
            return
        details = getattr(error, "details", None) or {}
        cause = details.get("cause")
        if isinstance(error, TieFailed):
            cause = f"tie {error.execution.tie.kind}"
        event = events.failed(error, request, cause=cause, peer=peer, trace_id=trace_id)
        self._audit.post(event)
        if isinstance(error, TieFailed):
            # A deployment that is not as its entry says, or somebody who tries.
            _LOG.warning(
                "an attestation by who is not the execution",
                extra={
                    "workload": error.execution.workload_id,
                    "source": error.execution.source,
                    "cause": cause,
                    "peer": event.peer,
                    "trace_id": trace_id,
                },
            )
