"""in_background: work that goes on as long as a server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any


@contextlib.asynccontextmanager
async def in_background(
    work: Coroutine[Any, Any, None], failed: asyncio.Event, log: logging.Logger
) -> AsyncIterator[None]:
    """Runs ``work`` alongside the block, and cancels it at the end. Of one event loop.

    Where ``work`` raises, that is logged and ``failed`` is set, so that the process ends.
    """

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("work in the background failed", exc_info=error)
            failed.set()

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
