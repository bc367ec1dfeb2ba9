"""The agent's side of registration trust: credentials, and a heartbeat that presents them.

Example::

    settings = AgentSettings.of_environment()
    body = {"agent_id": "weather-1", "http_host": "10.0.0.7", "http_port": 9000, "tools": []}
    async with (
        Identity(settings, "weather-1") as identity,
        HeartbeatClient(settings, body, identity) as client,
    ):
        ...
"""

from callgate.registry.agent.contexts import ServerContext, client_context, registry_context
from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.heartbeat import HeartbeatClient
from callgate.registry.agent.identity import Identity
from callgate.registry.agent.private_files import PrivateFiles
from callgate.registry.agent.providers import Provider, provider_of
from callgate.registry.agent.settings import AgentSettings, VaultSettings
from callgate.registry.agent.status import Provided, Status

__all__ = [
    "AgentSettings",
    "CredentialError",
    "Credentials",
    "HeartbeatClient",
    "Identity",
    "PrivateFiles",
    "Provided",
    "Provider",
    "ServerContext",
    "Status",
    "VaultSettings",
    "client_context",
    "provider_of",
    "registry_context",
]
