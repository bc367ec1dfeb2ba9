"""Ledger: where it is remembered what was seen, charged, opened and revoked."""

from __future__ import annotations

from typing import Protocol, final

from callgate import Decision, Gate


class Ledger(Protocol):
    """A gate and its memory. The embedded one answers at once; a shared one plans, commits, ends.

    ``Gate.plan`` judges a call without memory, ``commit`` of a shared store records the plan
    atomically, ``Plan.finish`` makes the Decision: ``authorize`` is these three, however far apart.
    A store that cannot be reached is a Decision that denies with ``LEDGER_UNAVAILABLE``, and an
    ``alive`` that is false.
    """

    async def authorize(self, data: bytes, now: float) -> Decision:
        """Decides the envelope in ``data`` and records what has to be. ``now``: seconds."""

    async def alive(self, session_id: str | None) -> bool:
        """Whether the session and all its ancestors are open at this moment."""


@final
class EmbeddedLedger:
    """The ledger inside the engine. Its work is about one signature, so no thread is asked."""

    __slots__ = ("_gate",)

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def authorize(self, data: bytes, now: float) -> Decision:
        return self._gate.authorize(data, now=now)

    async def alive(self, session_id: str | None) -> bool:
        while session_id is not None:
            session = self._gate.session(session_id)
            if session is None or session.state != "open":
                return False
            session_id = session.parent
            if session_id is None:
                return True
        return False
