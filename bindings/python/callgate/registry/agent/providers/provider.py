"""Provider: what every source of credentials offers, and the one that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.settings import AgentSettings


class Provider(Protocol):
    """A source of credentials. Of one event loop.

    ``start`` fetches the first or raises CredentialError; from then on the provider renews them by
    itself and calls ``changed``. Failures of a renewal are logged, and the old ones stay until they
    expire.
    """

    async def start(self, changed: Callable[[], None]) -> None: ...

    @property
    def current(self) -> Credentials:
        """What to present now. Raises CredentialError where they expired or were withdrawn."""
        ...

    async def refresh(self) -> None:
        """Fetches them again at once: a registry refused them. Raises CredentialError."""
        ...

    async def stop(self) -> None: ...


def provider_of(settings: AgentSettings, agent_id: str) -> Provider:
    """The provider of the settings. Raises CredentialError where its libraries are missing."""
    # Each is imported where it is meant: they need libraries of their own.
    if settings.provider == "vault":
        from callgate.registry.agent.providers.vault import VaultProvider

        return VaultProvider(settings, agent_id)
    if settings.provider == "spire":
        try:
            from callgate.registry.agent.providers.spire import SpireProvider
        except ImportError as error:
            message = "needs grpcio: pip install 'callgate[vault,spire]'"
            raise CredentialError(message, "MCP_MESH_TLS_PROVIDER") from error

        return SpireProvider(settings)
    from callgate.registry.agent.providers.file import FileProvider

    return FileProvider(settings)
