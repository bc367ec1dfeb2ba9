"""Bounds: what a mesh may hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from callgate.registry.rows.body import MAX_BYTES, parse_heartbeat
from callgate.registry.rows.registration import Registration
from callgate.registry.rows.tools import ToolBounds
from callgate.serving.shares import PERCENT

MAX_AGENTS: Final = 100_000
MAX_STORED: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Bounds:
    """For bodies that arrive as for those that are stored."""

    agents: int = MAX_AGENTS
    tools: ToolBounds = field(default_factory=ToolBounds)
    body_bytes: int = MAX_BYTES
    stored_bytes: int = MAX_STORED  # of all rows
    share: int = PERCENT  # of the agents and their bytes, for one entity

    def parse(self, text: bytes) -> Registration:
        """Raises BadBody, Rejected."""
        return parse_heartbeat(text, tools=self.tools, max_bytes=self.body_bytes)
