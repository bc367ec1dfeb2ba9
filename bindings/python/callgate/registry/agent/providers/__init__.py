"""Where an agent's credentials come from: one source a file."""

from __future__ import annotations

from callgate.registry.agent.providers.provider import Provider, provider_of

__all__ = ["Provider", "provider_of"]
