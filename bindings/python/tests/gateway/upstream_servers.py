"""The servers that upstream tests run, and how a refusal of theirs reads."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from callgate.gateway.upstreams.upstreams import HttpSettings, StdioSettings, Upstreams
from callgate.gateway.wire.refusal import Refusal

SERVERS = Path(__file__).parent / "servers"
ROOT = Path(__file__).parents[4]
NODE_SERVERS = ROOT / "tests" / "servers" / "node_modules" / "@modelcontextprotocol"
PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
WITHIN = 20.0
"""Seconds after which a test that waits for something has failed."""

T = TypeVar("T")


def hostile(*options: str, name: str = "bad", **settings: Any) -> StdioSettings:
    """The server whose tool `do` does what its arguments say."""
    arguments = (str(SERVERS / "hostile_stdio.py"), *options)
    settings = {"era": "initialize", "first_backoff": 0.05, "stop_grace": 5.0, **settings}
    return StdioSettings(name=name, command=sys.executable, arguments=arguments, **settings)


def python_server(module: str, *arguments: str, name: str, **settings: Any) -> StdioSettings:
    return StdioSettings(
        name=name, command=sys.executable, arguments=("-m", module, *arguments), **settings
    )


def node_server(package: str, *arguments: str, name: str, **settings: Any) -> StdioSettings:
    script = NODE_SERVERS / package / "dist" / "index.js"
    return StdioSettings(
        name=name, command="node", arguments=(str(script), *arguments), environment=PATH, **settings
    )


@asynccontextmanager
async def running(*servers: Any) -> AsyncIterator[Upstreams]:
    """The servers, each of which has started."""
    async with Upstreams(servers) as upstreams:
        for name, state in upstreams.states().items():
            assert state == "ready", name
        yield upstreams


async def do(upstreams: Upstreams, what: str, *, max_result: int | None = None, **more: Any) -> str:
    """The text that the hostile server's tool answers."""
    arguments = json.dumps({"do": what, **more}).encode()
    reply = await soon(upstreams.call("bad.do", arguments, max_result=max_result))
    assert reply.result is not None
    text: str = json.loads(reply.result)["content"][0]["text"]
    return text


async def soon(work: Awaitable[T]) -> T:
    return await asyncio.wait_for(work, WITHIN)


async def eventually(condition: Any) -> None:
    """Waits, within bounds, for what nothing announces."""
    deadline = asyncio.get_running_loop().time() + WITHIN
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never came about"
        await asyncio.sleep(0.01)


async def refused(work: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await soon(work)
    return caught.value


def brief(refusal: Refusal) -> tuple[str, str | None, bool | None]:
    """(code name, cause, dispatched)"""
    return refusal.code_name, (refusal.details or {}).get("cause"), refusal.dispatched


@asynccontextmanager
async def hostile_http(*options: str, **settings: Any) -> AsyncIterator[HttpSettings]:
    """A process whose tool `do`, over HTTP, does what its arguments say."""
    script = str(SERVERS / "hostile_http.py")
    async with listening(sys.executable, script, *options) as port:
        scheme = "https" if "tls" in options else "http"
        url = f"{scheme}://127.0.0.1:{port}/mcp"
        settings = {"era": "initialize", "first_backoff": 0.05, **settings}
        yield HttpSettings(name="bad", url=url, **settings)


@asynccontextmanager
async def listening(*command: str, environment: dict[str, str] | None = None) -> AsyncIterator[int]:
    """A process that prints the port that it listens on."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, env=environment
    )
    try:
        assert process.stdout is not None
        yield int(await soon(process.stdout.readline()))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@asynccontextmanager
async def everything_over_http() -> AsyncIterator[int]:
    """server-everything's streamable HTTP mode, which says on standard error that it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    script = NODE_SERVERS / "server-everything" / "dist" / "index.js"
    process = await asyncio.create_subprocess_exec(
        "node",
        str(script),
        "streamableHttp",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**PATH, "PORT": str(port)},
    )
    try:
        assert process.stderr is not None
        while b"listening" not in (line := await soon(process.stderr.readline())):
            assert line, "it ended"
        yield port
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
