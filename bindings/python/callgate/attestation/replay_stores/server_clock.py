"""ServerClock: what time it is for a Redis server, and whether its clock leapt."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, final

from callgate.attestation.replay_stores.claim_key import MARGIN_MS


@final
class ServerClock:
    """Redis forgets a key by its own clock. If that goes ahead by more than the margin since a key
    was written, the key is forgotten early.

    So the offset between the server's clock and ours is compared with the least one of the last one
    to two ``window`` seconds, within which all keys were written that still count.
    """

    def __init__(self, window: float, clock: Callable[[], float]) -> None:
        self._window_ms: Final = window * 1000
        self._clock: Final = clock
        self._offset: float | None = None
        self._least = self._least_before = math.inf
        self._turned_at = -math.inf

    def ours_ms(self) -> float:
        """Milliseconds of our own clock, which never goes back."""
        return self._clock() * 1000

    def now_ms(self) -> float | None:
        """The server's, in milliseconds since 1970; None before it was heard of."""
        return None if self._offset is None else self.ours_ms() + self._offset

    def heard(self, server_ms: float, sent_ms: float) -> bool:
        """The server's time, in reply to what was sent at ``sent_ms`` of our clock.

        Whether it went ahead so far that keys may have been forgotten early.
        """
        ours = self.ours_ms()
        # The reply was made between the two: the middle is wrong by half of that at most.
        self._offset = offset = server_ms - (sent_ms + ours) / 2
        leapt = offset - min(self._least, self._least_before) > MARGIN_MS
        if leapt or ours - self._turned_at >= self._window_ms:
            self._least_before = math.inf if leapt else self._least
            self._least, self._turned_at = offset, ours
        self._least = min(self._least, offset)
        return leapt
