"""Guarded tools for the servers in this folder: the same functions in each framework.

``ctx`` is the framework's own context, which no caller sends.
"""

import sys
from collections.abc import Callable
from typing import Any

from callgate import Guard, PolicySet, ToolCall

GUARD = Guard(
    PolicySet.parse("""
name: default
capabilities:
  - tool_pattern: fs.read
    arguments: {path: {path: {allow: [/workspace]}}, lines: {type: integer, maximum: 100}}
    max_response_size: 40
  - tool_pattern: web.search
    rate_limit: {calls: 2, per_seconds: 3600}
""")
)


def client_name(call: ToolCall) -> str:
    """The name that the client gave itself when it connected: of a program that is trusted."""
    session: Any = call.injected["ctx"].session
    info = session.client_params
    info = getattr(info, "clientInfo", None) or info.client_info
    return str(info.name)


def register(server: Any, context_type: type) -> None:
    """Adds the tools to a server whose tools may take a context of that type."""

    def read(path: str, ctx: Any, lines: int = 10) -> str:
        """Reads the first lines of a file."""
        return f"{lines} of {path}"

    async def search(query: str, ctx: Any) -> str:
        """Searches."""
        return f"nothing for {query}"

    for function, tool in ((read, "fs.read"), (search, "web.search")):
        function.__annotations__["ctx"] = context_type
        guarded: Callable[..., Any] = GUARD.tool(
            tool, subject=client_name, context="default", injected=("ctx",)
        )(function)
        server.tool()(guarded)


def main(server: Any) -> None:
    """Serves on standard input and output."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    server.run("stdio")
