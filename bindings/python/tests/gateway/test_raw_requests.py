"""Requests that two readers of HTTP would see differently have one meaning here, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from call_path import CallPath, check_failure, parse, parse_status, raw
from observed_audit import observed_audit

pytestmark = pytest.mark.anyio

ENCODED_TARGETS = [
    *("/v1/smcp/tools%0a", "/v1/smcp%2finvoke", "/%73mcp/v1/attest", "/v1/smcp/tools%00"),
    *("/metrics%0a", "/v1/smcp/%74ools", "/v1//smcp/tools", "/v1/smcp/./tools", "/healthz%3f"),
]
ODD_HEADS = {
    "two lengths, the same": b"content-length: 2\r\ncontent-length: 2\r\n",
    "two lengths, apart in case": b"Content-Length: 2\r\nx: y\r\ncontent-LENGTH: 2\r\n",
    "a list of lengths": b"content-length: 2, 2\r\n",
    "a length with a sign": b"content-length: +2\r\n",
    "no length in the header": b"content-length:\r\n",
    "a folded header": b"content-length: 2\r\nx: y\r\n z\r\n",
    "a header folded with a tab": b"content-length: 2\r\nx: y\r\n\tz\r\n",
    "a bare line feed": b"content-length: 2\nx: y\r\n",
    "a bare carriage return": b"content-length: 2\r\nx: y\rz: 1\r\n",
    "a length and chunks": b"content-length: 2\r\ntransfer-encoding: chunked\r\n",
}
PLAIN_HEADS = {
    "one length": b"content-length: 2\r\n",
    "white space around it": b"Content-Length:  2 \r\n",
    "a header that ends alike": b"x-content-length: 9\r\ncontent-length: 2\r\n",
    "a length in another header": b"x: content-length: 9\r\ncontent-length: 2\r\n",
}

ODD_ENDS = {
    "a bare line feed": b"0\r\n\n",
    "a trailer that ends in one": b"0\r\nx: y\n\n",
    "trailers apart by one": b"0\r\nx: y\nz: 1\r\n\r\n",
    "a folded trailer": b"0\r\nx: y\r\n z\r\n\r\n",
    "a bare carriage return": b"0\r\nx: y\rz: 1\r\n\r\n",
}
PLAIN_ENDS = {"no trailer": b"0\r\n\r\n", "a trailer": b"0\r\nx: y\r\n\r\n"}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[CallPath]:
    async with observed_audit(tmp_path) as audit:
        yield CallPath(audit)


def request(target: str, method: str = "GET") -> bytes:
    return f"{method} {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode()


def posted(headers: bytes) -> bytes:
    start = b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
    return start + b"content-type: application/json\r\n" + headers + b"\r\n{}"


def chunked(end: bytes) -> bytes:
    start = posted(b"transfer-encoding: chunked\r\n")[:-2]
    return start.replace(b"connection: close\r\n", b"") + b"2\r\n{}\r\n" + end


class TestTargets:
    """A route is matched by the bytes of the target, without decoding."""

    @pytest.mark.parametrize("target", ENCODED_TARGETS)
    async def test_an_encoded_target_is_no_route(self, port: int, target: str) -> None:
        status, body = parse(await raw(port, request(target)))
        assert status == 404
        check_failure(status, body, "INVALID_ARGUMENT", 9011)

    async def test_the_same_target_as_it_is_written_is(self, port: int) -> None:
        assert parse_status(await raw(port, request("/v1/smcp/tools"))) == 401

    async def test_a_query_does_not_count(self, port: int) -> None:
        assert parse_status(await raw(port, request("/v1/smcp/tools?a=%0a"))) == 401


class TestHeads:
    """What h11 would mend is refused, since a proxy in front may have read it otherwise."""

    @pytest.mark.parametrize("headers", ODD_HEADS.values(), ids=ODD_HEADS)
    async def test_an_odd_head_is_no_request(self, port: int, headers: bytes) -> None:
        status, body = parse(await raw(port, posted(headers)))
        assert status == 400
        check_failure(status, body, "INVALID_ARGUMENT", 9011)

    @pytest.mark.parametrize("headers", PLAIN_HEADS.values(), ids=PLAIN_HEADS)
    async def test_its_neighbours_are_judged_as_calls(self, port: int, headers: bytes) -> None:
        body = parse(await raw(port, posted(headers)))[1]
        assert body["error"]["name"] == "INVALID_ENVELOPE"

    async def test_an_odd_head_ends_the_connection(self, port: int) -> None:
        answers = await raw(port, posted(ODD_HEADS["two lengths, the same"]) + request("/healthz"))
        assert answers.count(b"HTTP/1.1 ") == 1

    async def test_a_line_feed_in_a_body_is_nothing_odd(self, port: int) -> None:
        body = b'{\n"a":\n1}'
        head = b"content-length: %d\r\n" % len(body)
        answer = await raw(port, posted(head)[:-2] + body)
        assert parse(answer)[1]["error"]["name"] == "INVALID_ENVELOPE"


class TestTrailers:
    """So is what ends a body in chunks: a proxy may believe that it goes on."""

    @pytest.mark.parametrize("end", ODD_ENDS.values(), ids=ODD_ENDS)
    async def test_after_an_odd_end_nothing_is_read(self, port: int, end: bytes) -> None:
        answers = await raw(port, chunked(end) + request("/v1/smcp/tools"))
        assert answers.count(b"HTTP/1.1 ") == 1
        check_failure(*parse(answers), "INVALID_ARGUMENT", 9011)

    @pytest.mark.parametrize("end", PLAIN_ENDS.values(), ids=PLAIN_ENDS)
    async def test_after_a_plain_end_the_next_request_is(self, port: int, end: bytes) -> None:
        answers = await raw(port, chunked(end) + request("/v1/smcp/tools"))
        assert b'"INVALID_ENVELOPE"' in answers
        assert b"HTTP/1.1 401" in answers


class TestHalfClosed:
    """Who has nothing more to send still reads."""

    async def test_a_whole_request_is_answered(self, path: CallPath, port: int) -> None:
        body = path.agent().call("fs.read", {"path": "/etc/passwd"})
        head = b"content-length: %d\r\n" % len(body)
        keep_alive = posted(head)[:-2].replace(b"connection: close\r\n", b"")
        answer = await raw(port, keep_alive + body, half_close=True)
        assert parse_status(answer) == 403
        assert b'"PATH_NOT_ALLOWED"' in answer

    async def test_so_are_requests_that_came_at_once(self, port: int) -> None:
        one = request("/v1/smcp/tools").replace(b"connection: close\r\n", b"")
        assert (await raw(port, one * 3, half_close=True)).count(b"HTTP/1.1 401") == 3

    async def test_half_a_request_is_not(self, port: int) -> None:
        assert await raw(port, request("/v1/smcp/tools")[:-2], half_close=True) == b""
        assert await raw(port, posted(b"content-length: 3\r\n"), half_close=True) == b""
