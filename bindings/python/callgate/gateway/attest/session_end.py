"""SessionEnd: an agent ends its own session, with the key of the session and with nothing else.

In this order, and the first failure is what is reported:

1. The address has asked no more often than it may; attestations count as well.
2. The body has the form.
3. The clock can be trusted.
4. The session is known.
5. Its key signed this.
6. It did so just now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakValueDictionary

from callgate import CallgateError, Gate
from callgate.gateway.attest import events
from callgate.gateway.attest.end_request import EndRequest
from callgate.gateway.attest.proof import SeenProofs, check_proof
from callgate.gateway.sessions.revocation import Audit, Revocation
from callgate.gateway.wire.rates import Rates
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.peer import Peer

REASON = "its agent ended it"


class SessionEnd:
    """Owned by the event loop. ``rates`` and ``proofs`` are those of attestation.

    No proof is remembered: what it ends stays ended, and no other session has that id.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        revocation: Revocation,
        audit: Audit,
        rates: Rates,
        proofs: SeenProofs,
        now: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._revocation = revocation
        self._audit = audit
        self._rates = rates
        self._proofs = proofs
        self._now = now
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def end(self, body: bytes, peer: Peer, *, trace_id: str | None = None) -> str:
        """Returns the session's id when its end is durable; one that is over stays as it is.

        Raises CallgateError: a refusal, after the audit has it, or AuditUnavailable; the session
        has ended then all the same.
        """
        try:
            session_id = self._verified(body, peer)
        except CallgateError as error:
            if self._audit.sampler.refused_unverified(f"end {error.code_name}"):
                self._audit.post(events.end_refused(error, peer=peer, trace_id=trace_id))
            raise
        # A second request is answered only when the first end is durable.
        async with self._locks.setdefault(session_id, asyncio.Lock()):
            session = self._gate.session(session_id)
            if session is None:
                return session_id
            if session.state == "open" or not self._revocation.is_saved(session_id):
                await self._revocation.end(session_id, REASON, peer=peer, trace_id=trace_id)
        return session_id

    def _verified(self, body: bytes, peer: Peer) -> str:
        """The id of a session whose key asks for its end. Raises CallgateError."""
        self._rates.take(peer.origin)  # 1
        request = EndRequest.parse(body)  # 2
        now = self._now()  # 3
        session = self._gate.session(request.session_id)  # 4
        if session is None:
            raise Refusal("UNKNOWN_SESSION")
        check_proof(request.proof, session.public_key, request.message, "INVALID_SIGNATURE")  # 5
        self._proofs.check_fresh(request.proof_timestamp, now)  # 6
        return request.session_id
