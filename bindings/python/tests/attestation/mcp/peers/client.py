"""A client for pairs, on whichever line of the SDK is installed: told in JSON.

client.py legacy|modern stdio|http TARGET CREDENTIAL…: TARGET is the JSON of a command or a URL, a
CREDENTIAL is a file with the issuer's secret key, or "none". There is a connection for each.
"reused:FILE" has the same token each time. "ending:FILE" has one that lasts some seconds; a tool is
called until it is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
from callgate import PublicKey
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.core import AgentIdentity, AttestationProvider, KeyPair
from callgate.attestation.mcp_client import AgentConnection, AttestingClientSession, TokenSource
from mcp.client.session import ClientSession

ISSUER = "https://issuer.example.com"
AUDIENCE = "https://server.example.com/mcp"
CALLS = [["whoami", {}], ["secret", {}]]
REUSED: list[str] = []


async def main(era: str, transport: str, target: str, credential: str) -> dict[str, Any]:
    where = json.loads(target)
    async with (
        connected(transport, where) as (reading, writing, *_),
        session_over(reading, writing, credential) as session,
    ):
        try:
            await (session.initialize() if era == "legacy" else session.discover())
        except Exception as error:
            return {"handshake": told(error)}
        said: dict[str, Any] = {"handshake": "ok"}
        if credential.startswith("ending:"):
            said["whoami"], said["ended"] = await until_refused(session)
            return said
        for tool, arguments in where.get("calls", CALLS):
            try:
                result = await session.call_tool(tool, arguments)
                said[tool] = result.content[0].text
            except Exception as error:
                said[tool] = told(error)
        try:
            said["tools"] = [tool.name for tool in (await session.list_tools()).tools]
        except Exception as error:
            said["tools"] = told(error)
        if isinstance(session, AttestingClientSession):
            said["status"] = session.attestation_status
            said["verified"] = session.attestation_verified
        return said


async def until_refused(session: Any) -> tuple[str, Any]:
    said = (await session.call_tool("whoami", {})).content[0].text
    with anyio.fail_after(60):
        while True:
            try:
                await session.call_tool("whoami", {})
            except Exception as error:
                return said, told(error)


def session_over(reading: Any, writing: Any, credential: str) -> Any:
    if credential == "none":
        return ClientSession(reading, writing)
    kind, _, file = credential.rpartition(":")
    provider = AttestationProvider(issuer=ISSUER, keypair=KeyPair.load(file, "key-1"))
    identity = AgentIdentity(
        model_family="claude-4", model_version="claude-sonnet-4", provider="anthropic"
    )

    def issue(key: PublicKey | None) -> str:
        if kind == "reused" and REUSED:
            return REUSED[0]
        now = time.time() - (290 if kind == "ending" else 0)
        REUSED.append(provider.create_token(identity, AUDIENCE, confirmation_key=key, now=now))
        return REUSED[-1]

    connection = AgentConnection(TokenSource(issue), AUDIENCE) if kind else None
    return AttestingClientSession(
        connection=connection,
        read_stream=reading,
        write_stream=writing,
        attestation_provider=provider,
        agent_identity=identity,
        target_audience=AUDIENCE,
    )


@contextlib.asynccontextmanager
async def connected(transport: str, target: Any) -> AsyncIterator[Any]:
    if transport == "http":
        http = importlib.import_module("mcp.client.streamable_http")
        async with http.streamable_http_client(target["url"]) as streams:
            yield streams
        return
    stdio = importlib.import_module("mcp.client.stdio")
    program = stdio.StdioServerParameters(
        command=target["command"][0], args=target["command"][1:], env=target["env"]
    )
    with Path(os.devnull).open("w") as nowhere:
        async with stdio.stdio_client(program, errlog=nowhere) as streams:
            yield streams


def told(error: Exception) -> Any:
    detail = getattr(error, "error", None)
    data = getattr(detail, "data", None)
    if isinstance(data, dict) and "reason" in data:
        return [detail.code, data["reason"]]
    return repr(error)


if __name__ == "__main__":
    assert sdk.LINE in (1, 2)
    connections = [asyncio.run(main(*sys.argv[1:4], credential)) for credential in sys.argv[4:]]
    print(json.dumps(connections))
