"""Plan: the pure half of a decision, and what a ledger answers to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, final

from callgate import _native
from callgate._charge import Charge
from callgate._native import Decision, PublicKey
from callgate._time import wait_ms


@dataclass(frozen=True, slots=True)
class Committed:
    """Everything was recorded. ``taken``: of each element of ``Plan.charges``, which was taken."""

    taken: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class AlreadySeen:
    """The replay key is known."""


@dataclass(frozen=True, slots=True)
class RateLimited:
    """The replay key was recorded, but a context of the chain has no room."""

    retry_after: float  # seconds


@dataclass(frozen=True, slots=True)
class SessionInactive:
    """The session or an ancestor is not open."""


@dataclass(frozen=True, slots=True)
class Full:
    """A bounded table of the ledger is full. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The ledger cannot be reached, or what it did is unknown."""


Outcome: TypeAlias = Committed | AlreadySeen | RateLimited | SessionInactive | Full | Unavailable


@final
class Plan:
    """What is known of a call, and what a ledger has to check and record at once."""

    __slots__ = ("_plan",)

    def __init__(self, plan: _native.Plan) -> None:
        self._plan = plan

    @property
    def replay_key(self) -> tuple[PublicKey, bytes] | None:
        """Public key and signature; None: nothing is to be committed."""
        return self._plan.replay_key

    @property
    def sessions(self) -> tuple[str, ...]:
        """Ids: the call's own session, then its ancestors. All must be open."""
        return self._plan.sessions

    @property
    def timestamp(self) -> datetime | None:
        """Of the envelope; None without a replay key.

        Its fraction is not signed, so keep the replay key until the end of the second + ``window``.
        """
        return self._plan.timestamp

    @property
    def window(self) -> float:
        """Seconds that an envelope is fresh."""
        return self._plan.window

    @property
    def charges(self) -> tuple[tuple[Charge, ...], ...]:
        """For each context of the chain its limits, in order.

        The first with room is taken, from all contexts or from none.
        """
        return self._plan.charges

    def finish(self, outcome: Outcome) -> Decision:
        """The decision, given the ledger's answer. A second call denies.

        Without a replay key the outcome is not looked at. ``Committed`` that does not fit
        ``charges``, and ``RateLimited`` with a negative time, deny with ``LEDGER_UNAVAILABLE``.
        """
        match outcome:
            case Committed(taken):
                return self._plan.finish_committed([_index(choice) for choice in taken])
            case AlreadySeen():
                return self._plan.finish_already_seen()
            case RateLimited(retry_after):
                return self._plan.finish_rate_limited(wait_ms(retry_after, "retry_after"))
            case SessionInactive():
                return self._plan.finish_session_inactive()
            case Full():
                return self._plan.finish_full()
            case Unavailable():
                return self._plan.finish_unavailable()
        raise TypeError(f"outcome must be one of Outcome, not {type(outcome).__name__}")

    def __repr__(self) -> str:
        if self.replay_key is None:
            return "<Plan with nothing to commit>"
        # Without the replay key: it holds a signature.
        return f"<Plan to commit in {self.sessions!r}, {len(self.charges)} contexts to charge>"


def _index(choice: int) -> int:
    if isinstance(choice, bool) or not isinstance(choice, int):
        raise TypeError(f"taken must hold int, not {type(choice).__name__}")
    # What is no index cannot fit the charges either; the engine denies it.
    return choice if 0 <= choice < 2**32 else 2**32 - 1
