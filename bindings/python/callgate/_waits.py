"""set_within: waiting for an event, at most so long."""

from __future__ import annotations

import asyncio


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event is set, as soon as it is, and after so many seconds at the latest.

    A cancellation is never lost: ``asyncio.wait_for``, up to Python 3.11, drops one that comes
    together with the event.
    """
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
    finally:
        waiting.cancel()
    return event.is_set()
