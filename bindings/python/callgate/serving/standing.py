"""Standing: whether the certificate of one connection is trusted, at each of its requests."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final, final

from callgate.serving.judge import Judge
from callgate.serving.peer import Peer

# Seconds for which a refusal stands: time alone may make a certificate valid.
_REFUSED: Final = 1.0


@final
class Standing:
    """Keeps a connection's verdict for as long as it holds. Of one event loop.

    A verdict is asked for again when the judge's generation changed, when the certificate's path
    expired, when the clock went back behind the time it was given, and a refusal after a second.
    """

    __slots__ = ("_from", "_generation", "_judge", "_last", "_now", "_peer", "_until", "seen")

    def __init__(self, judge: Judge, seen: Peer, *, now: Callable[[], float] = time.time) -> None:
        """``seen`` is what the connection itself says, with the chain that was presented."""
        self.seen: Final = seen
        self._judge = judge
        self._now = now
        self._peer = seen
        self._last = seen
        self._generation: int | None = None
        self._from = self._until = -math.inf

    def peer(self) -> Peer:
        """The peer, as it is trusted now. Without a chain nothing is judged."""
        if not self.seen.chain:
            return self.seen
        now = self._now()
        if self._generation != self._judge.generation or not self._from <= now < self._until:
            self._judge_again(now)
        return self._peer

    @property
    def last(self) -> Peer:
        """The peer as it was last trusted, for requests that are under way; else as it was seen."""
        return self._last

    def _judge_again(self, now: float) -> None:
        # Read first: a verdict of what is newer than that is asked for once more, and not kept.
        self._generation = self._judge.generation
        self._from = now
        verdict = self._judge.judge(self.seen.chain)
        self._peer = self.seen.judged(verdict)
        subject = self._peer.subject
        if subject is None:
            self._until = now + _REFUSED
            return
        self._until = -math.inf if subject.valid_until is None else subject.valid_until
        self._last = self._peer
