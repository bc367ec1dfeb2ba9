"""`callgate connect` as a process, driven by the official MCP client in both eras."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from callgate.connect.agent import Agent
from callgate.connect.server import create_server
from callgate.smcp import AsyncSMCPClient
from connect_process import command, exchange, launched
from demo_gateway import DemoGateway
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from wire_gateway import Handler, WireGateway, socket_path

pytestmark = pytest.mark.anyio

# What `mode` makes the client speak: the era of `initialize`, and the one that has no handshake.
ERAS = {"legacy": "2025-11-25", "2026-07-28": "2026-07-28", "auto": "2026-07-28"}


@contextlib.asynccontextmanager
async def connected(
    url: str, mode: str, workload: str = "exec-1", scope: str = "project"
) -> AsyncIterator[Client]:
    """A client of the same server in this process."""
    async with AsyncSMCPClient(url, workload, scope) as sdk:
        server = create_server(Agent(sdk))
        async with Client(server, mode=mode, read_timeout_seconds=60) as client:
            yield client


def text(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


def answering(gateway: WireGateway, result: Any) -> None:
    gateway.call_lies.append(lambda h: h.reply_json(200, h.answer(result=result)))


def said(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}]}


@pytest.mark.parametrize("mode", ERAS)
async def test_tools_are_listed_and_called_in_both_eras(gateway: WireGateway, mode: str) -> None:
    async with launched(gateway.url, mode) as client:
        assert client.protocol_version == ERAS[mode]
        tools = (await client.list_tools()).tools
        assert [(tool.name, tool.input_schema) for tool in tools] == [
            ("fs.read", {"type": "object"})
        ]
        answering(gateway, said("hello"))
        result = await client.call_tool("fs.read", {"path": "/workspace/a", "n": 2.0})
        assert text(result) == "hello" and not result.is_error
        call = gateway.calls()[-1].json["payload"]["params"]
        assert call == {"name": "fs.read", "arguments": {"path": "/workspace/a", "n": 2}}
        denied = await client.call_tool("fs.read", {"path": "/etc/passwd"})
        assert denied.is_error and "PATH_NOT_ALLOWED" in text(denied)
    assert len(gateway.attestations()) == 1


async def test_that_there_is_no_tool_is_said_once_on_standard_error(
    gateway: WireGateway, tmp_path: Path
) -> None:
    with (tmp_path / "stderr").open("w") as stderr:
        async with launched(gateway.url, "auto", stderr=stderr) as client:
            for _ in range(2):
                answering(gateway, {"tools": []})
                assert (await client.list_tools()).tools == []
    (line,) = (tmp_path / "stderr").read_text().splitlines()
    assert line == (
        f"callgate connect: no tools: no server behind {gateway.url} offers one that the context "
        "'project' could ever allow"
    )
    assert len(gateway.calls()) == 2


@pytest.mark.parametrize("mode", ERAS)
async def test_a_denial_reaches_the_model_as_a_tool_error_with_the_reason(
    gateway: WireGateway, mode: str
) -> None:
    async with connected(gateway.url, mode) as client:
        for tool, arguments, name in (
            ("fs.read", {"path": "/etc/passwd"}, "PATH_NOT_ALLOWED (2002)"),
            ("fs.delete", {"path": "/workspace/a"}, "TOOL_EXPLICITLY_DENIED (2001)"),
            ("no.such", {}, "TOOL_NOT_ALLOWED (2000)"),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            assert text(result).startswith(f"The tool did not run: policy refused {tool}. {name}: ")


@pytest.mark.parametrize(
    ("name", "dispatched", "says"),
    [
        (
            "SESSION_INACTIVE",
            True,
            "The tool ran: no result of fs.write can be given. SESSION_INACTIVE (1005): ",
        ),
        (
            "OUTPUT_SIZE_EXCEEDED",
            True,
            "The tool ran: no result of fs.write can be given. OUTPUT_SIZE_EXCEEDED (2006): ",
        ),
        (
            "UPSTREAM_TIMEOUT",
            True,
            "The tool may have run: no result of fs.write came back. UPSTREAM_TIMEOUT (9005): ",
        ),
        (
            "UPSTREAM_FAILED",
            None,
            "The tool may have run: no result of fs.write came back. UPSTREAM_FAILED (9006): ",
        ),
        (
            "LEDGER_FULL",
            False,
            "The tool did not run: the gateway refused fs.write. LEDGER_FULL (9001): ",
        ),
    ],
)
async def test_a_call_that_may_have_run_is_never_called_refused(
    gateway: WireGateway, name: str, dispatched: bool | None, says: str
) -> None:
    async with connected(gateway.url, "auto") as client:
        body = gateway.error(500, name, "smcp/v1", dispatched=dispatched)
        gateway.call_lies.append(lambda h: h.reply_json(*body))
        result = await client.call_tool("fs.write", {"path": "/workspace/a"})
        assert result.is_error
        assert text(result) == f"{says}meaning of {name}."


async def test_a_reply_that_breaks_off_says_that_the_tool_may_have_run(
    gateway: WireGateway,
) -> None:
    def broken(handler: Handler) -> None:
        handler.close_connection = True
        handler.connection.shutdown(2)

    async with connected(gateway.url, "auto") as client:
        gateway.call_lies.append(broken)
        result = await client.call_tool("fs.write", {})
        assert text(result).startswith("The tool may have run: no result of fs.write came back. ")


async def test_an_error_of_a_list_says_nothing_of_a_tool(gateway: WireGateway) -> None:
    async with connected(gateway.url, "auto") as client:
        for name, dispatched in (("SESSION_INACTIVE", None), ("LEDGER_FULL", False)):
            body = gateway.error(503, name, "smcp/v1", dispatched=dispatched)
            gateway.call_lies.append(partial(_reply, body))
            with pytest.raises(MCPError) as refused:
                await client.list_tools()
            assert refused.value.message.startswith("The gateway refused the list of tools. ")


async def test_a_rate_limit_says_when_to_try_again(gateway: WireGateway) -> None:
    async with connected(gateway.url, "auto") as client:
        gateway.call_lies.append(_honest_text)
        assert not (await client.call_tool("once.only", {})).is_error
        result = await client.call_tool("once.only", {})
        assert result.is_error and "RATE_LIMIT_EXCEEDED" in text(result)
        assert "It may be tried again in " in text(result)


def _reply(body: tuple[int, dict[str, Any]], handler: Handler) -> None:
    handler.reply_json(*body)


def _honest_text(handler: Handler) -> None:
    status, body = handler.gateway.invoke(handler.seen.body, "smcp/v1")
    assert status == 200
    body["payload"]["result"] = said("once")
    handler.reply_json(status, body)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_gateway_that_is_down_is_a_tool_error_and_comes_back(
    tmp_path: Path, mode: str
) -> None:
    path = socket_path(tmp_path)
    async with launched(f"unix:{path}", mode) as client:
        result = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert result.is_error
        assert text(result).startswith("The tool did not run: the gateway is not there. ")
        with pytest.raises(MCPError, match="The gateway is not there"):
            await client.list_tools()
        with WireGateway(path) as gateway:
            answering(gateway, said("back"))
            assert text(await client.call_tool("fs.read", {"path": "/workspace/a"})) == "back"


async def test_a_workload_that_may_not_attest_is_a_tool_error(gateway: WireGateway) -> None:
    async with connected(gateway.url, "auto", workload="exec-2") as client:
        result = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert result.is_error
        says = "The tool did not run: the gateway refused fs.read. UNKNOWN_WORKLOAD (3000): "
        assert text(result).startswith(says)


async def test_an_expired_token_is_replaced_unseen(gateway: WireGateway) -> None:
    async with connected(gateway.url, "auto") as client:
        await client.list_tools()
        gateway.call_lies.append(
            lambda h: h.reply_json(*gateway.error(401, "EXPIRED_TOKEN", "smcp/v1"))
        )
        answering(gateway, said("renewed"))
        assert text(await client.call_tool("fs.read", {"path": "/workspace/a"})) == "renewed"
    assert len(gateway.attestations()) == 2


async def test_a_session_that_was_ended_is_opened_again_and_a_revoked_one_says_so(
    gateway: WireGateway,
) -> None:
    async with connected(gateway.url, "auto") as client:
        await client.list_tools()
        gateway.call_lies.append(
            lambda h: h.reply_json(*gateway.error(401, "SESSION_INACTIVE", "smcp/v1"))
        )
        answering(gateway, said("again"))
        assert text(await client.call_tool("fs.read", {"path": "/workspace/a"})) == "again"
        gateway.call_lies.append(
            lambda h: h.reply_json(*gateway.error(401, "SESSION_INACTIVE", "smcp/v1"))
        )
        gateway.attest_lies.append(
            lambda h: h.reply_json(*gateway.error(401, "UNKNOWN_WORKLOAD", "smcp/v1"))
        )
        result = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert result.is_error and "UNKNOWN_WORKLOAD" in text(result)
        assert text(result).startswith("The tool did not run: ")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_failure_of_the_tools_server_is_told_from_a_refusal(
    gateway: WireGateway, mode: str
) -> None:
    async with connected(gateway.url, mode) as client:
        rpc = {"code": -32602, "message": "no such file"}
        gateway.call_lies.append(lambda h: h.reply_json(200, h.answer(error=rpc)))
        result = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert result.is_error
        assert text(result).startswith(
            "The tool ran: the server of fs.read answered with an error."
        )
        assert "no such file" in text(result)
        answering(gateway, {"content": [{"type": "text", "text": "its own"}], "isError": True})
        result = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert result.is_error and text(result) == "its own"


@pytest.mark.parametrize("result", [7, {"tools": []}, {"content": "text"}, {"content": [1]}])
async def test_what_is_no_tool_result_is_a_tool_error(gateway: WireGateway, result: Any) -> None:
    async with connected(gateway.url, "auto") as client:
        answering(gateway, result)
        returned = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert returned.is_error
        assert text(returned) == "The tool ran: what fs.read returned is no tool result."


async def test_a_result_that_is_null_is_a_tool_error(gateway: WireGateway) -> None:
    async with connected(gateway.url, "auto") as client:
        answering(gateway, None)
        returned = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert returned.is_error and text(returned).startswith("The tool ran: ")
        assert "has a result that is null" in text(returned)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_result_goes_through_unaltered(gateway: WireGateway, mode: str) -> None:
    result = {
        **said("é\u2028"),
        "structuredContent": {"big": 2**53 + 1, "half": 0.5, "list": [None, True]},
        "_meta": {"example.org/key": 1},
    }
    async with connected(gateway.url, mode) as client:
        answering(gateway, result)
        returned = await client.call_tool("echo.any", {})
        assert text(returned) == "é\u2028"
        assert returned.structured_content == result["structuredContent"]
        assert returned.meta is not None and returned.meta["example.org/key"] == 1


async def test_a_reply_without_a_result_is_never_an_empty_one(gateway: WireGateway) -> None:
    async with connected(gateway.url, "auto") as client:
        gateway.call_lies.append(lambda h: h.reply_json(403, {"detail": "denied"}))
        result = await client.call_tool("fs.read", {"path": "/workspace/a"})
        assert result.is_error and "denied" in text(result)
        assert text(result).startswith("The tool may have run: ")


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_real_server_behind_the_real_gateway(demo: DemoGateway, mode: str) -> None:
    async with connected(demo.url, mode, demo.workload, "time") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"time.get_current_time", "time.convert_time"}
        assert tools["time.get_current_time"].description
        now = await client.call_tool("time.get_current_time", {"timezone": "UTC"})
        assert not now.is_error and '"timezone": "UTC"' in text(now)
        denied = await client.call_tool("git.git_status", {"repo_path": "/etc"})
        assert denied.is_error and "TOOL_NOT_ALLOWED (2000)" in text(denied)


def test_standard_output_carries_mcp_and_nothing_else(gateway: WireGateway) -> None:
    version = {"protocolVersion": "2025-06-18", "capabilities": {}}
    done = exchange(
        command(gateway.url),
        [
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "initialize",
                "params": {**version, "clientInfo": {"name": "test", "version": "0"}},
            },
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
        ],
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert (answer["id"], answer["result"]["serverInfo"]["name"]) == (1, "callgate")
    assert not gateway.seen, "nothing is asked of the gateway before the client asks"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--gateway", "http://gateway.example"], "--gateway: must be https"),
        (["--key", "/nonexistent"], "/nonexistent: the key file: No such file"),
        (["--enrolment-secret", "the-secret-itself"], "expected a reference"),
        (["--enrolment-secret", "env:CALLGATE_UNSET"], "no variable CALLGATE_UNSET"),
        (["--certificate-key", "key.pem"], "needs --certificate"),
        (["--ca", "/nonexistent"], "ca_file"),
        (["--call-timeout", "0"], "call_timeout"),
    ],
)
def test_a_mistake_on_the_command_line_ends_at_once_with_2(
    options: list[str], message: str
) -> None:
    done = exchange(command("http://127.0.0.1:9", *options), [])
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "the-secret-itself" not in done.stderr


async def test_the_enrolment_secret_is_read_by_reference(
    gateway: WireGateway, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    async with launched(gateway.url, "auto", "--enrolment-secret", f"file:{file}") as client:
        await client.list_tools()
    assert gateway.attestations()[0].json["enrolment_secret"] == "s3cret"
