"""Every SDK, generation, upstream transport and era together: list, allow, deny, renew.

The official MCP client in both eras through ``callgate connect``: tests/connect.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from gateway_process import WORKLOAD, GatewayProcess, running, write_executions, write_gateway
from sdk_clients import LANGUAGES, Refused, Sdk, sdk
from upstream_servers import SERVERS

CONTEXT = """\
- name: matrix
  capabilities:
    - tool_pattern: stdio-old.get_current_time
    - tool_pattern: stdio-new.get_current_time
    - tool_pattern: http-old.add
    - tool_pattern: http-new.add
"""


@dataclass(frozen=True)
class Upstream:
    """A server behind the gateway: how it is spoken to, and a call of it."""

    name: str
    era: str
    tool: str
    arguments: dict[str, Any]
    answer: str
    other: str


TIME = ("get_current_time", {"timezone": "UTC"}, '"timezone": "UTC"', "convert_time")
ADD = ("add", {"a": 1, "b": 2.5}, "3.5", "where")
UPSTREAMS = [
    Upstream("stdio-old", "initialize", *TIME),
    Upstream("stdio-new", "discover", *TIME),
    Upstream("http-old", "initialize", *ADD),
    Upstream("http-new", "discover", *ADD),
]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    folder = tmp_path_factory.mktemp("matrix")
    command = [sys.executable, str(SERVERS / "http_mcp.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/mcp"
            stdio = {"command": [sys.executable, "-m", "mcp_server_time"]}
            upstreams = {
                upstream.name: {
                    **(stdio if upstream.name.startswith("stdio") else {"url": url}),
                    "era": upstream.era,
                }
                for upstream in UPSTREAMS
            }
            executions = {"file": "executions.yaml", "max_sessions": 1000}
            config = write_gateway(folder, upstreams=upstreams, executions=executions)
            (folder / "contexts.yaml").write_text(CONTEXT)
            write_executions(folder, "matrix")
            with running(config) as gateway:
                yield gateway
        finally:
            server.terminate()


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["A", "B", "C"])
def client(request: pytest.FixtureRequest, gateway: GatewayProcess, language: str) -> Iterator[Sdk]:
    with sdk(language, request.param, gateway.url, WORKLOAD, "matrix") as client:
        client.attest()
        yield client


@pytest.mark.parametrize("upstream", UPSTREAMS, ids=lambda upstream: upstream.name)
class TestMatrix:
    def test_it_lists_what_its_context_could_allow(self, client: Sdk, upstream: Upstream) -> None:
        tools = client.tools()
        assert f"{upstream.name}.{upstream.tool}" in tools
        assert f"{upstream.name}.{upstream.other}" not in tools

    def test_an_allowed_call_has_its_result(self, client: Sdk, upstream: Upstream) -> None:
        result = client.call(f"{upstream.name}.{upstream.tool}", upstream.arguments)
        assert upstream.answer in result["content"][0]["text"]

    def test_a_denied_call_says_why(self, client: Sdk, upstream: Upstream) -> None:
        with pytest.raises(Refused) as refused:
            client.call(f"{upstream.name}.{upstream.other}", {})
        error = refused.value
        assert (error.code_name, error.http_status) == ("TOOL_NOT_ALLOWED", 403)
        assert error.dispatched is False
        assert error.message

    def test_a_renewed_token_is_the_same_sessions(self, client: Sdk, upstream: Upstream) -> None:
        session, _ = client.attest()
        again, token = client.attest()
        assert again == session
        assert token.count(".") == 2
        result = client.call(f"{upstream.name}.{upstream.tool}", upstream.arguments)
        assert upstream.answer in result["content"][0]["text"]


def test_sessions_of_all_clients_are_different(gateway: GatewayProcess) -> None:
    with gateway.operator() as operator:
        sessions = operator.get("/admin/v1/sessions").json()["sessions"]
    assert len({session["session_id"] for session in sessions}) == len(sessions) >= 1
