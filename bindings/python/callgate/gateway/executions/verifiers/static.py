"""StaticVerifier: the executions that the configuration lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from callgate.gateway.executions.execution import Execution, by_workload_id, warn_without_tie


class StaticVerifier:
    """Entries of a file. They run from when the file names them until it does not."""

    def __init__(self, executions: Iterable[Execution] = ()) -> None:
        self._entries = _entries(executions)

    def replace(self, executions: Iterable[Execution]) -> None:
        """All entries at once, as a reload does. Raises CallgateError, and then nothing changes."""
        self._entries = _entries(executions)
        self.warn()

    def warn(self) -> None:
        """Logs which entries have no tie."""
        for entry in self:
            warn_without_tie(entry.workload_id, entry.tie)

    def get(self, workload_id: str) -> Execution | None:
        """The entry."""
        return self._entries.get(workload_id)

    def __iter__(self) -> Iterator[Execution]:
        return iter(list(self._entries.values()))

    async def find(self, workload_id: str) -> Execution | None:
        return self.get(workload_id)


def _entries(executions: Iterable[Execution]) -> dict[str, Execution]:
    return by_workload_id(replace(entry, source="static") for entry in executions)
