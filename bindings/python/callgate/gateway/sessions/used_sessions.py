"""UsedSessions: a ledger that also tells when a session was used."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from callgate import Decision
from callgate.gateway.sessions.ledger import Ledger


@final
class UsedSessions:
    """Passes everything on, and calls ``touch`` with each session that signed, or is answered.

    So attestation knows which session of an execution has been idle longest.
    """

    __slots__ = ("_ledger", "_touch")

    def __init__(self, ledger: Ledger, touch: Callable[[str | None], None]) -> None:
        self._ledger = ledger
        self._touch = touch

    async def authorize(self, data: bytes, now: float) -> Decision:
        decision = await self._ledger.authorize(data, now)
        if decision.signature is not None:
            self._touch(decision.session_id)
        return decision

    def alive(self, session_id: str | None) -> bool:
        alive = self._ledger.alive(session_id)
        if alive:
            self._touch(session_id)
        return alive
