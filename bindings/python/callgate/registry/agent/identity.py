"""Identity: an agent's credentials while it runs, and the contexts that present them."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from typing import Final, final

from callgate.registry.agent.contexts import ServerContext
from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.providers import provider_of
from callgate.registry.agent.settings import AgentSettings

_LOG: Final = logging.getLogger("callgate.registry.agent")


@final
class Identity:
    """The provider of the settings, started; renewed credentials reach everyone who subscribed.

    Entering raises CredentialError where no credentials can be had: an agent that has a mode other
    than ``off`` does not run without. Of one event loop.
    """

    def __init__(self, settings: AgentSettings, agent_id: str) -> None:
        if settings.mode == "off":
            raise CredentialError("there are no credentials in the mode off", "MCP_MESH_TLS_MODE")
        self._provider = provider_of(settings, agent_id)
        self._subscribers: list[Callable[[], None]] = []
        self._server: ServerContext | None = None

    async def __aenter__(self) -> Identity:
        await self._provider.start(self._changed)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._provider.stop()

    @property
    def current(self) -> Credentials:
        """What to present now. Raises CredentialError where they expired or were withdrawn."""
        return self._provider.current

    async def refresh(self) -> bool:
        """Fetches again; returns whether the credentials changed. Raises CredentialError."""
        before = self._provider.current
        await self._provider.refresh()
        if self._provider.current.leaf_sha256 == before.leaf_sha256:
            return False
        self._changed()
        return True

    def subscribe(self, changed: Callable[[], None]) -> None:
        """Called after each renewal, and when credentials were withdrawn."""
        self._subscribers.append(changed)

    @property
    def server_context(self) -> ssl.SSLContext:
        """For the agent's own server, as ``ssl=`` of asyncio or uvicorn's ``ssl``. New handshakes
        get renewed credentials by themselves. Raises CredentialError without authorities.
        """
        if self._server is None:
            self._server = ServerContext(self.current)
        return self._server.context

    def _changed(self) -> None:
        if self._server is not None:
            try:
                self._server.replace(self._provider.current)
            except CredentialError as error:
                _LOG.warning("the server goes on with the certificate before: %s", error)
        for changed in self._subscribers:
            changed()
