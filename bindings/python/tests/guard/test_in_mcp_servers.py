"""A guard in servers of both lines of the MCP SDK and of FastMCP, asked by a real client."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, Implementation, TextContent

SERVERS = Path(__file__).parent / "servers"
# The environment has the second line; tools/setup.sh installs the first in .venv/mcp-1.
FIRST_LINE = Path(__file__).parents[4] / ".venv" / "mcp-1"

Ask = Callable[..., Awaitable[tuple[bool, str]]]


def ask_server(name: str, script: Callable[[Client, Ask], Awaitable[None]]) -> None:
    """Runs ``script`` with a client, named alice, of a server of its own."""
    environment = {**os.environ, "FASTMCP_CHECK_FOR_UPDATES": "off"}
    if name == "sdk_1":
        assert FIRST_LINE.is_dir(), "run tools/setup.sh dev"
        environment["PYTHONPATH"] = str(FIRST_LINE)
    program = StdioServerParameters(
        command=sys.executable, args=[str(SERVERS / f"{name}.py")], env=environment
    )

    async def run() -> None:
        info = Implementation(name="alice", version="1")
        with Path(os.devnull).open("w") as nowhere:
            transport = stdio_client(program, errlog=nowhere)
            async with Client(transport, client_info=info, mode="legacy") as client:

                async def ask(tool: str, **arguments: Any) -> tuple[bool, str]:
                    result = await client.call_tool(tool, arguments)
                    assert isinstance(result, CallToolResult)
                    [content] = result.content
                    assert isinstance(content, TextContent)
                    return bool(result.is_error), content.text

                await script(client, ask)

    asyncio.run(asyncio.wait_for(run(), timeout=120))


async def calls(client: Client, ask: Ask) -> None:
    """Offered without the parameters that are injected; allowed, denied, limited."""
    listed = (await client.list_tools()).tools
    assert {tool.name: set(tool.input_schema["properties"]) for tool in listed} == {
        "read": {"path", "lines"},
        "search": {"query"},
    }
    assert await ask("read", path="/workspace/a") == (False, "10 of /workspace/a")
    assert await ask("read", path="/workspace/a", lines=3) == (False, "3 of /workspace/a")
    denied: list[dict[str, Any]] = [
        {"path": "/etc/passwd"},
        {"path": "/workspace/../etc/passwd"},
        {"path": "/workspace/a", "lines": 101},
        {"path": "/workspace/" + "a" * 40},  # whose result is over the limit
    ]
    for arguments in denied:
        is_error, text = await ask("read", **arguments)
        assert is_error
        assert " of /" not in text
    answers = [(await ask("search", query="a"))[0] for _ in range(3)]
    assert answers == [False, False, True]


@pytest.mark.parametrize("name", ["sdk_1", "sdk_2", "fastmcp_server"])
def test_a_server_answers_as_its_guard_decides(name: str) -> None:
    ask_server(name, calls)
