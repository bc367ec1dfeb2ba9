"""Binding: whether an agent may call itself what it does, by the leaf of its certificate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from callgate.registry.config import EntitySettings
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.registration import Registration
from callgate.serving.leaf_names import LeafNames

_SUFFIX: Final = re.compile(r"-[0-9a-f]{8}")
_FRAMEWORK: Final = "__mesh_"


def unbound(settings: EntitySettings, registration: Registration, identity: Identity) -> str | None:
    """Which name of the heartbeat the certificate does not allow; None: it allows all.

    ``agent_id``, ``http_host`` or ``capabilities``, in this order. A leaf that cannot be read
    allows nothing that is bound.
    """
    if settings.agent_id is not None and not _agent_id(settings.agent_id, registration, identity):
        return "agent_id"
    if settings.http_host and registration.http_host and not _host(registration, identity):
        return "http_host"
    if settings.capabilities is not None and not _capabilities(settings.capabilities, registration):
        return "capabilities"
    return None


def _agent_id(template: str, registration: Registration, identity: Identity) -> bool:
    kind, _, text = template.partition(":")
    if "{name}" in text and "{agent_id}" not in text:
        # The id has random digits, which no certificate can have.
        rest = registration.agent_id.removeprefix(registration.name)
        if registration.agent_id != registration.name and (
            rest == registration.agent_id or _SUFFIX.fullmatch(rest) is None
        ):
            return False
    wanted = text.replace("{agent_id}", registration.agent_id)
    wanted = wanted.replace("{name}", registration.name)
    if kind == "spiffe":
        return identity.spiffe_id == wanted
    names = LeafNames.of(identity.chain[0])
    if names is None:
        return False
    return wanted in names.dns if kind == "dns" else wanted == names.common_name


def _host(registration: Registration, identity: Identity) -> bool:
    names = LeafNames.of(identity.chain[0])
    return names is not None and names.has_host(registration.http_host)


def _capabilities(allowed: tuple[str, ...], registration: Registration) -> bool:
    names = {tool.capability for tool in registration.tools}
    return all(not name or name.startswith(_FRAMEWORK) or _allowed(name, allowed) for name in names)


def _allowed(name: str, allowed: Iterable[str]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in allowed)
