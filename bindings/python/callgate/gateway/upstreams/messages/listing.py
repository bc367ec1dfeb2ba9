"""Reads a server's tools, page by page, as it wrote them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp.shared.inbound import find_invalid_x_mcp_header, x_mcp_header_map

from callgate import JsonError
from callgate._native import find_elements, find_members
from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.era import Negotiated
from callgate.gateway.upstreams.messages.exchange import Connection, Exchange, quoted
from callgate.gateway.upstreams.messages.failures import failed

_MAX_PAGES: Final = 100
_MAX_TOOLS: Final = 1000
_MAX_CURSOR: Final = 4096
_MAX_DEFINITIONS: Final = upstream_limits.MAX_LISTING // 32
"""On one page: a tool without a word of description takes as many bytes."""


@dataclass(frozen=True, slots=True)
class ListedTool:
    """``definition`` is compact and as written, its name at ``name_place``; ``parameter_headers``
    says which arguments a 2026-07-28 call over HTTP repeats as headers, by their path.
    """

    name: str
    definition: bytes
    name_place: slice
    parameter_headers: Mapping[tuple[str, ...], str]

    def renamed(self, name: str) -> bytes:
        """The definition under another name, as JSON."""
        place = self.name_place
        return self.definition[: place.start] + quoted(name) + self.definition[place.stop :]


async def list_tools(
    connection: Connection, era: Negotiated, timeout: float
) -> tuple[list[ListedTool], int]:
    """All tools in the server's order, and how many were left out.

    Leaves out definitions that are no tool and those whose headers are invalid. Refusal: the
    server failed, or its listing has no end.
    """
    tools: list[ListedTool] = []
    left_out = 0
    cursor: bytes | None = None
    for _ in range(_MAX_PAGES):
        page = await _page(connection, era, cursor, timeout)
        try:
            places = find_members(page, ("tools", "nextCursor"))
            listed = page[_place(places["tools"])]
            definitions = find_elements(listed, _MAX_DEFINITIONS)
        except (JsonError, KeyError):
            raise failed("invalid_response", dispatched=True) from None
        for place in definitions:
            tool = _tool(listed[_place(place)], era)
            if tool is None:
                left_out += 1
            else:
                tools.append(tool)
        cursor = page[_place(places["nextCursor"])] if "nextCursor" in places else None
        if cursor is None or cursor == b"null":
            return tools, left_out
        if len(tools) > _MAX_TOOLS or not cursor.startswith(b'"') or len(cursor) > _MAX_CURSOR:
            break
    raise failed("endless_message", dispatched=True)


async def _page(
    connection: Connection, era: Negotiated, cursor: bytes | None, timeout: float
) -> bytes:
    parts = []
    if cursor is not None:
        parts.append(b'"cursor":' + cursor)
    if era.meta is not None:
        parts.append(b'"_meta":' + era.meta)
    reply = await connection.request(
        Exchange(
            method="tools/list",
            params=b"{" + b",".join(parts) + b"}",
            timeout=timeout,
            max_result=upstream_limits.MAX_LISTING,
            headers=era.headers("tools/list"),
        )
    )
    if reply.result is None:
        raise failed("invalid_response", dispatched=True)
    return reply.result


def _tool(definition: bytes, era: Negotiated) -> ListedTool | None:
    try:
        places = find_members(definition, ("name", "inputSchema"))
        name_place, schema_place = _place(places["name"]), _place(places["inputSchema"])
        name = json.loads(definition[name_place])
        schema: Any = json.loads(definition[schema_place])
    except (JsonError, KeyError, ValueError, RecursionError):
        return None  # The engine scans deeper than this parser reads.
    if not isinstance(name, str) or not isinstance(schema, dict):
        return None
    if era.meta is None:
        return ListedTool(name, definition, name_place, {})
    if find_invalid_x_mcp_header(schema) is not None:
        return None
    return ListedTool(name, definition, name_place, x_mcp_header_map(schema))


def _place(found: tuple[int, int, int]) -> slice:
    return slice(found[0], found[1])
