"""Registration: what an agent says of itself, and the two ways to refuse it."""

from __future__ import annotations

from dataclasses import dataclass

from callgate import CallgateError
from callgate.registry.resolution import Provider, ToolRow


class BadBody(CallgateError):
    """The body is no heartbeat at all: 400 with this text."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "INVALID_ARGUMENT")


class Rejected(CallgateError):
    """The heartbeat says something that cannot be registered: 200 with status ``error``."""

    def __init__(self, agent_id: str, message: str) -> None:
        super().__init__(message, "INVALID_ARGUMENT")
        self.agent_id = agent_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One heartbeat's body, checked. ``text`` is the body as it is kept; reading it gives the same.

    ``status`` and ``entity_id`` of the body have no effect.
    """

    agent_id: str
    name: str
    agent_type: str
    runtime: str
    version: str
    description: str
    namespace: str
    http_host: str
    http_port: int
    a2a_producer: bool
    a2a_consumer: bool
    tools: tuple[ToolRow, ...]
    text: bytes

    def provider(self, entity: str | None) -> Provider:
        """As resolution sees it."""
        return Provider(
            agent_id=self.agent_id,
            host=self.http_host,
            port=self.http_port,
            entity=entity,
            tools=self.tools,
        )
