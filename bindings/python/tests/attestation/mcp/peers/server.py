"""A server for pairs, on whichever line of the SDK is installed.

server.py stdio|http PUBLIC_JWK_FILE attesting|fast [POLICY]; http writes its URL to its output.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from callgate import PublicKey
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.core import AttestationVerifier, IssuerTrust
from callgate.attestation.mcp_server import (
    attestation_of,
    create_attesting_server,
    serve_stdio,
    tool_guard,
    wrap_asgi,
)

ISSUER = "https://issuer.example.com"
AUDIENCE = "https://server.example.com/mcp"


def main(transport: str, jwk_file: str, kind: str, policy: str = "required") -> None:
    key = PublicKey.from_jwk(json.loads(Path(jwk_file).read_text()))
    trust = IssuerTrust(ISSUER, keys={"key-1": key})
    verifier = AttestationVerifier(trusted_issuers=[trust], audience=AUDIENCE, policy=policy)
    {"attesting": serve_attesting, "fast": serve_fast}[kind](transport, verifier)


def serve_attesting(transport: str, verifier: AttestationVerifier) -> None:
    server = create_attesting_server(
        "peer", verifier, version="1.0.0", audience=AUDIENCE, session_lifetime="token"
    )
    schema = {"type": "object", "properties": {}}

    @server.list_tools()
    async def list_tools() -> list[Any]:
        fields = {"name": "whoami", "description": "who calls", "inputSchema": schema}
        secret = {"name": "secret", "description": "never", "inputSchema": schema}
        return [sdk.types.Tool.model_validate(tool) for tool in (fields, secret)]

    @server.call_tool()
    @server.require_attestation(issuer="https://other.example", tools=["secret"])
    async def call_tool(name: str, arguments: dict[str, Any]) -> list[Any]:
        caller = server.get_attestation_context()
        return [sdk.types.TextContent(type="text", text=str(caller and caller.subject))]

    if transport == "stdio":
        asyncio.run(server.run_stdio())
    else:
        serve_http(server.streamable_http_app())


def serve_fast(transport: str, verifier: AttestationVerifier) -> None:
    if sdk.LINE == 1:
        fast = importlib.import_module("mcp.server.fastmcp")
        server, context = fast.FastMCP("peer"), fast.Context
    else:
        fast = importlib.import_module("mcp.server.mcpserver")
        server, context = fast.MCPServer("peer"), fast.Context

    async def whoami(ctx: Any) -> str:
        caller = attestation_of(ctx)
        return str(caller and caller.subject)

    async def secret() -> str:
        return "never"

    whoami.__annotations__["ctx"] = context
    server.tool()(whoami)
    server.tool()(secret)
    guards = [tool_guard(issuer="https://other.example", tools=["secret"])]
    if transport == "stdio":
        asyncio.run(serve_stdio(server, verifier, guards=guards, session_lifetime="token"))
    else:
        app = server.streamable_http_app()
        serve_http(wrap_asgi(app, verifier, guards=guards, session_lifetime="token"))


def serve_http(app: Any) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"http://127.0.0.1:{port}/mcp", flush=True)

    Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
