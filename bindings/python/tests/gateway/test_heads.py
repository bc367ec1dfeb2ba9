"""The head of a request is bounded, however it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from call_path import CallPath, check_failure, parse, parse_status, raw
from callgate.gateway.http.protocol import operator_protocol
from callgate.gateway.wire.call_limits import CallLimits
from observed_audit import observed_audit
from starlette.applications import Starlette

pytestmark = pytest.mark.anyio


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[CallPath]:
    async with observed_audit(tmp_path) as audit:
        limits = CallLimits(body_bytes=2000, header_bytes=4096, body_seconds=0.2)
        yield CallPath(audit, limits=limits)


def head_of(size: int, method: bytes = b"GET") -> bytes:
    """The first line and headers of a request that nothing answers but 404."""
    start = method + b" /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: "
    return start + b"y" * (size - len(start) - 4) + b"\r\n\r\n"


class TestHeads:
    """Of 4096 bytes and 100 headers, however they come."""

    @pytest.mark.parametrize(
        ("head", "status"),
        [
            (head_of(4096), 404),
            (head_of(4097), 400),
            (head_of(100_000), 400),
            (b"GET /" + b"y" * 5000 + b" HTTP/1.1\r\nhost: a\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nhost: a\r\nx:" + b" " * 5000 + b"y\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 20_000 + b"\r\n", 400),
            (b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 100 + b"\r\n", 400),
            (
                b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + b"x: y\r\n" * 98 + b"\r\n",
                404,
            ),
        ],
        ids=[
            *("as long as may be", "a byte longer", "one long header", "a long target", "spaces"),
            *("many headers", "a header too many", "as many headers as may be"),
        ],
    )
    async def test_are_bounded_in_one_read(
        self, path: CallPath, port: int, head: bytes, status: int
    ) -> None:
        answered, body = parse(await raw(port, head))
        assert answered == status
        check_failure(status, body, "INVALID_ARGUMENT", 9011)
        cause = "malformed_http" if status == 400 else "path"
        assert path.counts.refusals == [("agents", cause)]

    @pytest.mark.parametrize(("size", "status"), [(4096, 404), (4097, 400)])
    async def test_are_bounded_over_many_reads(self, port: int, size: int, status: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = head_of(size)
        for part in (head[:2000], head[2000:4000], head[4000:]):
            writer.write(part)
            await asyncio.sleep(0.02)
        assert parse(await asyncio.wait_for(reader.read(), 5))[0] == status
        writer.close()

    async def test_are_bounded_each_where_requests_come_at_once(self, port: int) -> None:
        small = b"GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n"
        answers = await raw(port, small * 200 + head_of(4096))
        assert answers.count(b"HTTP/1.1 404") == 201
        answers = await raw(port, small * 200 + head_of(4097))
        assert (answers.count(b"HTTP/1.1 404"), answers.count(b"HTTP/1.1 400")) == (200, 1)

    async def test_do_not_count_what_follows(self, path: CallPath, port: int) -> None:
        head = b"POST /v1/seal/invoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
        length = b"connection: close\r\ncontent-length: 100000\r\n\r\n"
        assert parse_status(await raw(port, head + length + b"x" * 100_000)) == 413

    async def test_are_bounded_for_operators(self) -> None:
        told: list[str] = []

        def refused(bound: str, code_name: str, peer: str, trace_id: str | None = None) -> None:
            told.append(bound)

        config = uvicorn.Config(Starlette(), ws="none", lifespan="off", log_config=None)
        config.load()
        protocol = operator_protocol(refused)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: protocol(
                config=config, server_state=uvicorn.Server(config).server_state, app_state={}
            ),
            "127.0.0.1",
            0,
        )
        async with server:
            port = server.sockets[0].getsockname()[1]
            assert parse_status(await raw(port, head_of(32 << 10))) == 404
            assert parse(await raw(port, head_of((32 << 10) + 1)))[0] == 400
        assert told == ["malformed_http"]

    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (head_of(5000, b"HEAD"), 400),
            (b"HEAD / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab", 404),
        ],
    )
    async def test_of_a_method_whose_answers_have_no_body(
        self, port: int, request_: bytes, status: int
    ) -> None:
        answer = await raw(port, request_)
        assert parse_status(answer) == status
        assert answer.endswith(b"\r\n\r\n")
