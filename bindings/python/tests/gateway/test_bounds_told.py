"""What the bounds of HTTP refuse is counted, by its cause, is in the audit, and stops nobody."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from call_path import INVOKE, JSON, TOOLS, Answer, CallPath, Monotonic, post, raw, until
from callgate.gateway.http.refused import agents_refused
from callgate.gateway.wire.call_limits import CallLimits
from callgate.serving.bounded_accept import MARGIN, BoundedAccept
from observed_audit import observed_audit

pytestmark = pytest.mark.anyio
READ = ("fs.read", {"path": "/workspace/a.txt"})
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"
POST = (
    b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    b"traceparent: " + TRACEPARENT.encode() + b"\r\n"
)


@pytest.fixture
async def path(tmp_path: Path, monotonic: Monotonic) -> AsyncIterator[CallPath]:
    limits = CallLimits(
        body_bytes=2000,
        header_bytes=4096,
        header_seconds=0.3,
        body_seconds=0.3,
        connections=4,
        connections_per_address=3,
        requests=1,
    )
    async with observed_audit(tmp_path, monotonic=monotonic) as audit:
        yield CallPath(audit, limits=limits)


async def refused_once(path: CallPath, cause: str, code_name: str) -> dict[str, Any]:
    """The one event of a cause, which was counted once; nothing else was refused."""
    await until(lambda: len(path.audit.lines("event")) == 1)
    assert path.counts.refusals == [("agents", cause)]
    assert path.audit.sampler.summary() == {"causes": {f"http {cause}": 1}, "causes_total": 1}
    (event,) = path.audit.lines("event")
    assert (event["event"], event["allowed"]) == ("PolicyViolationBlocked", False)
    assert (event["cause"], event["code_name"]) == (cause, code_name)
    assert event["peer"] in ("127.0.0.1", "unknown")
    assert isinstance(event, dict)
    return event


class Held(asyncio.Protocol):
    """Connections that say nothing and are told nothing."""

    open = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.open += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.open -= 1


class TestARequest:
    @pytest.mark.parametrize(
        ("cause", "code_name", "method", "headers", "content"),
        [
            ("body_size", "LIMIT_EXCEEDED", "POST", JSON, b"x" * 2001),
            ("content_type", "INVALID_ARGUMENT", "POST", {"content-type": "text/plain"}, b"{}"),
            (
                "content_encoding",
                "INVALID_ARGUMENT",
                "POST",
                {**JSON, "content-encoding": "gzip"},
                b"{}",
            ),
            ("origin", "INVALID_ARGUMENT", "POST", {**JSON, "origin": "null"}, b"{}"),
            ("method", "INVALID_ARGUMENT", "GET", {}, b""),
        ],
    )
    async def test_that_is_over_a_bound_is_counted_and_in_the_trail_with_its_trace_id(
        self,
        path: CallPath,
        cause: str,
        code_name: str,
        method: str,
        headers: dict[str, str],
        content: bytes,
    ) -> None:
        async with path.on_a_port() as client:
            given = {**headers, "traceparent": TRACEPARENT}
            response = await client.request(method, INVOKE["A"], headers=given, content=content)
        assert response.status_code >= 400
        event = await refused_once(path, cause, code_name)
        assert (event["peer"], event["trace_id"]) == ("127.0.0.1", TRACE)

    async def test_of_another_method_is_told_at_every_path_of_agents(self, path: CallPath) -> None:
        async with path.in_process() as client:
            response = await client.delete(TOOLS["C"])
        assert response.status_code == 405
        await refused_once(path, "method", "INVALID_ARGUMENT")

    async def test_that_is_one_too_many_under_way(self, path: CallPath) -> None:
        release = asyncio.Event()

        async def wait(tool: str, arguments: bytes) -> Answer:
            await release.wait()
            return Answer(b"{}")

        path.server.answer = wait
        async with path.in_process() as client:
            first = asyncio.create_task(post(client, path.agent("s-1").call(*READ)))
            await until(lambda: len(path.server.calls) == 1)
            status, _, _ = await post(client, path.agent("s-2").call(*READ))
            assert status == 429
            release.set()
            assert (await first)[0] == 200
        assert path.counts.refusals == [("agents", "requests")]
        await until(lambda: len(path.audit.lines("event")) == 2)
        assert path.audit.lines("event")[1]["cause"] == "requests"

    @pytest.mark.parametrize(
        ("method", "where", "kind", "status"),
        [
            ("GET", "/.env", "application/json", 404),
            ("POST", "/v1/smcp/invoke/", "application/json", 404),
            ("POST", "/login.php", "application/x-www-form-urlencoded", 415),
        ],
    )
    async def test_that_names_no_operation_is_counted_and_not_in_the_trail(
        self, path: CallPath, method: str, where: str, kind: str, status: int
    ) -> None:
        async with path.in_process() as client:
            response = await client.request(method, where, headers={"content-type": kind})
        assert response.status_code == status
        assert path.counts.refusals == [("agents", "path")]
        assert path.audit.sampler.summary() is None

    async def test_that_is_allowed_or_denied_by_policy_is_told_nobody(self, path: CallPath) -> None:
        async with path.on_a_port() as client:
            agent = path.agent()
            assert (await post(client, agent.call(*READ)))[0] == 200
            assert (await post(client, agent.call("fs.delete", {}, id=2)))[0] == 403
        assert path.counts.refusals == []


class TestAConnection:
    @pytest.mark.parametrize(
        ("cause", "code_name", "sent", "status", "trace_id"),
        [
            ("slow_request", "LIMIT_EXCEEDED", b"", b"408", None),
            ("slow_request", "LIMIT_EXCEEDED", POST, b"408", None),
            (
                "slow_request",
                "LIMIT_EXCEEDED",
                POST + b"content-length: 9\r\n\r\n{",
                b"408",
                TRACE,
            ),
            ("malformed_http", "INVALID_ARGUMENT", b"nonsense\r\n\r\n", b"400", None),
            ("malformed_http", "INVALID_ARGUMENT", POST + b"x: " + b"y" * 5000, b"400", None),
        ],
        ids=["nothing sent", "headers", "body", "no HTTP", "headers over the limit"],
    )
    async def test_whose_request_is_slow_or_malformed_is_counted_and_in_the_trail(
        self,
        path: CallPath,
        cause: str,
        code_name: str,
        sent: bytes,
        status: bytes,
        trace_id: str | None,
    ) -> None:
        async with path.listening() as port:
            assert (await raw(port, sent)).split()[1] == status
        event = await refused_once(path, cause, code_name)
        assert event.get("trace_id") == trace_id

    async def test_that_ends_after_an_answer_has_not_the_trace_id_of_that(
        self, path: CallPath
    ) -> None:
        envelope = path.agent().call(*READ)
        async with path.listening() as port:
            call = POST + b"content-length: %d\r\n\r\n%b" % (len(envelope), envelope)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(call)
            assert (await reader.readline()).split()[1] == b"200"
            await until(lambda: len(path.audit.lines("outcome")) == 1)
            writer.write(b"nonsense\r\n\r\n")
            assert b"HTTP/1.1 400" in await asyncio.wait_for(reader.read(), 5)
            writer.close()
        await until(lambda: len(path.audit.lines("event")) == 2)
        call_event, refusal = path.audit.lines("event")
        assert call_event["trace_id"] == TRACE
        assert refusal["cause"] == "malformed_http" and "trace_id" not in refusal

    @pytest.mark.parametrize(
        ("cause", "limits"),
        [
            ("connections_of_address", CallLimits(connections_per_address=1)),
            ("connections", CallLimits(connections=1)),
        ],
    )
    async def test_that_is_one_too_many(
        self, tmp_path: Path, cause: str, limits: CallLimits
    ) -> None:
        async with observed_audit(tmp_path) as audit:
            path = CallPath(audit, limits=limits)
            async with path.listening() as port:
                _, idle = await asyncio.open_connection("127.0.0.1", port)
                assert (await raw(port)).split()[1] == b"429"
                await refused_once(path, cause, "LIMIT_EXCEEDED")
                idle.close()

    async def test_that_is_closed_at_accept_with_no_answer(self, path: CallPath) -> None:
        loop, held = asyncio.get_running_loop(), Held()
        with BoundedAccept(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.limit(1, 1, refused=agents_refused(path.services))
            port = listener.getsockname()[1]
            async with await loop.create_server(lambda: held, sock=listener):
                with contextlib.ExitStack() as stack:
                    for _ in range(1 + MARGIN):
                        stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                    await until(lambda: held.open == 1 + MARGIN)
                    assert path.counts.refusals == []
                    assert await raw(port) == b""
                    await refused_once(path, "connections_closed", "LIMIT_EXCEEDED")
                await until(lambda: held.open == 0)


class TestAFlood:
    async def test_writes_one_event_a_second_of_each_cause_and_calls_go_on(
        self, path: CallPath, monotonic: Monotonic
    ) -> None:
        agent, ids = path.agent(), itertools.count(1)

        async def flood(client: Any, port: int) -> None:
            for _ in range(30):
                assert (await client.post(INVOKE["B"], content=b"{}")).status_code == 415
                assert (await raw(port, b"nonsense\r\n\r\n")).split()[1] == b"400"
            assert (await post(client, agent.call(*READ, id=next(ids))))[0] == 200

        def written() -> list[str]:
            return [event.get("cause", "") for event in path.audit.lines("event")]

        async with path.on_a_port() as client:
            port = client.base_url.port
            assert port is not None
            await flood(client, port)
            await until(lambda: len(written()) == 3)
            assert sorted(written()) == ["", "content_type", "malformed_http"]
            monotonic.now += 1
            await flood(client, port)
            await until(lambda: len(written()) == 6)
        causes = {"http content_type": 60, "http malformed_http": 60}
        assert path.audit.sampler.summary() == {"causes": causes, "causes_total": 120}
        assert len(path.counts.refusals) == 120

    async def test_uses_up_nothing_of_what_the_trail_has_for_calls(
        self, path: CallPath, monotonic: Monotonic
    ) -> None:
        while path.audit.sampler.refused_unverified("http body_size", share="bounds"):
            monotonic.now += 1
        async with path.on_a_port() as client:
            port = client.base_url.port
            assert port is not None
            assert (await raw(port, b"nonsense\r\n\r\n")).split()[1] == b"400"
            assert (await post(client, b"{}"))[0] == 400
            await until(lambda: len(path.audit.lines("event")) == 1)
        assert path.audit.lines("event")[0]["code_name"] == "INVALID_ENVELOPE"
        assert path.counts.refusals == [("agents", "malformed_http")]
