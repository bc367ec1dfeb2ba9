"""Threads: a few threads of one owner, so that its work never waits for the work of others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar, final

_T = TypeVar("_T")


@final
class Threads:
    """At most ``most`` threads, begun when they are needed. ``run`` is for one event loop.

    The loop's own executor has one queue for the whole process: work that a caller can cause must
    not stand in it before work that revokes the caller.
    """

    def __init__(self, name: str, most: int = 1) -> None:
        self._executor = ThreadPoolExecutor(most, name)

    async def run(self, function: Callable[..., _T], *given: Any, **named: Any) -> _T:
        """What ``function`` returns. Work that is under way goes on when its caller is cancelled.

        Raises what it raises, and RuntimeError after ``close``.
        """
        work = partial(function, *given, **named)
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Drops what waits, and does not wait for what is under way."""
        self._executor.shutdown(wait=False, cancel_futures=True)
