"""An audit trail in memory, for the order of things and for failures of the disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from callgate.audit.events import Event
from callgate.gateway.refusal import Refusal


@dataclass
class MemoryAudit:
    events: list[Event] = field(default_factory=list)
    states: list[Any] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    failing: bool = False
    # What happens while a record is on its way to the disk.
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def record(self, event: Event, state: Sequence[Any] = ()) -> int:
        if self.failing:
            raise Refusal("AUDIT_UNAVAILABLE")
        if self.meanwhile is not None:
            await self.meanwhile()
        self.events.append(event)
        self.states.extend(state)
        return len(self.events) - 1

    def outcome(self, receipt: int, **outcome: Any) -> None:
        self.outcomes.append({"receipt": receipt, **outcome})
