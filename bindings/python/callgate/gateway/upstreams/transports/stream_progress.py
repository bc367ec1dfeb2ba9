"""StreamProgress: the progress of one call, taken out of its HTTP event stream."""

from __future__ import annotations

import asyncio
from typing import final

from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.exchange import Exchange
from callgate.gateway.upstreams.messages.frames import Frame
from callgate.gateway.upstreams.messages.progress import read_progress
from callgate.gateway.upstreams.messages.second_budget import SecondBudget


@final
class StreamProgress:
    """Tells it, and nothing else, where the caller asked for it. ``budget`` is the server's."""

    def __init__(
        self, exchange: Exchange, request_id: bytes, budget: SecondBudget, counters: Counters
    ) -> None:
        self._tell = exchange.on_progress
        self._request_id = request_id
        self._budget = budget
        self._counters = counters

    async def take(self, frame: Frame, raw_bytes: int) -> bool:
        """False: it is no such progress. Past the budget the stream waits for the next second."""
        progress = None if self._tell is None else read_progress(frame)
        if self._tell is None or progress is None or progress.token != self._request_id:
            return False
        self._tell(progress.value)
        end = self._budget.spend(upstream_limits.progress_units(raw_bytes))
        if end is not None:
            self._counters.paused += 1
            await asyncio.sleep(end - asyncio.get_running_loop().time())
        return True
