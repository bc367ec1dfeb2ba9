"""ApiVerifier: the executions that the operator registers, each for a lifetime."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from callgate import CallgateError
from callgate.gateway.executions.execution import Execution, warn_without_tie
from callgate.gateway.wire.refusal import Refusal

MAX_ENTRIES = 100_000


class ApiVerifier:
    """Entries of the operator API. They run until their lifetime is over or they are removed."""

    def __init__(
        self, *, wall: Callable[[], float] = time.time, max_entries: int = MAX_ENTRIES
    ) -> None:
        self._wall = wall
        self._max_entries = max_entries
        self._entries: dict[str, Execution] = {}

    def put(self, execution: Execution) -> Execution:
        """Registers it from now on. Raises CallgateError without a lifetime, Refusal when full."""
        if execution.lifetime is None:
            message = "an execution that is registered has a lifetime in seconds"
            raise CallgateError(message, "INVALID_ARGUMENT", "lifetime")
        self.drop_expired()
        if execution.workload_id not in self._entries and len(self._entries) >= self._max_entries:
            raise Refusal("LIMIT_EXCEEDED", "too many executions are registered", retry_after=60)
        entry = replace(execution, source="api", registered_at=self._wall())
        self._entries[entry.workload_id] = entry
        warn_without_tie(entry.workload_id, entry.tie)
        return entry

    def restore(self, execution: Execution) -> None:
        """As it was registered before."""
        self._entries[execution.workload_id] = execution

    def remove(self, workload_id: str) -> Execution | None:
        """The entry that was there."""
        return self._entries.pop(workload_id, None)

    def drop_expired(self) -> list[Execution]:
        """Forgets whose lifetime is over, and says who that was."""
        over = [entry for entry in self._entries.values() if not self._runs(entry)]
        for entry in over:
            del self._entries[entry.workload_id]
        return over

    def get(self, workload_id: str) -> Execution | None:
        """The entry, if its lifetime is not over."""
        entry = self._entries.get(workload_id)
        return entry if entry is not None and self._runs(entry) else None

    def __iter__(self) -> Iterator[Execution]:
        return iter([entry for entry in self._entries.values() if self._runs(entry)])

    async def find(self, workload_id: str) -> Execution | None:
        return self.get(workload_id)

    def _runs(self, entry: Execution) -> bool:
        # A clock behind the registration says nothing about the end.
        expires_at = entry.expires_at
        return expires_at is not None and self._wall() < expires_at
