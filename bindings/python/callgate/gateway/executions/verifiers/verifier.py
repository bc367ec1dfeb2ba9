"""Verifier: who knows whether a workload is a running execution."""

from __future__ import annotations

from typing import Protocol

from callgate.gateway.executions.execution import Execution


class Verifier(Protocol):
    """One source of executions. Owned by the event loop."""

    async def find(self, workload_id: str) -> Execution | None:
        """The execution if it runs at this moment, else None.

        Raises Refusal ``WORKLOAD_VERIFICATION_FAILED`` where that cannot be found out.
        """
