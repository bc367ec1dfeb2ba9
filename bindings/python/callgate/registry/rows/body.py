"""The body of POST /heartbeat, from bytes to a Registration.

The engine's strict parser reads it first: what stands there twice, or is no UTF-8, is no heartbeat.
"""

from __future__ import annotations

import json
from typing import Final

from callgate import JsonError
from callgate._native import split_object
from callgate.registry.rows import fields
from callgate.registry.rows.fields import Invalid
from callgate.registry.rows.registration import BadBody, Registration, Rejected
from callgate.registry.rows.tools import DEFAULT_VERSION, ToolBounds, tools_of

AGENT_TYPES: Final = ("mcp_agent", "api", "a2a")
RUNTIMES: Final = ("python", "typescript", "java")
MAX_BYTES: Final = 1 << 20


def parse_heartbeat(
    text: bytes, *, tools: ToolBounds | None = None, max_bytes: int = MAX_BYTES
) -> Registration:
    """Raises BadBody (400), or Rejected (200 with status ``error``)."""
    try:
        # One value after the other, so that the order of members is kept in what is stored.
        members = {name: json.loads(value) for name, value in split_object(text, max_bytes).items()}
    except JsonError as error:
        where = "" if error.where is None else f" at {error.where}"
        raise BadBody(f"Invalid JSON payload: {error.message}{where}") from None
    except RecursionError:
        raise BadBody("Invalid JSON payload: nested too deeply") from None
    agent_id = fields.text(members, "agent_id")
    if not agent_id:
        raise BadBody("agent_id is required")
    try:
        fields.label(members, "agent_id", "", fields.MAX_ID)
        return Registration(
            agent_id=agent_id,
            name=fields.label(members, "name", agent_id),
            agent_type=fields.one_of(members, "agent_type", AGENT_TYPES),
            runtime=fields.one_of(members, "runtime", RUNTIMES),
            version=fields.short(members, "version") or DEFAULT_VERSION,
            description=fields.described(members),
            namespace=fields.label(members, "namespace", "default"),
            http_host=fields.host(members, "http_host"),
            http_port=fields.port(members, "http_port"),
            a2a_producer=fields.boolean(members, "a2a_producer"),
            a2a_consumer=fields.boolean(members, "a2a_consumer"),
            tools=tools_of(members, tools or ToolBounds()),
            text=text,
        )
    except Invalid as error:
        raise Rejected(agent_id[: fields.MAX_ID], f"validation failed: {error}") from None
