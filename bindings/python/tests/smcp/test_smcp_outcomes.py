"""The message of every error of a call begins with whether the tool ran; no other error's does."""

from __future__ import annotations

import time
from typing import Any

import pytest
from blocking import Clients
from callgate.smcp import (
    ConfigurationError,
    Ed25519Key,
    GatewayRefused,
    GatewayTimeout,
    PayloadError,
    SEALError,
    SMCPClient,
    SMCPError,
    ToolCallError,
    ToolDenied,
    create_smcp_envelope,
    parse_iso8601_to_unix,
)
from wire_gateway import Handler, Lie, WireGateway

DID_NOT_RUN = "The tool did not run: "
RAN = "The tool ran: "
MAY_HAVE_RUN = "The tool may have run: "
BEGINNINGS = (DID_NOT_RUN, RAN, MAY_HAVE_RUN)


@pytest.fixture
def client(gateway: WireGateway, clients: Clients) -> Any:
    client = clients.smcp(gateway.url, call_timeout=0.4, attest_timeout=0.4, retries=0)
    client.attest()
    return client


def told(client: Any) -> str:
    """How the error of a call begins."""
    with pytest.raises(SMCPError) as caught:
        client.call_tool("echo.any", {})
    return beginning(caught.value)


def beginning(error: SMCPError) -> str:
    (found,) = [one for one in BEGINNINGS if error.message.startswith(one)]
    assert str(error) == error.message == error.args[0]
    reason = error.message.removeprefix(found)
    assert reason and not reason.startswith("The tool"), "once is enough"
    return found


def refusing(name: str, dispatched: bool | None) -> Lie:
    def lie(handler: Handler) -> None:
        gateway = handler.gateway
        handler.reply_json(*gateway.error(500, name, "smcp/v1", dispatched=dispatched))

    return lie


@pytest.mark.parametrize(
    ("name", "dispatched", "begins"),
    [
        ("PATH_NOT_ALLOWED", False, DID_NOT_RUN),
        ("RATE_LIMIT_EXCEEDED", False, DID_NOT_RUN),
        ("INVALID_SIGNATURE", False, DID_NOT_RUN),
        ("SESSION_INACTIVE", False, DID_NOT_RUN),
        ("LEDGER_UNAVAILABLE", False, DID_NOT_RUN),
        ("UPSTREAM_FAILED", False, DID_NOT_RUN),
        ("OUTPUT_SIZE_EXCEEDED", True, RAN),
        ("SESSION_INACTIVE", True, RAN),
        ("UPSTREAM_TIMEOUT", True, MAY_HAVE_RUN),
        ("UPSTREAM_FAILED", True, MAY_HAVE_RUN),
        ("INTERNAL_ERROR", True, MAY_HAVE_RUN),
        ("UPSTREAM_TIMEOUT", None, MAY_HAVE_RUN),
        ("TOOL_NOT_ALLOWED", None, MAY_HAVE_RUN),
        ("INVALID_TOKEN", None, MAY_HAVE_RUN),
    ],
)
def test_what_a_gateway_answers(
    gateway: WireGateway, client: Any, name: str, dispatched: bool | None, begins: str
) -> None:
    gateway.call_lies.append(refusing(name, dispatched))
    assert told(client) == begins


@pytest.mark.parametrize(
    ("status", "body"), [(403, {"detail": "denied"}), (502, {"error": "boom"}), (200, {})]
)
def test_what_others_answer_says_nothing_of_the_tool(
    gateway: WireGateway, client: Any, status: int, body: Any
) -> None:
    gateway.call_lies.append(lambda h: h.reply_json(status, body))
    assert told(client) == MAY_HAVE_RUN


def silent(handler: Handler) -> None:
    handler.gateway.stopping.wait(20)


def broken(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(2)


@pytest.mark.parametrize("lie", [silent, broken])
def test_a_reply_that_does_not_come(gateway: WireGateway, client: Any, lie: Lie) -> None:
    gateway.call_lies.append(lie)
    assert told(client) == MAY_HAVE_RUN


@pytest.mark.parametrize(
    "members", [{"error": {"code": -32602, "message": "m"}}, {"error": "text"}, {"result": None}]
)
def test_an_answer_of_the_tools_server(
    gateway: WireGateway, client: Any, members: dict[str, Any]
) -> None:
    gateway.call_lies.append(lambda h: h.reply_json(200, h.answer(**members)))
    assert told(client) == RAN


def test_a_denial_that_policy_decided(gateway: WireGateway, client: Any) -> None:
    with pytest.raises(ToolDenied) as denied:
        client.call_tool("fs.read", {"path": "/etc/passwd"})
    assert beginning(denied.value) == DID_NOT_RUN


def test_a_gateway_that_is_not_there(clients: Clients) -> None:
    with WireGateway() as gateway:
        client = clients.smcp(gateway.url, retries=0)
        client.attest()
    assert told(client) == DID_NOT_RUN


def test_what_was_never_sent(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    assert told(client) == DID_NOT_RUN, "not attested"
    client.attest()
    for tool, arguments in (
        ("echo.any", {"x": {1, 2}}),
        ("", {}),
        ("echo.any", {"x": "x" * 2**21}),
    ):
        with pytest.raises(PayloadError) as refused:
            client.call_tool(tool, arguments)
        assert beginning(refused.value) == DID_NOT_RUN
    client.close()
    assert told(client) == DID_NOT_RUN, "closed"
    assert not gateway.calls()


@pytest.mark.parametrize("lie", [refusing("UNKNOWN_WORKLOAD", None), silent, broken])
def test_a_call_whose_renewal_fails(gateway: WireGateway, client: Any, lie: Lie) -> None:
    """An attestation runs no tool, so whatever became of it, the tool did not run."""
    gateway.call_lies.append(refusing("EXPIRED_TOKEN", False))
    gateway.attest_lies.append(lie)
    assert told(client) == DID_NOT_RUN
    later = time.time() + 3601
    getattr(client, "client", client)._clock = lambda: later
    gateway.attest_lies.append(lie)
    assert told(client) == DID_NOT_RUN
    assert len(gateway.calls()) == 1


def test_the_seal_client_says_it_too(gateway: WireGateway, clients: Clients) -> None:
    client = clients.seal(gateway.url)
    client.attest()
    with pytest.raises(SEALError) as denied:
        client.call_tool("fs.delete", {})
    assert beginning(denied.value) == DID_NOT_RUN


def test_errors_that_are_about_no_call_say_nothing_of_a_tool(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url, retries=0, attest_timeout=0.4, call_timeout=0.4)
    errors: list[SMCPError] = []

    def fails(act: Any, *arguments: Any) -> None:
        with pytest.raises(SMCPError) as caught:
            act(*arguments)
        errors.append(caught.value)

    fails(client.list_tools)
    for lie in (refusing("UNKNOWN_WORKLOAD", None), silent, broken):
        gateway.attest_lies.append(lie)
        fails(client.attest)
        assert errors[-1].dispatched is False
    client.attest()
    for lie in (refusing("SESSION_INACTIVE", False), silent, broken):
        gateway.call_lies.append(lie)
        fails(client.list_tools)
    fails(SMCPClient, "http://gateway.example", "w", "s")
    fails(parse_iso8601_to_unix, "today")
    fails(create_smcp_envelope, "token", {1: 2}, Ed25519Key())
    assert not [error.message for error in errors if "tool" in error.message.split(":")[0]]


@pytest.mark.parametrize(
    "error",
    [
        SMCPError("no"),
        SEALError("no", 1004),
        ToolDenied("no", dispatched=False),
        GatewayRefused("no", dispatched=True),
        GatewayTimeout("no"),
        ConfigurationError("no"),
        ToolCallError("no", rpc_code=1, rpc_message="m", rpc_data=None, request_id=None),
    ],
)
def test_an_error_that_a_program_makes_keeps_its_message(error: SMCPError) -> None:
    assert (error.message, str(error)) == ("no", "no")
