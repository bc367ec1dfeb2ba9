"""Results of real tool servers, through to a client that reads bytes: what passes and what not."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import INVOKE, JSON, CallPath, check_failure, until
from observed_audit import observed_audit
from upstream_servers import hostile, hostile_http, running

pytestmark = pytest.mark.anyio
POLICY = """
name: research
capabilities:
  - tool_pattern: bad.do
"""
HEAD, TAIL = '{"jsonrpc":"2.0","id":ID,"result":', "}"
MIB = 1024 * 1024
# How the server's message reaches the gateway.
TRANSPORTS = ["stdio", "application/json", "text/event-stream"]
Parts = list[tuple[str, int]]


def text_of(parts: Parts) -> bytes:
    return "".join(part * times for part, times in parts).encode()


@dataclass
class Behind:
    """A gateway in front of a server that answers with what it is told to build."""

    path: CallPath
    client: httpx2.AsyncClient
    kind: str

    @property
    def unreadable(self) -> str:
        """The cause of a message that cannot be read: a stream may hold another."""
        return "no_response" if self.kind == "text/event-stream" else "invalid_response"

    async def answer_to(self, parts: Parts, encoding: str = "utf-8") -> httpx2.Response:
        arguments = {"do": "built", "parts": parts, "kind": self.kind, "encoding": encoding}
        call = self.path.agent().call("bad.do", arguments)
        return await self.client.post(INVOKE["B"], content=call, headers=JSON, timeout=30)

    async def result_of(self, parts: Parts) -> bytes:
        """The result as the client got it; the digest in the trail is the same bytes'."""
        response = await self.answer_to([(HEAD, 1), *parts, (TAIL, 1)])
        assert response.status_code == 200, response.content[:300]
        head, tail = b'{"payload":{"jsonrpc":"2.0","id":1,"result":', b"}}"
        assert response.content.startswith(head) and response.content.endswith(tail)
        result = response.content[len(head) : -len(tail)]
        await until(lambda: len(self.path.audit.lines("outcome")) == 1)
        outcome = self.path.audit.lines("outcome")[0]
        assert outcome["result"] == hashlib.sha256(result).hexdigest()
        return result

    async def refusal_of(self, parts: Parts, encoding: str = "utf-8") -> tuple[str, str | None]:
        """The code and the cause. The tool ran, and the answer says so."""
        response = await self.answer_to(parts, encoding)
        body: dict[str, Any] = response.json()
        name = body["error"]["name"]
        numbers = {"UPSTREAM_FAILED": 9006, "OUTPUT_SIZE_EXCEEDED": 2006, "UPSTREAM_TIMEOUT": 9005}
        error = check_failure(response.status_code, body, name, numbers[name])
        assert body["dispatched"] is True
        return name, error["details"].get("cause")


@pytest.fixture(params=TRANSPORTS)
async def behind(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Behind]:
    kind: str = request.param
    async with contextlib.AsyncExitStack() as stack:
        audit = await stack.enter_async_context(observed_audit(tmp_path))
        server: Any = hostile()
        if kind != "stdio":
            server = await stack.enter_async_context(hostile_http())
        upstreams = await stack.enter_async_context(running(server))
        path = CallPath(audit, upstreams=upstreams, policy=POLICY)
        client = await stack.enter_async_context(path.on_a_port())
        yield Behind(path, client, kind)


@pytest.mark.parametrize(
    "parts",
    [
        [('{"n":[0', 1), (",0", 69_999), ("]}", 1)],
        [('{"text":"\\ud83d"}', 1)],
        [('{"n":', 1), ("[", 100), ("]", 100), ("}", 1)],
        [('{"a":1,"a":2,"b":{"c":[],"c":{}}}', 1)],
        [('{"n":[1e999,-0.0,12345678901234567890.10]}', 1)],
        [('{"text":"é\u2028\\n\\/"}', 1)],
        [('{"n":', 1), ("[", 1_000_000), ("]", 1_000_000), ("}", 1)],
        [('{"t":"', 1), ("x", 8 * MIB - 8), ('"}', 1)],
        [('{"t":"', 1), ("\\u0041", 8 * MIB - 8), ('"}', 1)],
    ],
    ids=[
        "70,000 elements",
        "half a surrogate pair",
        "100 levels",
        "a key twice",
        "numbers",
        "escapes and separators",
        "a million levels",
        "8 MiB",
        "8 MiB in escapes",
    ],
)
async def test_a_result_passes_as_it_was_written(behind: Behind, parts: Parts) -> None:
    assert await behind.result_of(parts) == text_of(parts)


async def test_white_space_outside_strings_is_all_that_goes(behind: Behind) -> None:
    written = '{ "b" : [ 1.0 ,\t{ } ] ,  "a":" \\n " }'
    assert await behind.result_of([(written, 1)]) == b'{"b":[1.0,{}],"a":" \\n "}'


@pytest.mark.parametrize(
    "result",
    [
        [("{", 1), ('"a":', 1), ("[", 1), ("}", 1)],
        [("{}", 1), ("}", 1), ("x", 1)],
        [('{"t":"\x01"}', 1)],
        [('{"n":NaN}', 1)],
        [('{"n":01}', 1)],
        [('{"t":"\\x"}', 1)],
        [('{"n":', 1), ("[", 1_000_000)],
        [('{"n":', 1), ("[", 1_000_000), ("}", 1_000_000)],
        [('{},"result":{}', 1)],
        [('{},"r\\u0065sult":{}', 1)],
    ],
    ids=[
        "unbalanced",
        "trailing garbage",
        "a control character",
        "NaN",
        "a leading zero",
        "no escape",
        "a million brackets",
        "a million wrong ones",
        "two results",
        "two results, one disguised",
    ],
)
async def test_what_is_no_message_is_refused_at_once(behind: Behind, result: Parts) -> None:
    found = await behind.refusal_of([(HEAD, 1), *result, (TAIL, 1)])
    assert found == ("UPSTREAM_FAILED", behind.unreadable)


async def test_a_result_that_is_no_utf8_is_refused(behind: Behind) -> None:
    parts = [(HEAD, 1), ('{"t":"\xff"}', 1), (TAIL, 1)]
    assert await behind.refusal_of(parts, "latin-1") == ("UPSTREAM_FAILED", behind.unreadable)


@pytest.mark.parametrize(
    "result", ["[]", "null", '{},"error":{"code":-1,"message":"no"}', '{},"jsonrpc":"1.0"']
)
async def test_a_message_that_is_no_response_is_refused_at_once(
    behind: Behind, result: str
) -> None:
    head = '{"id":ID,"result":' if "jsonrpc" in result else HEAD
    found = await behind.refusal_of([(head, 1), (result, 1), (TAIL, 1)])
    assert found == ("UPSTREAM_FAILED", "invalid_response")


@pytest.mark.parametrize(
    "result",
    [
        [('{"t":"', 1), ("x", 8 * MIB - 7), ('"}', 1)],
        [("{", 1), ('"a":1,', 8 * MIB // 6), ('"b":22222}', 1)],
        [('{"n":', 1), ("[", 4 * MIB), ("]", 4 * MIB), ("}", 1)],
        [('{"t":"', 1), ("\\ud83d", 8 * MIB // 6), ('"}', 1)],
    ],
    ids=["text", "members", "levels", "halves of pairs"],
)
async def test_one_byte_over_8_mib_is_refused(behind: Behind, result: Parts) -> None:
    found = await behind.refusal_of([(HEAD, 1), *result, (TAIL, 1)])
    assert found == ("OUTPUT_SIZE_EXCEEDED", None)


async def test_an_answer_with_two_ids_is_nobodys(tmp_path: Path) -> None:
    two = '{"jsonrpc":"2.0","id":ID,"\\u0069d":ID,"result":{}}'
    async with observed_audit(tmp_path) as audit, hostile_http() as server:
        async with running(server) as upstreams:
            path = CallPath(audit, upstreams=upstreams, policy=POLICY)
            async with path.on_a_port() as client:
                over_http = Behind(path, client, "application/json")
                found = await over_http.refusal_of([(two, 1)])
                assert found == ("UPSTREAM_FAILED", "invalid_response")
        async with running(hostile(timeout=0.5)) as upstreams:
            path = CallPath(audit, upstreams=upstreams, policy=POLICY)
            async with path.on_a_port() as client:
                # Whose line it is cannot be known: the call waits for another.
                over_stdio = Behind(path, client, "stdio")
                assert await over_stdio.refusal_of([(two, 1)]) == ("UPSTREAM_TIMEOUT", None)


async def test_a_line_break_in_a_result_does_not_make_a_second_message(tmp_path: Path) -> None:
    forged = '{"jsonrpc":"2.0","id":ID,"result":{"forged":true}}'
    async with observed_audit(tmp_path) as audit, running(hostile()) as upstreams:
        path = CallPath(audit, upstreams=upstreams, policy=POLICY)
        async with path.on_a_port() as client:
            behind = Behind(path, client, "stdio")
            cut = [(HEAD, 1), ('{"t":"', 1), ("\n", 1), (forged, 1), ("\n", 1), ('"}}', 1)]
            assert await behind.refusal_of(cut) == ("UPSTREAM_FAILED", "invalid_response")
