"""DenialSampler: which refusals are written in full, so that they cannot fill the disk."""

from __future__ import annotations

import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias, final

_LOG: Final = logging.getLogger("callgate.audit")

# Full events a second: of one session, and of one cause before a token was verified.
SESSION_RATE: Final = 10
CAUSE_RATE: Final = 1
# Causes and sessions that are told apart; the rest is counted together.
MAX_CAUSES: Final = 64
MAX_SESSIONS: Final = 10_000
OTHER: Final = "other"
# Whose full events take nothing from the other's: ``bounds`` are what anybody can run into without
# a word of the protocol, ``callers`` attested or called.
Share: TypeAlias = Literal["callers", "bounds"]
# One in so many of the quota is for bounds.
BOUNDS_PART: Final = 10


@final
class DenialSampler:
    """Counts all refusals. One event loop owns it; ``monotonic`` is in seconds.

    After a verified token: ``refused(session)`` is True for the first ten a second of a session,
    which are written one by one; the rest is answered 429 and counted. Before it, whatever the
    number of senders: ``refused_unverified(cause)`` is True once a second for each cause, and
    ``quota`` full events a day in all, which is what the disk keeps for them. A tenth of it is the
    share of bounds, the rest that of callers; what one leaves, the other does not get. When a share
    is used up, a warning says so, once a day.
    """

    __slots__ = ("_causes", "_counted", "_day", "_left", "_monotonic", "_sessions", "_shares")

    def __init__(
        self, *, quota: int = 100_000, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        of_bounds = quota // BOUNDS_PART
        self._shares: dict[Share, int] = {"callers": quota - of_bounds, "bounds": of_bounds}
        self._left = dict(self._shares)
        self._day = monotonic()
        # Of each: the second, and how many were written in it.
        self._sessions: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._causes: dict[str, int] = {}
        self._counted: dict[str, Counter[str]] = {"sessions": Counter(), "causes": Counter()}

    def refused(self, session: str) -> bool:
        """Whether to write this one in full; if not, answer ``LIMIT_EXCEEDED`` with 429."""
        second = int(self._monotonic())
        begun, written = self._sessions.get(session, (second, 0))
        if begun != second:
            written = 0
        if written >= SESSION_RATE:
            self._count("sessions", session, MAX_SESSIONS)
            return False
        self._sessions[session] = (second, written + 1)
        self._sessions.move_to_end(session)
        if len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return True

    def refused_unverified(self, cause: str, *, share: Share = "callers") -> bool:
        """Whether to write this one in full. All are counted."""
        if cause not in self._causes and len(self._causes) >= MAX_CAUSES:
            cause = OTHER
        self._count("causes", cause, MAX_CAUSES)
        now = self._monotonic()
        if now - self._day >= 86400:
            self._day, self._left = now, dict(self._shares)
        second = int(now)
        if self._causes.get(cause) == second or self._left[share] <= 0:
            return False
        self._causes[cause] = second
        self._left[share] -= 1
        if not self._left[share]:
            _LOG.warning(
                "the full events of a day about refusals are used up: from now on they are counted",
                extra={"share": share, "events": self._shares[share]},
            )
        return True

    def summary(self) -> dict[str, Any] | None:
        """The fields of a line that counts what was refused since the last one; None: nothing."""
        fields: dict[str, Any] = {}
        for name, counter in self._counted.items():
            if counter:
                # What a line can hold; the sum is complete.
                fields[name] = dict(counter.most_common(100))
                fields[f"{name}_total"] = counter.total()
                counter.clear()
        return fields or None

    def _count(self, name: str, what: str, most: int) -> None:
        counter = self._counted[name]
        counter[what if what in counter or len(counter) < most else OTHER] += 1
