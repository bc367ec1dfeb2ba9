"""Signed calls over HTTP: in process, and again through a real server on a free port."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import (
    INVOKE,
    JSON,
    PROTOCOL,
    Answer,
    CallPath,
    check_failure,
    post,
    until,
)
from callgate import SecretKey
from callgate.gateway.wire.refusal import Refusal
from observed_audit import observed_audit

pytestmark = pytest.mark.anyio
READ = ("fs.read", {"path": "/workspace/a.txt"})


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[CallPath]:
    async with observed_audit(tmp_path) as audit:
        yield CallPath(audit)


@pytest.fixture(params=["in process", "on a port"])
async def client(
    request: pytest.FixtureRequest, path: CallPath
) -> AsyncIterator[httpx2.AsyncClient]:
    async with AsyncExitStack() as stack:
        entered = path.in_process() if request.param == "in process" else path.on_a_port()
        yield await stack.enter_async_context(entered)


@pytest.mark.parametrize("generation", INVOKE)
async def test_an_allowed_call_reaches_the_tool_and_its_answer_goes_back(
    path: CallPath, client: httpx2.AsyncClient, generation: str
) -> None:
    path.server.answer = Answer(b'{"content":[{"type":"text","text":"hi"}]}')
    envelope = path.agent().call(*READ, id="req-1", protocol=PROTOCOL[generation])
    status, body, _ = await post(client, envelope, generation)
    assert status == 200
    result = {"content": [{"type": "text", "text": "hi"}]}
    assert body == {"payload": {"jsonrpc": "2.0", "id": "req-1", "result": result}}
    assert path.server.calls == [("fs.read", b'{"path":"/workspace/a.txt"}')]


async def test_numbers_of_arguments_and_results_keep_their_digits(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    path.server.answer = Answer(b'{"n":1e2,"m":1.0,"big":12345678901234567890123}')
    message = (
        b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"fs.read",'
        b'"arguments":{"path":"/workspace/a","offset":1e2,"limit":1.0}}}'
    )
    response = await client.post(INVOKE["B"], content=path.agent().sign(message), headers=JSON)
    assert response.content == (
        b'{"payload":{"jsonrpc":"2.0","id":7,"result":{"n":1e2,"m":1.0,'
        b'"big":12345678901234567890123}}}'
    )
    ((_, arguments),) = path.server.calls
    assert b'"offset":1e2' in arguments and b'"limit":1.0' in arguments


@pytest.mark.parametrize("id", [0, -1, 2**53 + 1, "", 'a"\\\n\u2028é\U0001f600'])
async def test_the_answer_has_the_callers_id(
    path: CallPath, client: httpx2.AsyncClient, id: str | int
) -> None:
    _, body, _ = await post(client, path.agent().call(*READ, id=id))
    assert body["payload"]["id"] == id


async def test_a_json_rpc_error_of_the_tool_server_is_forwarded_as_one(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    path.server.answer = Answer(error=b'{"code":-32602,"message":"no such file"}')
    status, body, _ = await post(client, path.agent().call(*READ))
    assert status == 200
    assert body["payload"]["error"] == {"code": -32602, "message": "no such file"}
    assert set(body) == {"payload"}


class TestDenials:
    @pytest.mark.parametrize(
        ("call", "name", "smcp", "seal", "status"),
        [
            (("fs.read", {"path": "/etc/passwd"}), "PATH_NOT_ALLOWED", 2002, 2002, 403),
            (("fs.delete", {}), "TOOL_EXPLICITLY_DENIED", 2001, 2001, 403),
            (("db.drop", {}), "TOOL_NOT_ALLOWED", 2000, 2000, 403),
        ],
    )
    async def test_policy_denies_in_the_numbers_of_the_paths_era(
        self,
        path: CallPath,
        client: httpx2.AsyncClient,
        call: tuple[str, Any],
        name: str,
        smcp: int,
        seal: int,
        status: int,
    ) -> None:
        agent = path.agent()
        for generation, number in (("A", smcp), ("B", smcp), ("C", seal)):
            protocol = PROTOCOL[generation]
            envelope = agent.call(*call, id=f"req-{generation}", protocol=protocol)
            got, body, _ = await post(client, envelope, generation)
            error = check_failure(got, body, name, number, protocol=protocol)
            assert got == status
            assert error["request_id"] == f"req-{generation}"
            assert body["dispatched"] is error["dispatched"] is False
            assert error["details"]["tool"] == call[0]
        assert path.server.calls == []

    async def test_the_same_bytes_twice_are_a_replay_on_every_path(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        envelope = path.agent().call(*READ)
        status, _, _ = await post(client, envelope)
        assert status == 200
        for generation, number in (("A", 1004), ("B", 1004), ("C", 1003)):
            status, body, _ = await post(client, envelope, generation)
            error = check_failure(
                status, body, "REPLAY_DETECTED", number, protocol=PROTOCOL[generation]
            )
            assert status == 401
            assert error["details"]["cause"] == "already_seen"
        assert len(path.server.calls) == 1

    async def test_the_rate_limit_says_when_to_come_back(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        agent = path.agent()
        for id in (1, 2):
            status, _, _ = await post(client, agent.call("web.fetch", {}, id=id))
            assert status == 200
        status, body, headers = await post(client, agent.call("web.fetch", {}, id=3))
        error = check_failure(status, body, "RATE_LIMIT_EXCEEDED", 2005)
        assert status == 429
        assert 0 < error["retry_after"] <= 60
        assert error["retry_after"] <= int(headers["retry-after"]) <= 60

    async def test_before_the_signature_verified_only_the_codes_meaning_is_told(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        agent = path.agent()
        forged = agent.call(*READ, id="victim", key=SecretKey.generate())
        unknown = path.stranger("s-unknown").call(*READ)
        malformed = b'{"protocol":"smcp/v1"}'
        for envelope, name, number, status in (
            (forged, "INVALID_SIGNATURE", 1001, 401),
            (unknown, "UNKNOWN_SESSION", 1005, 401),
            (malformed, "INVALID_ENVELOPE", 1000, 400),
        ):
            got, body, _ = await post(client, envelope)
            error = check_failure(got, body, name, number)
            assert got == status
            assert error["request_id"] is None
            assert error["details"] == {}
            assert " at " not in error["message"]

    async def test_a_401_names_a_scheme(self, path: CallPath, client: httpx2.AsyncClient) -> None:
        _, _, headers = await post(client, path.stranger("s").call(*READ))
        assert headers["www-authenticate"] == "SMCP"

    async def test_names_of_tools_and_paths_never_change_the_code(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        """A57: codes are typed, so `signature` in a tool's name is just a name."""
        for tool, arguments in (("backup.signature", {}), ("token.jwt", {"path": "/x/timestamp"})):
            status, body, _ = await post(client, path.agent(tool).call(tool, arguments))
            check_failure(status, body, "TOOL_NOT_ALLOWED", 2000)
            assert status == 403


class TestResultsThatAreWithheld:
    async def test_a_result_at_the_limit_passes_and_one_byte_more_does_not(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        """A116. The limit counts compact bytes."""
        agent = path.agent()
        path.server.answer = Answer(b'"' + b"x" * 62 + b'"')
        status, _, _ = await post(client, agent.call("web.fetch", {}, id=1))
        assert status == 200
        path.server.answer = Answer(b'"' + b"x" * 63 + b'"')
        status, body, _ = await post(client, agent.call("web.fetch", {}, id=2))
        check_failure(status, body, "OUTPUT_SIZE_EXCEEDED", 2006)
        assert (status, body["dispatched"]) == (403, True)
        assert "xxx" not in json.dumps(body)

    async def test_an_error_of_the_tool_server_is_measured_too(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        path.server.answer = Answer(error=b'{"message":"%b"}' % (b"x" * 64))
        status, body, _ = await post(
            client, path.agent().call("web.fetch", {}, protocol="seal/v1"), "C"
        )
        check_failure(status, body, "OUTPUT_SIZE_EXCEEDED", 2008, protocol="seal/v1")

    @pytest.mark.parametrize("end", ["revoke_session", "end_session"])
    async def test_a_session_that_ends_during_the_call_gets_no_result(
        self, path: CallPath, client: httpx2.AsyncClient, end: str
    ) -> None:
        """A48."""
        agent = path.agent("s-1")

        async def end_and_answer(tool: str, arguments: bytes) -> Answer:
            getattr(path.gate, end)("s-1")
            return Answer(b'{"secret":1}')

        path.server.answer = end_and_answer
        status, body, _ = await post(client, agent.call(*READ, id="r"))
        error = check_failure(status, body, "SESSION_INACTIVE", 1005)
        assert (status, body["dispatched"], error["request_id"]) == (401, True, "r")
        assert "secret" not in json.dumps(body)

    async def test_a_session_revoked_while_the_audit_is_written_dispatches_nothing(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        agent = path.agent("s-1")

        async def revoke() -> None:
            path.gate.revoke_session("s-1")

        path.audit.meanwhile = revoke
        status, body, _ = await post(client, agent.call(*READ, protocol="seal/v1"), "C")
        check_failure(status, body, "SESSION_INACTIVE", 1006, protocol="seal/v1")
        assert body["dispatched"] is False
        assert path.server.calls == []

    async def test_a_session_revoked_while_the_call_waits_for_its_server_dispatches_nothing(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        agent = path.agent("s-1")

        async def revoke() -> None:
            path.gate.revoke_session("s-1")

        path.server.before_dispatch = revoke
        status, body, _ = await post(client, agent.call(*READ))
        check_failure(status, body, "SESSION_INACTIVE", 1005)
        assert body["dispatched"] is False
        assert path.server.calls == []

    async def test_the_end_of_a_parent_ends_the_call_of_its_child(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        path.agent("parent")
        child = path.stranger("child", context="nothing")
        path.gate.open_session(child.token, child.key.public_key, parent="parent")

        async def end_parent() -> None:
            path.gate.end_session("parent")

        path.audit.meanwhile = end_parent
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        status, body, _ = await post(client, child.sign(message))
        check_failure(status, body, "SESSION_INACTIVE", 1005)


class TestFailures:
    async def test_no_audit_no_call(self, path: CallPath, client: httpx2.AsyncClient) -> None:
        path.audit.failing = True
        agent = path.agent()
        status, body, _ = await post(client, agent.call(*READ))
        check_failure(status, body, "AUDIT_UNAVAILABLE", 9003)
        assert (status, body["dispatched"]) == (503, False)
        assert path.server.calls == []

    @pytest.mark.parametrize(
        ("refusal", "status", "number", "dispatched"),
        [
            (Refusal("UPSTREAM_TIMEOUT", dispatched=True), 504, 9005, True),
            (Refusal("UPSTREAM_FAILED", dispatched=True), 502, 9006, True),
            (Refusal("UPSTREAM_FAILED", dispatched=False, retry_after=2.5), 502, 9006, False),
            (Refusal("OUTPUT_SIZE_EXCEEDED", dispatched=True), 403, 2006, True),
        ],
    )
    async def test_what_the_upstream_part_refuses_is_told_as_it_is(
        self,
        path: CallPath,
        client: httpx2.AsyncClient,
        refusal: Refusal,
        status: int,
        number: int,
        dispatched: bool,
    ) -> None:
        async def fail() -> None:
            raise refusal

        path.server.before_dispatch = fail
        got, body, headers = await post(client, path.agent().call(*READ, id="r"))
        error = check_failure(got, body, refusal.code_name, number)
        assert (got, body["dispatched"], error["request_id"]) == (status, dispatched, "r")
        assert headers.get("retry-after") == (None if refusal.retry_after is None else "3")

    async def test_an_unforeseen_exception_is_a_denial_without_detail(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        async def break_down(tool: str, arguments: bytes) -> Answer:
            raise RuntimeError("password=hunter2")

        path.server.answer = break_down
        status, body, _ = await post(client, path.agent().call(*READ, id="r"))
        error = check_failure(status, body, "INTERNAL_ERROR", 9008)
        assert (status, body["dispatched"], error["request_id"]) == (500, True, "r")
        assert "hunter2" not in json.dumps(body)

    async def test_nothing_unforeseen_before_the_call_is_allowed_either(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        async def break_down() -> None:
            raise RuntimeError("password=hunter2")

        path.audit.meanwhile = break_down
        status, body, _ = await post(client, path.agent().call(*READ))
        check_failure(status, body, "INTERNAL_ERROR", 9008)
        assert body["dispatched"] is False
        assert "hunter2" not in json.dumps(body)
        assert path.server.calls == []


class TestAudit:
    async def test_the_event_and_the_ledgers_change_are_on_the_disk_before_dispatch(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        on_the_disk: list[Any] = []

        async def look() -> None:
            on_the_disk.append((path.audit.lines("event"), path.audit.effects()))

        path.server.before_dispatch = look
        await post(client, path.agent("s-1").call(*READ))
        (((line,), effects),) = on_the_disk
        assert (line["event"], line["tool"], line["session"]) == (
            "ToolCallAuthorized",
            "fs.read",
            "s-1",
        )
        assert effects == 1

    async def test_every_call_that_was_authorized_has_one_outcome(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        agent = path.agent("s-1")
        await post(client, agent.call(*READ, id=1))

        async def fail() -> None:
            raise Refusal("UPSTREAM_FAILED", dispatched=False)

        path.server.before_dispatch = fail
        await post(client, agent.call(*READ, id=2))
        path.server.before_dispatch = None

        async def time_out(tool: str, arguments: bytes) -> Answer:
            raise Refusal("UPSTREAM_TIMEOUT", dispatched=True)

        path.server.answer = time_out
        await post(client, agent.call(*READ, id=3))
        await until(lambda: len(path.audit.lines("outcome")) == 3)
        outcomes = [
            (line["outcome"], line.get("error"), line["dispatched"])
            for line in path.audit.lines("outcome")
        ]
        assert outcomes == [
            ("succeeded", None, True),
            ("failed", "UPSTREAM_FAILED", False),
            ("failed", "UPSTREAM_TIMEOUT", True),
        ]

    async def test_a_call_stopped_before_dispatch_has_an_outcome_too(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        agent = path.agent("s-1")

        async def revoke() -> None:
            path.gate.revoke_session("s-1")

        path.audit.meanwhile = revoke
        await post(client, agent.call(*READ))
        await until(lambda: len(path.audit.lines("outcome")) == 1)
        (line,) = path.audit.lines("outcome")
        assert (line["error"], line["dispatched"]) == ("SESSION_INACTIVE", False)

    async def test_a_denial_is_an_event_and_its_replay_entry_is_kept(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        await post(client, path.agent().call("fs.delete", {}))
        (line,) = path.audit.lines("event")
        assert (line["event"], line["rule"]) == ("PolicyViolationBlocked", "deny.pattern")
        assert path.audit.effects() == 1
        assert path.audit.outcomes == []

    @pytest.mark.parametrize(
        ("header", "kept"),
        [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
            ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", True),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", False),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", False),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
            ("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01", False),
            ('injected"}', False),
        ],
    )
    async def test_the_trace_id_is_the_callers_where_it_is_well_formed(
        self, path: CallPath, client: httpx2.AsyncClient, header: str, kept: bool
    ) -> None:
        headers = {**JSON, "traceparent": header}
        await client.post(INVOKE["B"], content=path.agent().call(*READ), headers=headers)
        trace_id = path.audit.lines("event")[0]["trace_id"]
        assert (trace_id == "0af7651916cd43dd8448eb211c80319c") is kept
        assert len(trace_id) == 32 and int(trace_id, 16) > 0
