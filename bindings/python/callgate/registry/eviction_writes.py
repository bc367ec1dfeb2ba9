"""EvictionWrites: what eviction did in memory, brought to the database by a task of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final, final

from callgate._waits import set_within
from callgate.registry.rows.directory import Directory
from callgate.registry.rows.store import Store
from callgate.registry.rows.writer import StoreUnavailable
from callgate.trust.view import TrustView

_LOG: Final = logging.getLogger("callgate.registry")
# Seconds after which what the database refused is tried again.
RETRY_SECONDS: Final = 1.0


@final
class EvictionWrites:
    """Of one event loop. A database that is locked or gone delays these writes, and no eviction."""

    def __init__(self, *, directory: Directory, store: Store, trust: TrustView) -> None:
        self._directory = directory
        self._store = store
        self._trust = trust
        self._waiting: dict[str, str] = {}  # evicted, and not yet in the database as such
        self._published: int | None = None
        self._wake = asyncio.Event()

    def evicted(self, agent_id: str, reason: str) -> None:
        """A row was evicted in memory."""
        self._waiting[agent_id] = reason
        self._wake.set()

    def trust_changed(self) -> None:
        """The other registries are to be told."""
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await set_within(self._wake, RETRY_SECONDS)
            self._wake.clear()
            # First: an agent that is evicted here tries the other registries next.
            if await self._try(self.publish):
                await self._try(self._write)

    async def publish(self) -> None:
        """Tells other registries what this one trusts, if it changed. Raises StoreUnavailable."""
        snapshot = self._trust.snapshot
        if snapshot.generation == self._published:
            return
        anchors = {one.sha256 for one in snapshot.anchors}
        revoked = {key for state in self._trust.states for key in state.revoked}
        await self._store.publish(snapshot.generation, anchors, revoked)
        self._published = snapshot.generation

    async def _write(self) -> None:
        # What registered again meanwhile was written as healthy since, and is so.
        waiting = {
            agent_id: reason
            for agent_id, reason in self._waiting.items()
            if (row := self._directory.get(agent_id)) is not None and row.status == "evicted"
        }
        self._waiting = waiting
        if not waiting:
            return
        changes = [(agent_id, "evicted", reason) for agent_id, reason in waiting.items()]
        await self._store.set_status(changes)
        for agent_id, _, reason in changes:
            if self._waiting.get(agent_id) == reason:
                del self._waiting[agent_id]

    async def _try(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        try:
            await work()
        except StoreUnavailable as error:
            _LOG.error("evictions are not in the database yet", extra={"error": str(error)})
            return False
        return True
