"""Which protocol a server speaks, and what every request of that era carries."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import mcp_types
from mcp import ClientSession
from mcp.client.session import MessageHandlerFnT
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    encode_header_value,
)
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    CLIENT_INFO_META_KEY,
    PROTOCOL_VERSION_META_KEY,
)
from pydantic import ValidationError

from callgate import __version__
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.exchange import Connection
from callgate.gateway.upstreams.messages.sdk_dispatcher import SdkDispatcher

Era = Literal["auto", "initialize", "discover"]
"""``auto`` asks ``server/discover`` first and falls back to ``initialize``."""

CLIENT_INFO = mcp_types.Implementation(name="callgate", version=__version__)


@dataclass(frozen=True, slots=True)
class Negotiated:
    """``version`` is the protocol's, ``meta`` the ``_meta`` member that requests carry (None
    before 2026-07-28), ``announces`` whether the server says when its tools change.
    """

    version: str
    meta: bytes | None
    announces: bool

    def headers(self, method: str, name: str | None = None) -> Mapping[str, str]:
        """The HTTP headers of one request."""
        headers = {MCP_PROTOCOL_VERSION_HEADER: self.version}
        if self.meta is not None:
            headers[MCP_METHOD_HEADER] = method
            if name is not None:
                headers[MCP_NAME_HEADER] = encode_header_value(name)
        return headers


@asynccontextmanager
async def negotiated_session(
    connection: Connection, era: Era, counters: Counters, on_message: MessageHandlerFnT
) -> AsyncIterator[tuple[ClientSession, Negotiated]]:
    """A session of the SDK, negotiated, declaring no client capability.

    MCPError, RuntimeError or ValidationError: no common version, or not what the era demands.
    """

    def dropped() -> None:
        counters.dropped_notifications += 1

    session = ClientSession(
        dispatcher=SdkDispatcher(connection, dropped),
        message_handler=on_message,
        client_info=CLIENT_INFO,
    )
    async with session:
        await _negotiate(session, era)
        yield session, _read(session)


async def _negotiate(session: ClientSession, era: Era) -> None:
    if era == "initialize":
        await session.initialize()
        return
    try:
        await session.discover()
    except (MCPError, RuntimeError, ValidationError):
        # Whatever is no answer of the newer era is an older server, as the specification has it.
        if era == "discover":
            raise
        await session.initialize()


def _read(session: ClientSession) -> Negotiated:
    version = session.protocol_version
    assert version is not None
    tools = None if session.server_capabilities is None else session.server_capabilities.tools
    meta = None
    if session.discover_result is not None:
        meta = json.dumps(
            {
                PROTOCOL_VERSION_META_KEY: version,
                CLIENT_INFO_META_KEY: CLIENT_INFO.model_dump(
                    by_alias=True, mode="json", exclude_none=True
                ),
                CLIENT_CAPABILITIES_META_KEY: {},
            },
            separators=(",", ":"),
        ).encode()
    return Negotiated(version, meta, bool(tools and tools.list_changed))
