"""A server with what the conformance scenarios of MCP ask for, on whichever line is installed.

conformance_server.py bare|attested; writes its URL to standard output.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from callgate.attestation import _sdk_line as sdk
from callgate.attestation.core import AttestationVerifier, IssuerTrust, KeyPair
from callgate.attestation.mcp_server import wrap_asgi
from server import serve_http

types = sdk.types
fast = importlib.import_module("mcp.server.fastmcp" if sdk.LINE == 1 else "mcp.server.mcpserver")
server: Any = (fast.FastMCP if sdk.LINE == 1 else fast.MCPServer)("conformance")
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def text(value: str) -> Any:
    return types.TextContent(type="text", text=value)


def image() -> Any:
    return types.ImageContent.model_validate(
        {"type": "image", "data": PIXEL, "mimeType": "image/png"}
    )


def embedded(uri: str) -> Any:
    resource = {"uri": uri, "mimeType": "text/plain", "text": "This is an embedded resource."}
    return types.EmbeddedResource.model_validate({"type": "resource", "resource": resource})


@server.tool()
async def test_simple_text() -> list[Any]:
    """Returns text."""
    return [text("This is a simple text response for testing.")]


@server.tool()
async def test_image_content() -> list[Any]:
    """Returns an image."""
    return [image()]


@server.tool()
async def test_embedded_resource() -> list[Any]:
    """Returns a resource."""
    return [embedded("test://embedded-resource")]


@server.tool()
async def test_multiple_content_types() -> list[Any]:
    """Returns several kinds of content."""
    return [
        text("Multiple content types test:"),
        image(),
        embedded("test://mixed-content-resource"),
    ]


@server.tool()
async def test_error_handling() -> list[Any]:
    """Fails."""
    raise RuntimeError("This tool intentionally returns an error for testing")


async def test_tool_with_logging(ctx: Any) -> list[Any]:
    """Logs while it runs."""
    for said in ("started", "processing", "completed"):
        await ctx.info(f"Tool execution {said}")
    return [text("logged")]


async def test_tool_with_progress(ctx: Any) -> list[Any]:
    """Reports progress while it runs."""
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100)
    return [text("done")]


async def test_sampling(prompt: str, ctx: Any) -> list[Any]:
    """Asks the client's model."""
    message = types.SamplingMessage(role="user", content=text(prompt))
    answer = await ctx.session.create_message(messages=[message], max_tokens=100)
    return [text(f"LLM response: {answer.content.text}")]


for function in (test_tool_with_logging, test_tool_with_progress, test_sampling):
    function.__annotations__["ctx"] = fast.Context
    server.tool()(function)


@server.resource("test://static-text", mime_type="text/plain")
def static_text() -> str:
    return "This is the content of the static text resource."


@server.resource("test://static-binary", mime_type="image/png")
def static_binary() -> bytes:
    return bytes(8)


@server.resource("test://template/{id}/data", mime_type="application/json")
def template(id: str) -> str:
    return f'{{"id":"{id}","templateTest":true,"data":"Data for ID: {id}"}}'


@server.prompt()
def test_simple_prompt() -> str:
    """A prompt."""
    return "This is a simple prompt for testing."


@server.prompt()
def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """A prompt with arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


def main(kind: str) -> None:
    app: Any = server.streamable_http_app()
    if kind == "attested":
        keys = {"key-1": KeyPair.generate("key-1").public_key}
        trusted = [IssuerTrust("https://issuer.example.com", keys=keys)]
        audience = "https://server.example.com/mcp"
        verifier = AttestationVerifier(trusted, policy="optional", audience=audience)
        app = wrap_asgi(app, verifier)
    serve_http(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
