"""Reads a server's tools, page by page, as it wrote them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp.shared.inbound import find_invalid_x_mcp_header, x_mcp_header_map

from callgate.gateway.upstreams.messages import limits
from callgate.gateway.upstreams.messages.era import Negotiated
from callgate.gateway.upstreams.messages.exchange import Connection, Exchange, quoted
from callgate.gateway.upstreams.messages.failures import failed
from callgate.gateway.upstreams.messages.raw_json import elements, members

_MAX_PAGES: Final = 100
_MAX_TOOLS: Final = 1000
_MAX_CURSOR: Final = 4096


@dataclass(frozen=True, slots=True)
class ListedTool:
    """``members`` are the definition's, compact and as written; ``parameter_headers`` says which
    arguments a 2026-07-28 call over HTTP repeats as headers, by their path.
    """

    name: str
    members: Mapping[str, bytes]
    parameter_headers: Mapping[tuple[str, ...], str]

    def renamed(self, name: str) -> bytes:
        """The definition under another name, as JSON."""
        parts = (
            quoted(key) + b":" + (quoted(name) if key == "name" else value)
            for key, value in self.members.items()
        )
        return b"{" + b",".join(parts) + b"}"


async def list_tools(
    connection: Connection, era: Negotiated, timeout: float
) -> tuple[list[ListedTool], int]:
    """All tools in the server's order, and how many were left out.

    Left out are definitions that are no tool and those whose headers are invalid. Refusal: the
    server failed, or its listing has no end.
    """
    tools: list[ListedTool] = []
    left_out = 0
    cursor: bytes | None = None
    for _ in range(_MAX_PAGES):
        page = await _page(connection, era, cursor, timeout)
        listed = page.get("tools", b"")
        if not listed.startswith(b"["):
            raise failed("invalid_response", dispatched=True)
        for definition in elements(listed):
            tool = _tool(definition, era)
            if tool is None:
                left_out += 1
            else:
                tools.append(tool)
        cursor = page.get("nextCursor")
        if cursor is None or cursor == b"null":
            return tools, left_out
        if len(tools) > _MAX_TOOLS or not cursor.startswith(b'"') or len(cursor) > _MAX_CURSOR:
            break
    raise failed("endless_message", dispatched=True)


async def _page(
    connection: Connection, era: Negotiated, cursor: bytes | None, timeout: float
) -> dict[str, bytes]:
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
            max_result=limits.MAX_LISTING,
            headers=era.headers("tools/list"),
        )
    )
    if reply.result is None:
        raise failed("invalid_response", dispatched=True)
    return members(reply.result)


def _tool(definition: bytes, era: Negotiated) -> ListedTool | None:
    if not definition.startswith(b"{"):
        return None
    found = members(definition)
    try:
        name = json.loads(found.get("name", b"null"))
        schema = json.loads(found.get("inputSchema", b"null"))
    except (ValueError, RecursionError):
        return None  # The engine's parser reads deeper than this one.
    if not isinstance(name, str) or not isinstance(schema, dict):
        return None
    if era.meta is None:
        return ListedTool(name, found, {})
    if find_invalid_x_mcp_header(schema) is not None:
        return None
    return ListedTool(name, found, x_mcp_header_map(schema))
