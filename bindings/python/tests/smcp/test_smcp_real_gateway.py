"""The clients against the gateway that is shipped, with a real MCP server behind it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from blocking import Clients
from callgate.smcp import GatewayRefused, SMCPError, ToolCallError, ToolDenied
from demo_gateway import DemoGateway, demo_gateway
from wire_gateway import GENERATIONS_OF_TESTS

NOW = ("time.get_current_time", {"timezone": "UTC"})


@pytest.fixture
def own_demo() -> Iterator[DemoGateway]:
    """A gateway for a test that ends its execution."""
    with demo_gateway() as demo:
        yield demo


@pytest.mark.parametrize("generation", GENERATIONS_OF_TESTS)
def test_a_session_in_every_generation(
    demo: DemoGateway, clients: Clients, generation: str
) -> None:
    with clients.smcp(demo.url, demo.workload, "time", generation=generation) as client:
        first, again = client.attest(), client.attest()
        assert first.session_id == again.session_id is not None
        assert {tool["name"] for tool in client.list_tools()} == {
            "time.get_current_time",
            "time.convert_time",
        }
        result = client.call_tool(*NOW)
        assert '"timezone": "UTC"' in result["content"][0]["text"] and not result["isError"]


@pytest.mark.parametrize("generation", GENERATIONS_OF_TESTS)
def test_denials_name_tool_and_reason(demo: DemoGateway, clients: Clients, generation: str) -> None:
    with clients.smcp(demo.url, demo.workload, "time", generation=generation) as client:
        client.attest()
        for tool, arguments, name in (
            ("git.git_status", {"repo_path": "/"}, "TOOL_NOT_ALLOWED"),
            ("time.convert_time", {"x": 1}, "ARGUMENT_NOT_ALLOWED"),
        ):
            with pytest.raises(ToolDenied) as denied:
                client.call_tool(tool, arguments)
            error = denied.value
            assert (error.code_name, error.dispatched, error.http_status) == (name, False, 403)
            assert error.details is not None and error.details["tool"] == tool
            assert error.request_id is not None


@pytest.mark.parametrize(
    ("workload", "scope", "name"),
    [("exec-none", "time", "UNKNOWN_WORKLOAD"), (None, "admin", "SCOPE_NOT_FOUND")],
)
def test_refused_attestations(
    demo: DemoGateway, clients: Clients, workload: str | None, scope: str, name: str
) -> None:
    with clients.smcp(demo.url, workload or demo.workload, scope) as client:
        with pytest.raises(GatewayRefused) as refused:
            client.attest()
        assert refused.value.code_name == name


def test_many_attestations_of_one_key_within_a_second_renew_one_session(
    demo: DemoGateway, clients: Clients
) -> None:
    with clients.smcp(demo.url, demo.workload, "time") as client:
        assert len({client.attest().session_id for _ in range(4)}) == 1
        client.call_tool(*NOW)


def test_a_token_is_renewed_in_its_session_before_it_ends(
    demo: DemoGateway, clients: Clients
) -> None:
    with clients.smcp(demo.url, demo.workload, "time") as client:
        first = client.attest()
        session = getattr(client, "client", client)._session
        ending = type(session.token)(session.token.result, time.time(), time.time() + 60)
        session.token = ending
        client.call_tool(*NOW)
        assert session.token is not ending
        assert session.token.ends_at > ending.ends_at
        assert client.session_id == first.session_id


def test_a_revoked_session_makes_no_call_and_opens_no_other(
    own_demo: DemoGateway, clients: Clients
) -> None:
    with clients.smcp(own_demo.url, own_demo.workload, "time") as client:
        client.attest()
        client.call_tool(*NOW)
        own_demo.operator("DELETE", f"/sessions/{client.session_id}")
        names = []
        for act in (lambda: client.call_tool(*NOW), client.attest):
            with pytest.raises(SMCPError) as refused:
                act()
            names.append(refused.value.code_name)
        assert names == ["SESSION_INACTIVE", "UNKNOWN_WORKLOAD"]


def test_an_error_of_the_server_is_a_result_or_an_exception_never_empty(
    demo: DemoGateway, clients: Clients
) -> None:
    with clients.smcp(demo.url, demo.workload, "time") as client:
        client.attest()
        try:
            result: Any = client.call_tool("time.get_current_time", {"timezone": "No/Where"})
        except ToolCallError as error:
            assert error.dispatched is True and error.rpc_message
        else:
            assert result["isError"] and result["content"]
