"""FailedAttestations: what the audit trail and the log say of those who got no session."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Final, final

from callgate import CallgateError
from callgate.gateway.attest import events
from callgate.gateway.attest.request import AttestRequest
from callgate.gateway.executions.execution import Execution
from callgate.gateway.sessions.revocation import Audit
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.peer import Peer

_LOG: Final = logging.getLogger("callgate.gateway")


class TieFailed(Refusal):
    """The caller is not the execution that it names. It does not learn what would have told.

    ``refused`` is ``trust.<reason>`` of a certificate or ``attestation.<reason>`` of a token that
    it presented: that it learns, since it holds them.
    """

    def __init__(
        self, execution: Execution, kind: str | None = None, *, refused: str | None = None
    ) -> None:
        details = None if refused is None else {"cause": refused}
        super().__init__("WORKLOAD_VERIFICATION_FAILED", details=details)
        self.execution: Final = execution
        self.cause: Final = refused or f"tie {kind or execution.tie.kind}"


@final
class FailedAttestations:
    """Counted always; written in full now and then, whatever the number of senders.

    A tie that failed is in the log once a second besides, by ``monotonic`` and not by the trail's
    sampler: a caller that uses up a day's events there must not silence this.
    """

    def __init__(self, audit: Audit, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._audit = audit
        self._monotonic = monotonic
        self._warned_at = -math.inf

    def failed(
        self,
        error: CallgateError,
        request: AttestRequest | None,
        peer: Peer,
        trace_id: str | None,
    ) -> None:
        """``request`` is None where it could not be read."""
        cause: str | None
        if isinstance(error, TieFailed):
            cause = error.cause
            self._warn(error.execution, cause, peer, trace_id)
        else:
            cause = (getattr(error, "details", None) or {}).get("cause")
        if self._audit.sampler.refused_unverified(f"attestation {error.code_name}"):
            event = events.failed(error, request, cause=cause, peer=peer, trace_id=trace_id)
            self._audit.post(event)

    def _warn(self, execution: Execution, cause: str, peer: Peer, trace_id: str | None) -> None:
        now = self._monotonic()
        if now - self._warned_at < 1:
            return
        self._warned_at = now
        # A deployment that is not as its entry says, or somebody who tries.
        _LOG.warning(
            "an attestation by who is not the execution",
            extra={
                "workload": execution.workload_id,
                "source": execution.source,
                "cause": cause,
                "peer": peer.name,
                "trace_id": trace_id,
            },
        )
