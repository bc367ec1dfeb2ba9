"""The MCP servers behind the gateway: all of them, their tools, and a call to one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from callgate.gateway.upstreams.forward import forward
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.exchange import UpstreamReply
from callgate.gateway.upstreams.messages.failures import failed
from callgate.gateway.upstreams.messages.listing import ListedTool
from callgate.gateway.upstreams.tool_names import (
    NamedTool,
    ToolNameError,
    ToolNaming,
    check_namings,
    name_tools,
)
from callgate.gateway.upstreams.transports.settings import HttpSettings, StdioSettings
from callgate.gateway.upstreams.upstream import State, Upstream
from callgate.gateway.wire.refusal import Refusal

__all__ = [
    "HttpSettings",
    "StdioSettings",
    "ToolDefinition",
    "ToolNameError",
    "UpstreamReply",
    "Upstreams",
]


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A tool under its gateway name: ``raw`` is its definition as JSON, that name in it."""

    name: str
    raw: bytes


class Upstreams:
    """Runs every server while it is entered. Not thread-safe: one event loop uses it.

    Entering starts all servers, and returns when each has listed its tools or has failed once; one
    that failed is tried again with back-off, its calls refused meanwhile. ToolNameError: the names
    of two tools clash, or one cannot be used; at run time such a tool is left out and logged.
    ``observe`` is told of each call that reached a server's connection: the server, the code's
    name of a failure, and seconds.
    """

    def __init__(
        self,
        servers: Sequence[StdioSettings | HttpSettings],
        *,
        log: logging.Logger | None = None,
        observe: Callable[[str, str | None, float], object] = lambda server, code, seconds: None,
    ) -> None:
        self._observe = observe
        self._log = log or logging.getLogger("callgate.gateway.upstreams")
        self._namings = [ToolNaming(one.name, one.tools, one.others) for one in servers]
        check_namings(self._namings)
        self._upstreams = [Upstream(one, self._log, self._name_tools) for one in servers]
        self._routes: dict[str, tuple[Upstream, ListedTool]] = {}
        self._definitions: list[ToolDefinition] = []
        self._known_faults: set[tuple[str, str]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._loading = True
        self._on_offered: Callable[[list[str]], object] = lambda patterns: None
        self._offered: list[str] | None = None

    async def __aenter__(self) -> Upstreams:
        self._tasks = [asyncio.create_task(upstream.run()) for upstream in self._upstreams]
        try:
            for upstream in self._upstreams:
                await upstream.wait_for("ready", "waiting", "closed")
            self._loading = False
            self._name_tools(strict=True)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def call(
        self,
        tool: str,
        arguments: bytes,
        *,
        max_result: int | None = None,
        on_dispatch: Callable[[], None] | None = None,
        on_progress: Callable[[bytes], None] | None = None,
    ) -> UpstreamReply:
        """Calls ``tool`` (a gateway name) with ``arguments`` (compact JSON), once.

        ``max_result`` bounds the compact bytes of the result, never above the server's own bound.
        ``on_dispatch`` is called right before the first byte leaves; ``on_progress`` asks for
        progress, as of Exchange. Refusal: UPSTREAM_TIMEOUT, UPSTREAM_FAILED, OUTPUT_SIZE_EXCEEDED,
        each with ``dispatched``; or what ``on_dispatch`` raised, and then nothing was sent.
        """
        route = self._routes.get(tool)
        if route is None:
            raise self._unknown(tool)
        upstream, listed = route
        connection, era = upstream.running()
        limit = upstream.settings.max_result
        started = time.perf_counter()
        code: str | None = "INTERNAL_ERROR"
        try:
            reply = await forward(
                connection,
                era,
                listed,
                arguments,
                max_result=limit if max_result is None else min(limit, max_result),
                timeout=upstream.settings.timeout,
                on_dispatch=on_dispatch,
                on_progress=on_progress,
            )
            code = None
            return reply
        except Refusal as error:
            code = error.code_name
            raise
        finally:
            self._observe(upstream.settings.name, code, time.perf_counter() - started)

    def on_offered(self, told: Callable[[list[str]], object]) -> None:
        """Tells now, and whenever it has changed, which tools there are, by tool patterns.

        The tools as last listed, whether or not their server runs, and of a server that has not
        listed any yet every name that one of them can have.
        """
        self._on_offered, self._offered = told, None
        self._tell()

    def tools(self) -> list[ToolDefinition]:
        """Every tool of every server, as last listed, under gateway names."""
        return list(self._definitions)

    def states(self) -> Mapping[str, State]:
        """Each server's state, for readiness."""
        return {one.settings.name: one.state for one in self._upstreams}

    def versions(self) -> Mapping[str, str | None]:
        """The protocol version that each server speaks, None where it does not run."""
        return {one.settings.name: one.version for one in self._upstreams}

    def server_of(self, tool: str) -> str | None:
        """The server that a gateway name belongs to now, for metrics and audit."""
        route = self._routes.get(tool)
        return None if route is None else route[0].settings.name

    def counters(self) -> Mapping[str, Counters]:
        """Each server's counts, for metrics."""
        return {one.settings.name: one.counters for one in self._upstreams}

    async def wait_for(self, server: str, *states: State) -> None:
        """Returns when that server is in one of the states."""
        await next(one for one in self._upstreams if one.settings.name == server).wait_for(*states)

    def _name_tools(self, *, strict: bool = False) -> None:
        if self._loading:
            return
        listings = [[tool.name for tool in one.tools] for one in self._upstreams]
        named, faults = name_tools(self._namings, listings)
        if strict and faults:
            raise ToolNameError(f"{faults[0].name}: {faults[0].reason}", "upstreams")
        for fault in faults:
            if (fault.name, fault.reason) not in self._known_faults:
                self._log.warning("tool %s is left out: %s", fault.name, fault.reason)
        self._known_faults = {(fault.name, fault.reason) for fault in faults}
        self._routes = {one.name: self._route(one) for one in named}
        self._definitions = [
            ToolDefinition(name, tool.renamed(name)) for name, (_, tool) in self._routes.items()
        ]
        self._tell()

    def _tell(self) -> None:
        patterns = list(self._routes)
        for naming, upstream in zip(self._namings, self._upstreams, strict=True):
            if not upstream.has_listed:
                patterns += naming.patterns()
        if patterns != self._offered:
            self._offered = patterns
            self._on_offered(patterns)

    def _unknown(self, tool: str) -> Refusal:
        for naming, upstream in zip(self._namings, self._upstreams, strict=True):
            if not upstream.has_listed and naming.can_name(tool):
                return upstream.not_running()
        return failed("unknown_tool", dispatched=False)

    def _route(self, named: NamedTool) -> tuple[Upstream, ListedTool]:
        upstream = self._upstreams[named.naming]
        return upstream, next(tool for tool in upstream.tools if tool.name == named.tool)
