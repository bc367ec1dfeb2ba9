"""The agent that a stdio server stands for: one session with the gateway, opened when needed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import anyio

from callgate.smcp import AsyncSMCPClient, GatewayRefused, SMCPError
from callgate.smcp._progress import OnProgress

T = TypeVar("T")
_log = logging.getLogger(__name__)  # Python shows warnings on standard error

# A gateway ends sessions that stay idle where others wait for their place. An MCP client that is
# open all day comes back to a session that is gone, and may open another, if the gateway lets it.
_SESSION_IS_GONE: Final = ("UNKNOWN_SESSION", "SESSION_INACTIVE")

# MCP clients give a server that lost its input some two seconds before they kill it.
END_SECONDS: Final = 1.5


class Agent:
    """Lists and calls through a client that it attests on first use. Tasks may share it.

    Every failure is an SMCPError. It owns no client: closing is its opener's.
    """

    def __init__(self, client: AsyncSMCPClient) -> None:
        self._client = client
        self._attesting = anyio.Lock()
        self._said_empty = False

    async def list_tools(self) -> list[dict[str, Any]]:
        """The tools that the session could ever call. That there are none is logged, once."""
        tools = await self._in_session(self._client.list_tools)
        if not tools and not self._said_empty:
            self._said_empty = True
            _log.warning(
                "callgate connect: no tools: no server behind %s offers one that the context %r "
                "could ever allow",
                self._client.gateway_url,
                self._client.security_scope,
            )
        return tools

    async def call_tool(
        self, name: str, arguments: Mapping[str, Any], *, on_progress: OnProgress | None = None
    ) -> Any:
        """The tool's result. ``on_progress`` is as of AsyncSMCPClient."""
        return await self._in_session(
            lambda: self._client.call_tool(name, arguments, on_progress=on_progress)
        )

    async def end_session(self) -> None:
        """Ends the session, if there is one and the gateway can. Takes a bounded time."""
        with anyio.move_on_after(END_SECONDS, shield=True), contextlib.suppress(SMCPError):
            await self._client.end_session()

    async def _in_session(self, act: Callable[[], Awaitable[T]]) -> T:
        token = await self._token_other_than(None)
        try:
            return await act()
        except GatewayRefused as error:
            gone = error.code_name in _SESSION_IS_GONE and error.dispatched is False
            if not gone:
                raise
        # A revoked session has no execution any more: attesting says so.
        await self._token_other_than(token)
        return await act()

    async def _token_other_than(self, known: str | None) -> str:
        async with self._attesting:
            token = self._client.security_token
            if token is None or token == known:
                token = (await self._client.attest()).security_token
            return token
