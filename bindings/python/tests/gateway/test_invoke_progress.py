"""Progress of a call under way, told in lines before its answer, to callers that take lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import INVOKE, JSON, Answer, CallPath, check_failure, raw, until
from callgate.gateway.calls.progress import MAX_LINE, PER_SECOND
from callgate.gateway.wire.refusal import Refusal
from observed_audit import observed_audit

pytestmark = pytest.mark.anyio
READ = ("fs.read", {"path": "/workspace/a.txt"})
LINES = "application/x-ndjson"
BOTH = f"application/json, {LINES}"
DONE = Answer(b'{"done":1}')
ANSWER = b'{"payload":{"jsonrpc":"2.0","id":1,"result":{"done":1}}}'


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


def telling(path: CallPath, *values: bytes, then: Answer | Exception = DONE) -> None:
    """A tool that tells these and then ends so. It lets the loop turn after each."""

    async def answer(tool: str, arguments: bytes) -> Answer:
        for value in values:
            tell(path)(value)
            await asyncio.sleep(0)
        if isinstance(then, Exception):
            raise then
        return then

    path.server.answer = answer


def tell(path: CallPath) -> Callable[[bytes], None]:
    """What the call under way tells its progress with."""
    assert path.server.on_progress is not None, "it was asked for"
    return path.server.on_progress


async def posted(
    client: httpx2.AsyncClient, call: bytes, accept: str | None = BOTH, generation: str = "B"
) -> httpx2.Response:
    headers = JSON if accept is None else {**JSON, "accept": accept}
    if accept is None:
        client.headers.pop("accept", None)
    return await client.post(INVOKE[generation], content=call, headers=headers)


def lines_of(response: httpx2.Response) -> list[bytes]:
    assert response.headers["content-type"] == LINES
    assert response.content.endswith(b"\n")
    return response.content[:-1].split(b"\n")


@pytest.mark.parametrize("generation", INVOKE)
async def test_lines_of_progress_come_before_the_answer(
    path: CallPath, client: httpx2.AsyncClient, generation: str
) -> None:
    telling(path, b'{"progress":1,"total":3,"message":"one"}', b'{"progress":2.50}')
    response = await posted(client, path.agent().call(*READ), generation=generation)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert lines_of(response) == [
        b'{"progress":{"progress":1,"total":3,"message":"one"}}',
        b'{"progress":{"progress":2.50}}',
        ANSWER,
    ]


@pytest.mark.parametrize(
    "accept",
    [
        *(None, "*/*", "application/*", "application/json", "", f"{LINES}x", f"x{LINES}"),
        *(f"{LINES};q=0", f"{LINES} ; Q=0.000", f"text/plain;x={LINES}"),
    ],
)
async def test_who_does_not_name_the_type_gets_one_body(
    path: CallPath, client: httpx2.AsyncClient, accept: str | None
) -> None:
    path.server.answer = DONE
    response = await posted(client, path.agent().call(*READ), accept)
    assert path.server.on_progress is None, "the server is not asked for progress either"
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-length"] == str(len(ANSWER))
    assert response.content == ANSWER


@pytest.mark.parametrize(
    "accept", [LINES, f"{LINES};q=0.1", f"*/*;q=0,{LINES.upper()}", f"text/html , {LINES} ;q=1.0"]
)
async def test_who_names_the_type_gets_lines(
    path: CallPath, client: httpx2.AsyncClient, accept: str
) -> None:
    telling(path, b'{"progress":1}')
    response = await posted(client, path.agent().call(*READ), accept)
    assert lines_of(response) == [b'{"progress":{"progress":1}}', ANSWER]


async def test_without_progress_the_answer_is_as_ever(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    path.server.answer = DONE
    response = await posted(client, path.agent().call(*READ))
    assert response.headers["content-type"] == "application/json"
    assert response.content == ANSWER
    denied = await posted(client, path.agent("s-2").call("fs.delete", {}))
    assert denied.status_code == 403
    check_failure(403, denied.json(), "TOOL_EXPLICITLY_DENIED", 2001)
    telling(path, then=Refusal("UPSTREAM_TIMEOUT", dispatched=True))
    failed = await posted(client, path.agent("s-3").call(*READ))
    assert failed.status_code == 504
    check_failure(504, failed.json(), "UPSTREAM_TIMEOUT", 9005)


async def test_a_listing_has_no_progress(path: CallPath, client: httpx2.AsyncClient) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    response = await posted(client, path.agent().sign(message))
    assert response.headers["content-type"] == "application/json"


async def test_a_failure_after_progress_is_the_last_line(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    telling(path, b'{"progress":1}', then=Refusal("UPSTREAM_FAILED", dispatched=True))
    response = await posted(client, path.agent().call(*READ, id="r"))
    assert response.status_code == 200
    first, last = lines_of(response)
    assert first == b'{"progress":{"progress":1}}'
    body = json.loads(last)
    error = check_failure(502, body, "UPSTREAM_FAILED", 9006)
    assert (body["dispatched"], error["request_id"]) == (True, "r")
    assert path.counts.replies == [("invoke", "UPSTREAM_FAILED")]


@pytest.mark.parametrize("end", ["revoke_session", "end_session"])
async def test_a_session_that_ended_is_told_nothing_more(
    path: CallPath, client: httpx2.AsyncClient, end: str
) -> None:
    agent = path.agent("s-1")

    async def answer(tool: str, arguments: bytes) -> Answer:
        tell(path)(b'{"progress":1}')
        await asyncio.sleep(0)
        tell(path)(b'{"progress":2,"message":"secret"}')  # told, and not yet on its way
        getattr(path.gate, end)("s-1")
        await asyncio.sleep(0)
        tell(path)(b'{"progress":3,"message":"secret"}')
        return Answer(b'{"secret":1}')

    path.server.answer = answer
    response = await posted(client, agent.call(*READ))
    first, last = lines_of(response)
    assert first == b'{"progress":{"progress":1}}'
    body = json.loads(last)
    check_failure(401, body, "SESSION_INACTIVE", 1005)
    assert body["dispatched"] is True
    assert b"secret" not in response.content


class TestBounds:
    """``web.fetch`` may answer 64 bytes; the line ``{"progress":{"progress":1}}`` takes 28."""

    async def test_progress_and_the_result_share_the_limit(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        agent = path.agent()
        telling(path, b'{"progress":1}', then=Answer(b'"%b"' % (b"x" * 34)))
        response = await posted(client, agent.call("web.fetch", {}, id=1))
        assert len(lines_of(response)) == 2 and b"payload" in response.content
        telling(path, b'{"progress":1}', then=Answer(b'"%b"' % (b"x" * 35)))
        response = await posted(client, agent.call("web.fetch", {}, id=2))
        _, last = lines_of(response)
        body = json.loads(last)
        error = check_failure(403, body, "OUTPUT_SIZE_EXCEEDED", 2006)
        assert (body["dispatched"], error["details"]) == (True, {"limit": 64})
        assert b"xxx" not in response.content
        await until(lambda: len(path.audit.lines("outcome")) == 2)
        assert path.audit.lines("outcome")[1]["error"] == "OUTPUT_SIZE_EXCEEDED"

    async def test_a_result_is_measured_in_its_shortest_form(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        telling(path, b'{"progress":1}', then=Answer(b'"%b"' % (rb"\u0041" * 34)))
        response = await posted(client, path.agent().call("web.fetch", {}))
        assert b"payload" in response.content

    async def test_progress_alone_can_be_too_much(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        telling(path, *[b'{"progress":1}'] * 3, b"{}", then=Answer(b"{}"))
        response = await posted(client, path.agent().call("web.fetch", {}))
        *told, last = lines_of(response)
        assert told == [b'{"progress":{"progress":1}}'] * 2, "a smaller one does not slip through"
        check_failure(403, json.loads(last), "OUTPUT_SIZE_EXCEEDED", 2006)

    async def test_a_line_of_more_than_16_kib_is_left_out(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        around = len(b'{"progress":{"message":""}}\n')
        longest, longer = (
            b'{"message":"%b"}' % (b"x" * (MAX_LINE - around + more)) for more in (0, 1)
        )
        telling(path, longer, longest)
        response = await posted(client, path.agent().call(*READ))
        told, last = lines_of(response)
        assert (len(told) + 1, last) == (16 * 1024, ANSWER)

    async def test_twenty_lines_a_second_and_then_the_latest(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        async def answer(tool: str, arguments: bytes) -> Answer:
            for count in range(100):
                tell(path)(b'{"progress":%d}' % count)
            told = path.server.on_progress.__self__  # type: ignore[union-attr]
            await until(lambda: told._latest is None)
            tell(path)(b'{"progress":100}')
            return DONE

        path.server.answer = answer
        response = await posted(client, path.agent().call(*READ))
        told = [json.loads(line)["progress"]["progress"] for line in lines_of(response)[:-1]]
        assert told[: PER_SECOND + 1] == [*range(20), 99]
        assert told[PER_SECOND + 1 :] in ([], [100]), "the next second has room again"

    async def test_what_comes_after_the_answer_is_not_told(
        self, path: CallPath, client: httpx2.AsyncClient
    ) -> None:
        telling(path, b'{"progress":1}')
        response = await posted(client, path.agent().call(*READ))
        tell(path)(b'{"progress":2}')
        assert len(lines_of(response)) == 2


async def test_progress_arrives_while_the_tool_runs(path: CallPath) -> None:
    go_on = asyncio.Event()

    async def answer(tool: str, arguments: bytes) -> Answer:
        tell(path)(b'{"progress":1}')
        await asyncio.wait_for(go_on.wait(), 10)
        return DONE

    path.server.answer = answer
    call = path.agent().call(*READ)
    headers = {**JSON, "accept": BOTH}
    async with (
        path.on_a_port() as client,
        client.stream("POST", INVOKE["B"], content=call, headers=headers) as response,
    ):
        assert response.headers["transfer-encoding"] == "chunked"
        chunks = response.aiter_raw()
        assert await anext(chunks) == b'{"progress":{"progress":1}}\n'
        go_on.set()
        assert b"".join([chunk async for chunk in chunks]) == ANSWER + b"\n"


async def test_a_caller_that_goes_away_cancels_nothing(path: CallPath) -> None:
    ended = asyncio.Event()

    async def answer(tool: str, arguments: bytes) -> Answer:
        tell(path)(b'{"progress":1}')
        await asyncio.wait_for(ended.wait(), 10)
        for count in range(5):
            tell(path)(b'{"progress":%d}' % count)
            await asyncio.sleep(0)
        return DONE

    path.server.answer = answer
    call = path.agent().call(*READ)
    async with path.on_a_port() as client:
        headers = {**JSON, "accept": BOTH}
        async with client.stream("POST", INVOKE["B"], content=call, headers=headers) as response:
            await anext(response.aiter_raw())
        ended.set()
        await until(lambda: len(path.audit.lines("outcome")) == 1)
    outcome: dict[str, Any] = path.audit.lines("outcome")[0]
    assert (outcome["outcome"], outcome["dispatched"]) == ("succeeded", True)


async def test_a_connection_goes_on_after_lines(path: CallPath) -> None:
    telling(path, b'{"progress":1}')
    agent = path.agent()
    async with path.listening() as port:
        requests = [
            f"POST {INVOKE['B']} HTTP/1.1\r\nhost: a\r\naccept: {LINES}\r\n{more}"
            f"content-type: application/json\r\ncontent-length: {len(call)}\r\n\r\n".encode()
            + call
            for call, more in (
                (agent.call(*READ, id=1), ""),
                (agent.call(*READ, id=2), "connection: close\r\n"),
            )
        ]
        answers = await raw(port, *requests)
    assert answers.count(b"HTTP/1.1 200") == 2
    assert answers.count(b'{"progress":{"progress":1}}\n') == 2
    assert answers.endswith(b"0\r\n\r\n")
