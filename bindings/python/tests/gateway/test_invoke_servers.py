"""Signed calls through to real tool servers, good and bad, with the trail on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import INVOKE, JSON, CallPath, check_failure, post, until
from callgate.gateway.upstreams.upstreams import Upstreams
from observed_audit import observed_audit
from upstream_servers import hostile, python_server, running

pytestmark = pytest.mark.anyio
POLICY = """
name: research
capabilities:
  - tool_pattern: "time.*"
  - tool_pattern: bad.do
  - tool_pattern: bad.quiet
    max_response_size: 1000
  - tool_pattern: bad.fresh
    rate_limit: {calls: 1, per_seconds: 60}
"""


@contextlib.asynccontextmanager
async def gateway(
    folder: Path, *servers: Any
) -> AsyncIterator[tuple[CallPath, httpx2.AsyncClient]]:
    async with observed_audit(folder) as audit, running(*servers) as upstreams:
        path = CallPath(audit, upstreams=upstreams, policy=POLICY)
        async with path.on_a_port() as client:
            yield path, client


async def test_an_unmodified_server_answers_a_signed_call(tmp_path: Path) -> None:
    async with gateway(tmp_path, python_server("mcp_server_time", name="time")) as (path, client):
        agent = path.agent()
        call = agent.call("time.get_current_time", {"timezone": "UTC"}, id="t-1")
        status, body, _ = await post(client, call)
        assert (status, body["payload"]["id"]) == (200, "t-1")
        text = body["payload"]["result"]["content"][0]["text"]
        assert json.loads(text)["timezone"] == "UTC"
        listing = agent.sign({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
        status, body, _ = await post(client, listing)
        names = [tool["name"] for tool in body["payload"]["result"]["tools"]]
        assert names == ["time.get_current_time", "time.convert_time"]


async def test_line_breaks_around_a_whole_request_reach_a_stdio_server_as_one_line(
    tmp_path: Path,
) -> None:
    record = tmp_path / "record"
    async with gateway(tmp_path, hostile("record", str(record))) as (path, client):
        injected = '{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"quiet"}}'
        arguments = {"do": "answer", "text": f"\n{injected}\n", "n": 7}
        envelope = json.loads(path.agent().call("bad.do", arguments))
        # Signed is the compact form; white space between tokens is anybody's.
        spaced = json.dumps(envelope, indent="\r\n").replace('"n": 7', '"n":\n7\n')
        response = await client.post(INVOKE["B"], content=spaced.encode(), headers=JSON)
        assert response.status_code == 200, response.text
        lines = [json.loads(line) for line in record.read_bytes().split(b"\n")[:-1]]
        calls = [line for line in lines if line["method"] == "tools/call"]
        assert [call["params"]["arguments"] for call in calls] == [arguments]


async def test_a_crash_in_mid_call_is_told_and_the_call_is_not_repeated(tmp_path: Path) -> None:
    record = tmp_path / "record"
    async with gateway(tmp_path, hostile("record", str(record))) as (path, client):
        agent = path.agent()
        status, body, _ = await post(client, agent.call("bad.do", {"do": "die"}, id=1))
        check_failure(status, body, "UPSTREAM_FAILED", 9006)
        assert (status, body["dispatched"]) == (502, True)
        assert record.read_bytes().count(b'"die"') == 1
        # Until the server is back, a call is refused, and said not to have run.
        for id in range(2, 1000):
            status, body, _ = await post(client, agent.call("bad.do", {"do": "answer"}, id=id))
            if status == 200:
                break
            check_failure(status, body, "UPSTREAM_FAILED", 9006)
            assert body["dispatched"] is False
            await asyncio.sleep(0.01)
        assert status == 200


async def test_a_session_revoked_in_mid_flight_gets_no_result(tmp_path: Path) -> None:
    record = tmp_path / "record"
    async with gateway(tmp_path, hostile("record", str(record))) as (path, client):
        victim, other = path.agent("s-1"), path.agent("s-2")
        flying = asyncio.create_task(post(client, victim.call("bad.do", {"do": "hang"})))
        await until(lambda: b'"hang"' in record.read_bytes())
        path.gate.revoke_session("s-1")
        status, _, _ = await post(client, other.call("bad.do", {"do": "release"}))
        assert status == 200
        status, body, _ = await asyncio.wait_for(flying, 10)
        check_failure(status, body, "SESSION_INACTIVE", 1005)
        assert body["dispatched"] is True
        assert "late" not in json.dumps(body)


async def test_the_policys_size_limit_stops_the_reading(tmp_path: Path) -> None:
    async with gateway(tmp_path, hostile()) as (path, client):
        call = path.agent().call("bad.quiet", {"do": "size", "bytes": 100_000})
        status, body, _ = await post(client, call)
        check_failure(status, body, "OUTPUT_SIZE_EXCEEDED", 2006)
        assert (status, body["dispatched"]) == (403, True)


async def test_a_tool_that_no_server_offers_is_denied_and_not_charged(tmp_path: Path) -> None:
    record = tmp_path / "record"
    async with gateway(tmp_path, hostile("record", str(record))) as (path, client):
        agent = path.agent()
        # Its rate is one call a minute.
        call = agent.call("bad.fresh", {"do": "answer"}, id=1)
        for envelope in (call, agent.call("bad.fresh", {"do": "answer"}, id=2)):
            status, body, headers = await post(client, envelope)
            error = check_failure(status, body, "TOOL_NOT_ALLOWED", 2000)
            assert (status, body["dispatched"]) == (403, False)
            assert error["message"] == "no tool server offers this tool"
            assert error["details"] == {"tool": "bad.fresh", "cause": "unknown_tool"}
            assert "retry-after" not in headers
        status, body, _ = await post(client, call)
        check_failure(status, body, "REPLAY_DETECTED", 1004)
        # What the policy denies is the policy's to say.
        status, body, _ = await post(client, agent.call("other.tool", {}, id=3))
        assert check_failure(status, body, "TOOL_NOT_ALLOWED", 2000)["details"]["rule"]
        # Once it is there it can be called, as often as its rate allows.
        names = {"do": "rename", "names": ["do", "quiet", "fresh"]}
        status, _, _ = await post(client, agent.call("bad.do", names, id=4))
        assert status == 200
        await until(lambda: "bad.fresh" in [tool.name for tool in path.services.upstreams.tools()])
        status, _, _ = await post(client, agent.call("bad.fresh", {"do": "answer"}, id=5))
        assert status == 200
        status, body, _ = await post(client, agent.call("bad.fresh", {"do": "answer"}, id=6))
        check_failure(status, body, "RATE_LIMIT_EXCEEDED", 2005)

        events = [(line["event"], line["request_id"]) for line in path.audit.lines("event")]
        assert events == [
            ("PolicyViolationBlocked", 1),
            ("PolicyViolationBlocked", 2),
            ("SignatureVerificationFailed", 1),
            ("PolicyViolationBlocked", 3),
            ("ToolCallAuthorized", 4),
            ("ToolCallAuthorized", 5),
            ("PolicyViolationBlocked", 6),
        ]
        await until(lambda: len(path.audit.lines("outcome")) == 2)
    assert record.read_bytes().count(b"tools/call") == 2


async def test_a_tool_of_a_server_that_has_not_started_yet_is_asked_for_later(
    tmp_path: Path,
) -> None:
    async with observed_audit(tmp_path) as audit, Upstreams([hostile("dead")]) as upstreams:
        path = CallPath(audit, upstreams=upstreams, policy=POLICY)
        async with path.on_a_port() as client:
            status, body, headers = await post(client, path.agent().call("bad.do", {}))
            error = check_failure(status, body, "UPSTREAM_FAILED", 9006)
            assert (status, body["dispatched"]) == (502, False)
            assert error["details"] == {"cause": "not_running"}
            assert int(headers["retry-after"]) >= 1
