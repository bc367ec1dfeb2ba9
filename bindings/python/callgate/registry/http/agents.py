"""GET /agents: the rows as ``meshctl list`` and ``status`` read them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from callgate.registry.http import replies
from callgate.registry.members import Members
from callgate.registry.recorder import Recorder, time_text
from callgate.registry.resolution import Dependency, Resolved, Work
from callgate.registry.rows.registration import BadBody
from callgate.registry.rows.row import Row
from callgate.serving.reply import Reply

# Steps that describing one tool or position takes.
_STEPS: Final = 5
_LIMIT: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
MAX_EVENTS: Final = 1_000
# Characters of one answer; a row that would go beyond is left for the next.
MAX_LISTED: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows are asked for: those after an id, in the order of ids, and at most how many."""

    after: str = ""
    limit: int | None = None

    @classmethod
    def of_query(cls, query: str) -> Part:
        """Raises BadBody."""
        given = parse_qs(query, keep_blank_values=True)
        limit = given.get("limit", [None])[-1]
        if limit is not None and not _LIMIT.fullmatch(limit):
            raise BadBody("limit: expected a number of agents, from 1 to 999999")
        return cls(given.get("after", [""])[-1], None if limit is None else int(limit))


async def agents(members: Members, part: Part) -> Reply:
    """The rows. A null is what the public registry has where there is none.

    Where rows are left out, ``next`` is the id to go on after.
    """
    texts, last = await members.turns.run(_described(members, part))
    return replies.listed_agents(texts, total=len(members.directory), last=last)


def _described(members: Members, part: Part) -> Work[tuple[list[str], str | None]]:
    """Rows as texts, and the last one's id where others follow it."""
    described: list[str] = []
    size, last = 0, ""
    ids = sorted(members.directory.rows)
    for agent_id in ids[bisect_right(ids, part.after) :]:
        row = members.directory.get(agent_id)
        if row is None:  # removed meanwhile
            continue
        if len(described) == part.limit:
            return described, last
        text = replies.json_text((yield from _agent(row, members)))
        if described and size + len(text) > MAX_LISTED:
            return described, last
        described.append(text)
        size, last = size + len(text), agent_id
        if members.resolver.steps.spend(_STEPS * (1 + len(row.registration.tools))):
            yield
    return described, None


def events(recorder: Recorder, agent_id: str | None, limit: int) -> Reply:
    """The latest events, newest first, as ``meshctl audit`` reads them."""
    shown: list[dict[str, Any]] = []
    for happened in reversed(recorder.events):
        if len(shown) >= min(limit, MAX_EVENTS):
            break
        if agent_id in (None, happened.agent_id):
            shown.append(
                {
                    "agent_id": happened.agent_id,
                    "agent_name": happened.name,
                    "event_type": happened.kind,
                    "timestamp": time_text(happened.when),
                    "data": dict(happened.data),
                }
            )
    return replies.found({"events": shown, "count": len(shown)})


def _agent(row: Row, members: Members) -> Work[dict[str, Any]]:
    said = row.registration
    resolutions = yield from _resolutions(row, members)
    resolved = sum(one["status"] == "available" for one in resolutions)
    shown: dict[str, Any] = {
        "id": said.agent_id,
        "name": said.name,
        "agent_type": said.agent_type,
        "runtime": said.runtime,
        "version": said.version,
        "description": said.description,
        "status": "healthy" if row.status == "healthy" else "unhealthy",
        "endpoint": said.provider(row.entity).endpoint,
        "a2a_producer": said.a2a_producer,
        "a2a_consumer": said.a2a_consumer,
        "capabilities": [
            {
                "name": tool.capability,
                "function_name": tool.function_name,
                "version": tool.version,
                "tags": list(tool.tags),
                "description": tool.description,
                "available": row.status == "healthy",
            }
            for tool in said.tools
        ],
        "dependency_resolutions": resolutions or None,
        "llm_tool_resolutions": None,
        "llm_provider_resolutions": None,
        "total_dependencies": len(resolutions),
        "dependencies_resolved": resolved,
        "created_at": time_text(row.created_at),
        "last_seen": time_text(row.last_seen),
    }
    if row.entity is not None:
        shown["entity_id"] = row.entity
    if row.status == "evicted":
        shown["evicted"] = True
        shown["reason"] = row.reason or "untrusted"
    return shown


def _resolutions(row: Row, members: Members) -> Work[list[dict[str, Any]]]:
    trusted, resolver = row.entity is not None, members.resolver
    shown = []
    for tool in row.registration.tools:
        for alternatives in tool.dependencies:
            found = yield from resolver.position(alternatives, trusted=trusted)
            if resolver.steps.spend(_STEPS):
                yield
            shown.append(_resolution(tool.function_name, alternatives[0], found))
    return shown


def _resolution(
    function_name: str, dependency: Dependency, resolved: Resolved | None
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "function_name": function_name,
        "capability": dependency.capability,
        "status": "unresolved" if resolved is None else "available",
    }
    if dependency.tags:
        shown["tags"] = [tag if isinstance(tag, str) else list(tag) for tag in dependency.tags]
    if dependency.version:
        shown["version"] = dependency.version
    if resolved is not None:
        shown["capability"] = resolved.tool.capability
        shown["endpoint"] = resolved.provider.endpoint
        shown["mcp_tool"] = resolved.tool.function_name
        shown["provider_agent_id"] = resolved.provider.agent_id
    return shown
