"""RunningAgent: one agent under way, and what the registry told it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, final

import httpx2

from callgate import CallgateError
from callgate.registry.agent import AgentSettings, HeartbeatClient, Identity, Status, client_context
from callgate.registry.demo.organization import HOST, Credential

# Seconds between heartbeats: the default is 5, and the demonstration should be short.
INTERVAL: Final = 1
CAPABILITY: Final = "weather"
# Of a machine that is busy.
_WAIT_SECONDS: Final = 20.0
_TIMEOUT: Final = httpx2.Timeout(10)
_PORT: Final = 9100  # nothing is called there


@final
class RunningAgent:
    """A context manager: registers, sends heartbeats, and is removed. Of one event loop."""

    def __init__(
        self,
        credential: Credential,
        url: str,
        registry_ca: Path,
        *,
        depends_on: str | None = None,
    ) -> None:
        """It provides ``weather``, unless it depends on a capability. Raises CredentialError."""
        self.id = credential.agent_id
        self.credential = credential
        self.said: list[tuple[float, Status]] = []  # seconds since the epoch
        self._url = url
        self._settings = AgentSettings.of_environment(
            {
                "MCP_MESH_TLS_MODE": "strict",
                "MCP_MESH_TLS_CA": str(registry_ca),
                "MCP_MESH_REGISTRY_URL": url,
                "MCP_MESH_HTTP_HOST": HOST,
                "MCP_MESH_HEALTH_INTERVAL": str(INTERVAL),
                **credential.environ,
            }
        )
        self._body = _body(self.id, depends_on)
        self._changed = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()
        self._identity: Identity | None = None

    async def __aenter__(self) -> RunningAgent:
        async with contextlib.AsyncExitStack() as stack:
            self._identity = identity = Identity(self._settings, self.id)
            await stack.enter_async_context(identity)
            client = HeartbeatClient(self._settings, self._body, identity, on_change=self._hear)
            await stack.enter_async_context(client)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._stack.aclose()

    async def until(self, what: str, reached: Callable[[Status], bool]) -> float:
        """When the registry first said so, in seconds since the epoch. Raises CallgateError."""

        async def wait() -> float:
            while True:
                for when, status in self.said:
                    if reached(status):
                        return when
                self._changed.clear()
                await self._changed.wait()

        try:
            return await asyncio.wait_for(wait(), _WAIT_SECONDS)
        except asyncio.TimeoutError:
            last = self.said[-1][1] if self.said else "no answer"
            raise failed(f"{self.id} was not {what}: {last}") from None

    async def refusal(self) -> str:
        """The first reason for which it was refused. Raises CallgateError."""
        when = await self.until("refused", lambda status: status.state == "refused")
        return next(status.reason or "" for at, status in self.said if at == when)

    @property
    def failures(self) -> int:
        """How often a heartbeat failed, once it was registered."""
        states = [status.state for _, status in self.said]
        return sum(state != "registered" for state in states[states.index("registered") :])

    def http_client(self) -> httpx2.AsyncClient:
        """A client that presents the agent's certificate, on connections of its own."""
        assert self._identity is not None, "it was entered"
        context = client_context(self._identity.current, self._settings.registry_spiffe_id)
        return httpx2.AsyncClient(
            base_url=self._url, verify=context, timeout=_TIMEOUT, trust_env=False
        )

    def _hear(self, status: Status) -> None:
        self.said.append((time.time(), status))
        self._changed.set()


def provider_of(status: Status) -> str | None:
    """Whom the registry names for the dependency of an agent that has one."""
    found = [one for positions in status.dependencies.values() for one in positions]
    return None if not found or found[0] is None else found[0].agent_id


def failed(message: str) -> CallgateError:
    """Something that did not happen as it must."""
    return CallgateError(message, "INTERNAL_ERROR", "callgate registry demo")


def _body(agent_id: str, depends_on: str | None) -> Mapping[str, Any]:
    tool: dict[str, Any] = {"function_name": CAPABILITY, "capability": CAPABILITY}
    if depends_on is not None:
        tool = {"function_name": "plan", "capability": "plan", "dependencies": [depends_on]}
    return {
        "agent_id": agent_id,
        "name": agent_id,
        "agent_type": "mcp_agent",
        "http_host": HOST,
        "http_port": _PORT,
        "tools": [tool],
    }
