"""Ledger: where it is remembered what was seen, charged, opened and revoked."""

from __future__ import annotations

from typing import Protocol, final

from callgate import Decision, Gate


class Ledger(Protocol):
    """A gate and its memory. The embedded one answers at once; a shared one asks its store.

    ``Gate.plan`` judges a call without memory, one atomic commit of a store records the plan, and
    ``Plan.finish`` makes the Decision: ``authorize`` is these three, wherever the store is. A store
    that cannot be reached is a Decision that denies with ``LEDGER_UNAVAILABLE``. Sessions are
    opened, renewed and ended in the gate: a store that shares them takes these over, too.
    """

    async def authorize(self, data: bytes, now: float) -> Decision:
        """Decides the envelope in ``data`` and records what has to be. ``now``: seconds."""

    def alive(self, session_id: str | None) -> bool:
        """Whether the session and all its ancestors are open, as far as this process knows now.

        Asked between steps that must not wait. A store tells its processes of sessions that end.
        """


@final
class EmbeddedLedger:
    """The ledger inside the engine. Its work is about one signature, so no thread is asked."""

    __slots__ = ("_gate",)

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def authorize(self, data: bytes, now: float) -> Decision:
        return self._gate.authorize(data, now=now)

    def alive(self, session_id: str | None) -> bool:
        return session_id is not None and self._gate.is_open(session_id)
