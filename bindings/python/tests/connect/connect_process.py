"""`callgate connect` as a process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any, TextIO

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "XDG_STATE_HOME")


def environment() -> dict[str, str]:
    """What MCP clients pass on, and where keys are kept."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def command(url: str, *options: str) -> list[str]:
    program = [sys.executable, "-m", "callgate.cli", "connect"]
    return [*program, "--gateway", url, "--workload", "exec-1", "--scope", "project", *options]


@contextlib.asynccontextmanager
async def launched(
    url: str, mode: str, *options: str, stderr: TextIO = sys.stderr
) -> AsyncIterator[Client]:
    """A client of the command, as an MCP client's configuration starts it."""
    program, *arguments = command(url, *options)
    server = StdioServerParameters(command=program, args=arguments, env=environment())
    transport = stdio_client(server, errlog=stderr)
    async with Client(transport, mode=mode, read_timeout_seconds=60) as client:
        yield client


def exchange(arguments: list[str], lines: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    sent = "".join(json.dumps(line) + "\n" for line in lines)
    return subprocess.run(
        arguments, input=sent, capture_output=True, text=True, timeout=60, check=False
    )
