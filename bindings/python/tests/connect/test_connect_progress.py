"""Progress of real servers, through a real gateway and `callgate connect`, to an MCP client."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import mcp_types as types
import pytest
from connect_process import launched
from gateway_process import GatewayProcess, running, write_gateway
from upstream_servers import SERVERS

pytestmark = pytest.mark.anyio
SERVER = str(SERVERS / "http_mcp.py")
CONTEXTS = """\
- name: clock
  capabilities:
    - tool_pattern: stdio.steps
    - tool_pattern: http.steps
- name: nothing
  capabilities:
    - tool_pattern: stdio.steps
      max_response_size: 500
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """With a server of the official SDK behind it, over both transports."""
    folder = tmp_path_factory.mktemp("gateway")
    with subprocess.Popen([sys.executable, SERVER], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/mcp"
            stdio = {"command": [sys.executable, SERVER, "stdio"]}
            config = write_gateway(folder, upstreams={"stdio": stdio, "http": {"url": url}})
            (folder / "contexts.yaml").write_text(CONTEXTS)
            with running(config) as gateway:
                yield gateway
        finally:
            server.terminate()


class Told:
    """What a client was told of progress."""

    def __init__(self) -> None:
        self.steps: list[tuple[float, float | None, str | None]] = []

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        self.steps.append((progress, total, message))


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_client_sees_the_progress_of_a_real_server(
    real: GatewayProcess, transport: str, mode: str
) -> None:
    told = Told()
    async with launched(real.url, mode, "--scope", "clock") as client:
        arguments = {"count": 3}
        result = await client.call_tool(f"{transport}.steps", arguments, progress_callback=told)
        assert not result.is_error
        assert sorted(told.steps) == [(n, 3, f"step {n}") for n in (1, 2, 3)]
        plain = await client.call_tool(f"{transport}.steps", arguments)
        assert plain.content == result.content


async def test_progress_beyond_the_contexts_limit_withholds_the_result(
    real: GatewayProcess,
) -> None:
    told = Told()
    async with launched(real.url, "auto", "--scope", "nothing") as client:
        few = await client.call_tool("stdio.steps", {"count": 1}, progress_callback=told)
        assert not few.is_error and len(told.steps) == 1
        many = await client.call_tool("stdio.steps", {"count": 15}, progress_callback=told)
    (content,) = many.content
    assert isinstance(content, types.TextContent)
    assert many.is_error and content.text.startswith("The tool ran: ")
    assert "OUTPUT_SIZE_EXCEEDED" in content.text
    assert 1 < len(told.steps) < 1 + 500 // 50
