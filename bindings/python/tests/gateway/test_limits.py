"""What a caller may cost before anything of it was verified, and refusals that are counted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import (
    INVOKE,
    JSON,
    PROTOCOL,
    TOOLS,
    Answer,
    CallPath,
    Monotonic,
    check_failure,
    parse,
    parse_status,
    post,
    raw,
    until,
)
from callgate._generations import Protocol
from callgate.gateway.wire.call_limits import CallLimits
from observed_audit import observed_audit

pytestmark = pytest.mark.anyio
READ = ("fs.read", {"path": "/workspace/a.txt"})
GENERATIONS = pytest.mark.parametrize("generation", INVOKE)


@pytest.fixture
async def path(tmp_path: Path, monotonic: Monotonic) -> AsyncIterator[CallPath]:
    limits = CallLimits(
        body_bytes=2000,
        header_bytes=4096,
        header_seconds=0.2,
        body_seconds=0.2,
        connections=7,
        connections_per_address=6,
        requests=3,
        requests_per_session=2,
    )
    async with observed_audit(tmp_path, monotonic=monotonic) as audit:
        yield CallPath(audit, limits=limits)


@pytest.fixture(params=["in process", "on a port"])
async def client(
    request: pytest.FixtureRequest, path: CallPath
) -> AsyncIterator[httpx2.AsyncClient]:
    async with contextlib.AsyncExitStack() as stack:
        entered = path.in_process() if request.param == "in process" else path.on_a_port()
        yield await stack.enter_async_context(entered)


def check(
    response: httpx2.Response,
    status: int,
    name: str,
    number: int,
    *,
    protocol: Protocol = "smcp/v1",
) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/json"
    assert response.status_code == status
    return check_failure(status, response.json(), name, number, protocol=protocol)


class TestRequestsThatAreNone:
    @pytest.mark.parametrize(
        ("method", "path_", "status", "protocol"),
        [
            ("POST", "/", 404, "smcp/v1"),
            ("POST", "/smcp/v1/tool-call/", 404, "smcp/v1"),
            ("POST", "/v1/seal/invoke/", 404, "seal/v1"),
            ("GET", "/v1/seal/nothing", 404, "seal/v1"),
            ("POST", "/v1/sealed/invoke", 404, "smcp/v1"),
            ("GET", "/v1/smcp/invoke", 405, "smcp/v1"),
            ("PUT", "/v1/seal/invoke", 405, "seal/v1"),
            ("DELETE", "/v1/seal/tools", 405, "seal/v1"),
        ],
    )
    async def test_unknown_paths_and_methods_have_the_error_body(
        self, client: httpx2.AsyncClient, method: str, path_: str, status: int, protocol: Protocol
    ) -> None:
        response = await client.request(method, path_, headers=JSON)
        check(response, status, "INVALID_ARGUMENT", 9011, protocol=protocol)
        assert "location" not in response.headers
        assert ("allow" in response.headers) is (status == 405)

    @GENERATIONS
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"content-type": "text/plain"},
            {"content-type": "application/x-www-form-urlencoded"},
            {"content-type": "application/json; charset=utf-16"},
            {"content-type": "application/jsonp"},
            {**JSON, "content-encoding": "gzip"},
            {**JSON, "content-encoding": "identity, br"},
        ],
    )
    async def test_only_json_that_is_not_compressed_is_read(
        self, path: CallPath, client: httpx2.AsyncClient, generation: str, headers: dict[str, str]
    ) -> None:
        """A36."""
        protocol = PROTOCOL[generation]
        response = await client.post(
            INVOKE[generation], content=path.agent().call(*READ), headers=headers
        )
        check(response, 415, "INVALID_ARGUMENT", 9011, protocol=protocol)
        assert response.json()["dispatched"] is False
        assert path.server.calls == []

    @pytest.mark.parametrize(
        "kind", ["application/json", "Application/JSON; charset=UTF-8", "application/json;"]
    )
    async def test_json_may_say_that_it_is_utf_8(
        self, path: CallPath, client: httpx2.AsyncClient, kind: str
    ) -> None:
        response = await client.post(
            INVOKE["A"], content=path.agent().call(*READ), headers={"content-type": kind}
        )
        assert response.status_code == 200

    async def test_two_content_types_are_none(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        kind = ("content-type", "application/json")
        response = await client.post(
            INVOKE["A"], content=path.agent().call(*READ), headers=[kind, kind]
        )
        check(response, 415, "INVALID_ARGUMENT", 9011)

    @GENERATIONS
    @pytest.mark.parametrize("origin", ["http://localhost:8700", "https://evil.example", "null"])
    async def test_a_page_in_a_browser_is_no_agent_whatever_its_name_was_made_to_mean(
        self, path: CallPath, client: httpx2.AsyncClient, generation: str, origin: str
    ) -> None:
        headers = {**JSON, "origin": origin, "host": "evil.example"}
        envelope = path.agent().call(*READ)
        response = await client.post(INVOKE[generation], content=envelope, headers=headers)
        check(response, 403, "INVALID_ARGUMENT", 9011, protocol=PROTOCOL[generation])
        assert path.server.calls == []


class TestBodies:
    async def test_up_to_the_limit(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(INVOKE["B"], content=b"x" * 2000, headers=JSON)
        check(response, 400, "INVALID_ENVELOPE", 1000)

    @pytest.mark.parametrize("size", [2001, 100_000])
    async def test_beyond_the_limit(self, client: httpx2.AsyncClient, size: int) -> None:
        response = await client.post(INVOKE["C"], content=b"x" * size, headers=JSON)
        check(response, 413, "LIMIT_EXCEEDED", 9007, protocol="seal/v1")
        assert response.json()["dispatched"] is False

    async def test_beyond_the_limit_in_chunks_that_never_end(
        self, client: httpx2.AsyncClient
    ) -> None:
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            while sent < 1_000_000_000:
                sent += 500
                yield b"x" * 500
                await asyncio.sleep(0)

        with contextlib.suppress(httpx2.WriteError, httpx2.ReadError):
            response = await client.post(INVOKE["C"], content=endless(), headers=JSON)
            check(response, 413, "LIMIT_EXCEEDED", 9007, protocol="seal/v1")
        assert sent < 1_000_000_000

    async def test_a_body_in_pieces_is_whole_before_it_is_decided(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        envelope = path.agent().call(*READ)

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(envelope), 100):
                yield envelope[at : at + 100]

        response = await client.post(INVOKE["B"], content=pieces(), headers=JSON)
        assert response.status_code == 200


class TestRequestsUnderWay:
    @pytest.fixture
    def release(self, path: CallPath) -> asyncio.Event:
        """Until it is set, tools do not answer."""
        released = asyncio.Event()

        async def wait(tool: str, arguments: bytes) -> Answer:
            await released.wait()
            return Answer(b"{}")

        path.server.answer = wait
        return released

    async def test_more_than_the_bound_are_told_to_come_back(
        self, path: CallPath, client: httpx2.AsyncClient, release: asyncio.Event
    ) -> None:
        agents = [path.agent(id) for id in ("s-1", "s-2", "s-3", "s-4")]
        calls = [asyncio.create_task(post(client, agent.call(*READ))) for agent in agents[:3]]
        await until(lambda: len(path.server.calls) == 3)
        status, body, headers = await post(client, agents[3].call(*READ, id=1))
        error = check_failure(status, body, "LIMIT_EXCEEDED", 9007)
        assert (status, headers["retry-after"], error["dispatched"]) == (429, "1", False)
        bearer = {"authorization": f"Bearer {agents[3].token}"}
        assert (await client.get(TOOLS["B"], headers=bearer)).status_code == 200
        release.set()
        assert [status for status, _, _ in await asyncio.gather(*calls)] == [200, 200, 200]
        status, _, _ = await post(client, agents[3].call(*READ, id=2))
        assert status == 200

    async def test_whoever_drips_bodies_takes_no_room(self, path: CallPath) -> None:
        waiting, go_on = 0, asyncio.Event()

        async def drip() -> AsyncIterator[bytes]:
            nonlocal waiting
            yield b"{"
            waiting += 1
            await go_on.wait()
            yield b"}"

        async with path.in_process() as client:
            drips = [
                asyncio.create_task(client.post(INVOKE["B"], content=drip(), headers=JSON))
                for _ in range(3)
            ]
            await until(lambda: waiting == 3)
            status, _, _ = await post(client, path.agent("s-1").call(*READ))
            assert status == 200
            go_on.set()
            assert [drip.status_code for drip in await asyncio.gather(*drips)] == [400] * 3

    async def test_one_session_cannot_take_all_the_room(
        self, path: CallPath, client: httpx2.AsyncClient, release: asyncio.Event
    ) -> None:
        agent, other = path.agent("s-1"), path.agent("s-2")
        calls = [asyncio.create_task(post(client, agent.call(*READ, id=id))) for id in (1, 2)]
        await until(lambda: len(path.server.calls) == 2)
        status, body, headers = await post(client, agent.call(*READ, id=3))
        error = check_failure(status, body, "LIMIT_EXCEEDED", 9007)
        assert (status, headers["retry-after"]) == (429, "1")
        assert (error["dispatched"], error["request_id"]) == (False, 3)
        calls.append(asyncio.create_task(post(client, other.call(*READ))))
        await until(lambda: len(path.server.calls) == 3)
        release.set()
        assert [status for status, _, _ in await asyncio.gather(*calls)] == [200, 200, 200]
        status, _, _ = await post(client, agent.call(*READ, id=4))
        assert status == 200
        await until(lambda: len(path.audit.lines("outcome")) == 5)
        assert path.audit.lines("outcome")[0]["error"] == "LIMIT_EXCEEDED"


async def asking(port: int, envelope: bytes, *, room: int = 4096) -> socket.socket:
    """A connection that has sent a call and has ``room`` for bytes of its answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, ("127.0.0.1", port))
    head = b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    length = b"content-length: %d\r\n\r\n" % len(envelope)
    await loop.sock_sendall(connection, head + length + envelope)
    return connection


class TestConnections:
    @pytest.mark.parametrize(
        "request_",
        [
            b"nonsense\r\n\r\n",
            b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n"
            b"content-length: 2\r\n\r\nab",
            b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
            b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 5000,
            b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n"
            b"transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        ],
        ids=[
            *("no HTTP", "two lengths", "a negative length", "headers over the limit"),
            "a length and chunks",
        ],
    )
    async def test_malformed_http_is_answered_with_the_error_body(
        self, port: int, request_: bytes
    ) -> None:
        """A36."""
        status, body = parse(await raw(port, request_))
        assert status == 400
        check_failure(status, body, "INVALID_ARGUMENT", 9011)

    async def test_headers_that_do_not_come_in_time(self, path: CallPath, port: int) -> None:
        status, body = parse(await raw(port, b"POST /v1/smcp/invoke HTTP/1.1\r\nhost:"))
        assert status == 408
        check_failure(status, body, "LIMIT_EXCEEDED", 9007)

    async def test_a_connection_that_says_nothing_is_ended(self, port: int) -> None:
        status, _ = parse(await raw(port))
        assert status == 408

    async def test_a_body_that_does_not_come_in_time(self, path: CallPath, port: int) -> None:
        head = b"POST /v1/seal/invoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
        status, body = parse(await raw(port, head + b"content-length: 100\r\n\r\n{"))
        assert status == 408
        check_failure(status, body, "LIMIT_EXCEEDED", 9007, protocol="seal/v1")
        assert path.server.calls == []

    async def test_a_body_that_drips_gets_no_more_time(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
            b"content-length: 100000\r\n\r\n"
        )

        async def drip() -> None:
            while not reader.at_eof():
                writer.write(b"x")
                await asyncio.sleep(0.01)

        dripping = asyncio.create_task(drip())
        try:
            status, _ = parse(await asyncio.wait_for(reader.read(), 5))
            assert status == 408
        finally:
            dripping.cancel()
            writer.close()

    async def test_a_call_may_take_longer_than_its_request_did(
        self, path: CallPath, port: int
    ) -> None:
        async def answer(tool: str, arguments: bytes) -> Answer:
            await asyncio.sleep(0.5)
            return Answer(b"{}")

        path.server.answer = answer
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            status, _, _ = await post(client, path.agent().call(*READ))
        assert status == 200

    async def test_an_answer_that_nobody_reads_is_not_kept(self, path: CallPath, port: int) -> None:
        path.server.answer = Answer(b'{"text":"%b"}' % (b"x" * (8 << 20)))
        agent = path.agent()
        unread = [await asking(port, agent.call(*READ, id=id)) for id in range(6)]
        try:
            give_up = asyncio.get_running_loop().time() + 10
            while parse_status(await raw(port, b"nonsense\r\n\r\n")) == 429:
                assert asyncio.get_running_loop().time() < give_up
                await asyncio.sleep(0.05)
        finally:
            for connection in unread:
                connection.close()

    async def test_an_answer_that_is_read_slowly_comes_whole(
        self, path: CallPath, port: int
    ) -> None:
        path.server.answer = Answer(b'{"text":"%b"}' % (b"x" * (8 << 20)))
        with await asking(port, path.agent().call(*READ), room=256 << 10) as connection:
            loop = asyncio.get_running_loop()
            size = 0
            while part := await loop.sock_recv(connection, 128 << 10):
                size += len(part)
                if size > 8 << 20:
                    break
                await asyncio.sleep(0.02)
        assert size > 8 << 20

    async def test_no_more_connections_from_one_address_than_its_bound(
        self, path: CallPath, port: int
    ) -> None:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
        # The server took them in the order in which they came.
        status, body = parse(await raw(port))
        error = check_failure(status, body, "LIMIT_EXCEEDED", 9007)
        assert (status, error["retry_after"]) == (429, 1)
        for reader, writer in idle:
            await asyncio.wait_for(reader.read(), 5)  # their own time is over
            writer.close()
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            status, _, _ = await post(client, path.agent().call(*READ))
        assert status == 200


class TestRefusalsThatAreCounted:
    async def test_after_ten_in_a_second_a_session_is_told_to_come_back(
        self, path: CallPath, client: httpx2.AsyncClient, monotonic: Monotonic
    ) -> None:
        agent, other = path.agent("s-1"), path.agent("s-2")
        for id in range(10):
            status, body, _ = await post(client, agent.call("fs.delete", {}, id=id))
            check_failure(status, body, "TOOL_EXPLICITLY_DENIED", 2001)
        status, body, headers = await post(client, agent.call("fs.delete", {}, id=10))
        check_failure(status, body, "LIMIT_EXCEEDED", 9007)
        assert (status, headers["retry-after"], body["dispatched"]) == (429, "1", False)
        assert len(path.audit.lines("event")) == 10
        # What the refusal left in the ledger is durable although it has no line.
        assert path.audit.effects() == 11
        # Other sessions, and calls of this one that are allowed, are not touched.
        status, _, _ = await post(client, other.call("fs.delete", {}))
        assert status == 403
        status, _, _ = await post(client, agent.call(*READ, id=11))
        assert status == 200
        monotonic.now += 1
        status, _, _ = await post(client, agent.call("fs.delete", {}, id=12))
        assert status == 403

    async def test_a_replay_over_the_rate_is_refused_as_well(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        envelope = path.agent().call(*READ)
        assert (await post(client, envelope))[0] == 200
        statuses = [(await post(client, envelope))[0] for _ in range(12)]
        assert statuses == [401] * 10 + [429] * 2
        assert len(path.server.calls) == 1

    async def test_before_a_verified_token_one_event_a_second_and_cause_is_written(
        self, path: CallPath, client: httpx2.AsyncClient, monotonic: Monotonic
    ) -> None:
        for _ in range(20):
            status, body, _ = await post(client, b"{}")
            check_failure(status, body, "INVALID_ENVELOPE", 1000)
        await until(lambda: len(path.audit.lines("event")) == 1)
        monotonic.now += 1
        await post(client, b"{}")
        await until(lambda: len(path.audit.lines("event")) == 2)

    async def test_refusals_of_nobody_never_stop_calls(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        path.audit.failing = True
        status, body, _ = await post(client, b"{}")
        check_failure(status, body, "INVALID_ENVELOPE", 1000)
