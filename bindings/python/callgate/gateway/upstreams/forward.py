"""Sends one tool call to its server and brings back what it answered, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable

from mcp.shared.inbound import mcp_param_headers

from callgate.gateway.upstreams.messages.era import Negotiated
from callgate.gateway.upstreams.messages.exchange import (
    Connection,
    Exchange,
    UpstreamReply,
    quoted,
)
from callgate.gateway.upstreams.messages.listing import ListedTool
from callgate.gateway.wire.refusal import Refusal


async def forward(
    connection: Connection,
    era: Negotiated,
    tool: ListedTool,
    arguments: bytes,
    *,
    max_result: int,
    timeout: float,
    on_dispatch: Callable[[], None] | None,
    on_progress: Callable[[bytes], None] | None,
) -> UpstreamReply:
    """``arguments`` are the verified ones, compact JSON, and are sent as they stand.

    Id and ``_meta`` are the gateway's own. Never sent a second time. Refusal: UPSTREAM_TIMEOUT,
    UPSTREAM_FAILED or OUTPUT_SIZE_EXCEEDED, LIMIT_EXCEEDED for a number that no header takes, or
    what ``on_dispatch`` raised.
    """
    headers = dict(era.headers("tools/call", tool.name))
    if tool.parameter_headers:
        headers.update(_parameter_headers(tool, arguments))
    return await connection.request(
        Exchange(
            method="tools/call",
            params=b'{"name":%b,"arguments":%b}' % (quoted(tool.name), arguments),
            meta=era.meta,
            timeout=timeout,
            max_result=max_result,
            on_dispatch=on_dispatch,
            on_progress=on_progress,
            headers=headers,
        )
    )


def _parameter_headers(tool: ListedTool, arguments: bytes) -> dict[str, str]:
    try:
        return mcp_param_headers(tool.parameter_headers, json.loads(arguments))
    except ValueError as error:  # more digits than Python turns into a number
        message = "an argument has a number too long for the header that the tool wants"
        raise Refusal("LIMIT_EXCEEDED", message, dispatched=False) from error
