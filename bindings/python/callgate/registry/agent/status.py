"""Status: what a heartbeat client knows of its registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

# connecting: no answer yet. unreachable: network, TLS or 5xx. refused: 403, the certificate or the
# ownership. rejected: the registry does not take the body. no_credentials: nothing to present.
State: TypeAlias = Literal[
    "connecting", "registered", "unreachable", "refused", "rejected", "no_credentials", "stopped"
]


@dataclass(frozen=True, slots=True)
class Provided:
    """The provider of one dependency, as the registry resolved it."""

    agent_id: str
    endpoint: str  # scheme, host and port; MCP is spoken at its path /mcp
    function_name: str
    capability: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """Immutable; each change is a new one."""

    state: State
    # Of a refusal, the registry's own words: "expired", "revoked". Else what failed.
    reason: str | None = None
    entity: str | None = None
    # By the function's name; the index is the dependency's, None where nothing provides it.
    dependencies: Mapping[str, tuple[Provided | None, ...]] = field(default_factory=dict)


def dependencies_of(answer: Mapping[str, Any]) -> dict[str, tuple[Provided | None, ...]]:
    """From the member ``dependencies_resolved`` of an answer. Raises ValueError."""
    resolved = answer.get("dependencies_resolved", {})
    if not isinstance(resolved, Mapping):
        raise ValueError("dependencies_resolved is no object")
    return {
        str(name): tuple(_provided(one) for one in _list(name, each))
        for name, each in resolved.items()
    }


def _list(name: object, entries: object) -> list[Any]:
    if not isinstance(entries, list):
        raise ValueError(f"dependencies_resolved of {name} is no array")
    return entries


def _provided(entry: object) -> Provided | None:
    if not isinstance(entry, Mapping):
        raise ValueError("a dependency is no object")
    if entry.get("status") not in ("available", "healthy"):
        return None
    texts = [entry.get(name) for name in ("agent_id", "endpoint", "function_name", "capability")]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a dependency lacks agent_id, endpoint, function_name or capability")
    kwargs = entry.get("kwargs") or {}
    if not isinstance(kwargs, Mapping):
        raise ValueError("kwargs of a dependency is no object")
    agent_id, endpoint, function_name, capability = map(str, texts)
    return Provided(agent_id, endpoint, function_name, capability, kwargs)
