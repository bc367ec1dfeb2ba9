"""One upstream, kept running: connect, negotiate, list, and again with back-off when it ends."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import anyio
import mcp_types
from mcp import ClientSession
from mcp.client.session import IncomingMessage
from mcp.client.subscriptions import SubscriptionLost, listen
from mcp.shared.exceptions import MCPError

from callgate import CallgateError
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.era import Negotiated, negotiated_session
from callgate.gateway.upstreams.messages.exchange import Connection
from callgate.gateway.upstreams.messages.failures import failed
from callgate.gateway.upstreams.messages.listing import ListedTool, list_tools
from callgate.gateway.upstreams.transports.http import HttpConnection
from callgate.gateway.upstreams.transports.settings import HttpSettings, StdioSettings
from callgate.gateway.upstreams.transports.stdio import StdioConnection
from callgate.gateway.wire.refusal import Refusal

State = Literal["starting", "ready", "waiting", "closed"]
Settings = StdioSettings | HttpSettings

_STABLE = 30.0
"""Seconds after which a server that ends is started again as if it had never failed."""


class Upstream:
    """Not thread-safe: one event loop uses it. ``on_tools`` is called after every listing."""

    def __init__(
        self, settings: Settings, log: logging.Logger, on_tools: Callable[[], None]
    ) -> None:
        self.settings = settings
        self.counters = Counters()
        self.state: State = "starting"
        self.tools: list[ListedTool] = []
        self.has_listed = False
        self._log = log
        self._on_tools = on_tools
        self._ids = itertools.count(1)
        self._connection: Connection | None = None
        self._era: Negotiated | None = None
        self._changed = asyncio.Event()
        self._refresh = asyncio.Event()
        self._delay = settings.first_backoff
        self._next_start = 0.0

    def running(self) -> tuple[Connection, Negotiated]:
        """What a call goes through. Refusal: not running, and in how many seconds it may be."""
        if self._connection is None or self._era is None:
            raise self.not_running()
        return self._connection, self._era

    def not_running(self) -> Refusal:
        """For a call that cannot be sent now."""
        if self.state == "closed":
            return failed("closed", dispatched=False)
        wait = max(0.0, self._next_start - asyncio.get_running_loop().time())
        return failed("not_running", dispatched=False, retry_after=round(wait + 0.5, 1))

    @property
    def version(self) -> str | None:
        """The protocol version that the running server speaks."""
        return None if self._era is None else self._era.version

    async def wait_for(self, *states: State) -> None:
        """Returns when the upstream is in one of the states."""
        while self.state not in states:
            self._changed.clear()
            await self._changed.wait()

    def refresh_tools(self) -> None:
        """Asks for a new listing soon."""
        self._refresh.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                began = loop.time()
                try:
                    await self._serve()
                    reason = "the connection ended"
                except Exception as fault:
                    # Whatever it was, calls are refused until a new start has succeeded.
                    reason = _told(fault)
                if loop.time() - began > _STABLE:
                    self._delay = self.settings.first_backoff
                # Spread, so that what failed together does not come back together.
                wait = self._delay * random.uniform(0.5, 1.0)
                self._delay = min(self._delay * 2, self.settings.longest_backoff)
                self._next_start = loop.time() + wait
                self._log.warning("%s: %s; next start in %.1f s", self.settings.name, reason, wait)
                self._enter("waiting")
                await asyncio.sleep(wait)
        finally:
            self._enter("closed")

    async def _serve(self) -> None:
        connection = await self._open()
        try:
            with anyio.fail_after(self.settings.start_timeout) as starting:
                async with negotiated_session(
                    connection, self.settings.era, self.counters, self._message
                ) as (session, era):
                    await self._list(connection, era)
                    starting.deadline = float("inf")
                    self._connection, self._era = connection, era
                    self._enter("ready")
                    await self._follow(connection, session, era)
        finally:
            self._connection = self._era = None
            with anyio.CancelScope(shield=True):
                await connection.close()

    async def _open(self) -> Connection:
        if isinstance(self.settings, StdioSettings):
            return await StdioConnection.open(self.settings, self.counters, self._log, self._ids)
        return HttpConnection(self.settings, self.counters, self._ids)

    async def _follow(
        self, connection: Connection, session: ClientSession, era: Negotiated
    ) -> None:
        """Keeps the listing fresh until the connection is lost."""
        async with anyio.create_task_group() as tasks:
            if era.meta is not None and era.announces:
                tasks.start_soon(self._listen, session)
            tasks.start_soon(self._keep_listing, connection, era)
            await asyncio.wait([connection.lost])
            self._connection = self._era = None
            tasks.cancel_scope.cancel()

    async def _listen(self, session: ClientSession) -> None:
        while True:
            # A subscription that is refused or lost leaves the listing to its lifetime.
            with suppress(SubscriptionLost, Refusal, MCPError):
                async with listen(session, tools_list_changed=True) as subscription:
                    # Something may have changed before the subscription stood.
                    self._refresh.set()
                    async for _ in subscription:
                        self._refresh.set()
            await asyncio.sleep(self.settings.listing_ttl)

    async def _keep_listing(self, connection: Connection, era: Negotiated) -> None:
        while True:
            with anyio.move_on_after(self.settings.listing_ttl):
                await self._refresh.wait()
            self._refresh.clear()
            try:
                await self._list(connection, era)
            except (CallgateError, MCPError) as fault:
                self._log.warning(
                    "%s: its tools cannot be listed: %s", self.settings.name, _told(fault)
                )
            # However often a server announces a change, it is asked once in this time.
            await asyncio.sleep(1.0)

    async def _list(self, connection: Connection, era: Negotiated) -> None:
        self.tools, left_out = await list_tools(connection, era, self.settings.timeout)
        self.has_listed = True
        self.counters.dropped_tools += left_out
        self._on_tools()

    async def _message(self, message: IncomingMessage) -> None:
        if isinstance(message, mcp_types.ToolListChangedNotification):
            self._refresh.set()

    def _enter(self, state: State) -> None:
        self.state = state
        self._changed.set()


def _told(fault: BaseException) -> str:
    """For the log: the class, and a message only where it is ours or the system's."""
    while isinstance(inner := getattr(fault, "exceptions", None), tuple):
        fault = inner[0]
    if isinstance(fault, CallgateError):
        return fault.message
    if isinstance(fault, OSError) and fault.strerror:
        place = f"{fault.filename}: " if fault.filename else ""
        return f"{place}{fault.strerror}"
    return type(fault).__name__
