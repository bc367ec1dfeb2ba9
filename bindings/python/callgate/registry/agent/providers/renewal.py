"""Renewal: when credentials are fetched again, and what happens while that fails."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final, final

from callgate.registry.agent.backoff import Backoff
from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError

_LOG: Final = logging.getLogger("callgate.registry.agent")
# The wall clock may step: what is due is asked again after this long.
_LONGEST_SLEEP: Final = 30.0
_SHORTEST_WAIT: Final = 1.0


@final
class Renewal:
    """Fetches at a random moment between a half and two thirds of the remaining lifetime, so that
    agents that started at one time do not all ask at one time. After a failure it waits from 1 to
    60 s, and the old credentials stay until they expire. Of one event loop.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Credentials]],
        where: str,
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._where = where
        self._wall = wall
        self._current: Credentials | None = None
        self._due = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def current(self) -> Credentials:
        """Raises CredentialError where there are none, or they expired."""
        if self._current is None:
            raise CredentialError("no credentials were fetched", self._where)
        if self._current.not_after <= self._wall():
            message = "the certificate expired, and renewing it failed: the log says why"
            raise CredentialError(message, self._where)
        return self._current

    async def refresh(self) -> None:
        """Fetches now. Raises CredentialError, and then nothing changes."""
        self._current = await self._fetch()
        # Of what is left, since authorities set notBefore back; and never in a tight loop.
        now = self._wall()
        left = self._current.not_after - now
        self._due = now + max(left * random.uniform(1 / 2, 2 / 3), _SHORTEST_WAIT)

    async def start(self, changed: Callable[[], None]) -> None:
        await self.refresh()
        self._task = asyncio.create_task(self._run(changed))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, changed: Callable[[], None]) -> None:
        retry = Backoff(1, 60)
        while True:
            left = self._due - self._wall()
            if left > 0:
                await asyncio.sleep(min(left, _LONGEST_SLEEP))
                continue
            try:
                await self.refresh()
            except CredentialError as error:
                _LOG.warning("the credentials before stay until they expire: %s", error)
                await asyncio.sleep(retry.wait())
            else:
                retry.reset()
                changed()
