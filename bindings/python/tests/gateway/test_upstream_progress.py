"""Progress that servers tell: real ones over both transports, and hostile ones."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.frames import Frame
from callgate.gateway.upstreams.messages.progress import read_progress
from callgate.gateway.upstreams.messages.second_budget import SecondBudget
from callgate.gateway.upstreams.upstream import Settings
from callgate.gateway.upstreams.upstreams import HttpSettings, StdioSettings, Upstreams
from upstream_servers import (
    SERVERS,
    brief,
    do,
    eventually,
    hostile,
    hostile_http,
    listening,
    refused,
    running,
    soon,
)

pytestmark = pytest.mark.anyio
SCRIPT = str(SERVERS / "http_mcp.py")


def told(token: str, **params: Any) -> str:
    members = {"progressToken": token, "progress": 1, **params}
    return json.dumps(
        {"jsonrpc": "2.0", "method": "notifications/progress", "params": members}
    ).replace('"ID"', "ID")


@asynccontextmanager
async def server(transport: str, era: Any) -> AsyncIterator[Settings]:
    if transport == "stdio":
        arguments = (SCRIPT, "stdio")
        yield StdioSettings(name="one", command=sys.executable, arguments=arguments, era=era)
        return
    async with listening(sys.executable, SCRIPT) as port:
        yield HttpSettings(name="one", url=f"http://127.0.0.1:{port}/mcp", era=era)


@pytest.mark.parametrize("era", ["initialize", "discover"])
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_real_servers_progress_is_told_in_its_order(transport: str, era: str) -> None:
    values: list[bytes] = []
    async with server(transport, era) as one, running(one) as upstreams:
        call = upstreams.call("one.steps", b'{"count":3}', on_progress=values.append)
        reply = await soon(call)
        assert reply.result is not None and b"stepped" in reply.result
        dropped = upstreams.counters()["one"].dropped_notifications
    steps = [json.loads(value) for value in values]
    expected = [{"progress": n, "total": 3, "message": f"step {n}"} for n in (1, 2, 3)]
    assert steps == expected
    assert dropped == 0


@pytest.mark.parametrize("era", ["initialize", "discover"])
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_server_is_asked_for_progress_only_where_it_is_wanted(
    transport: str, era: str
) -> None:
    async with server(transport, era) as one, running(one) as upstreams:
        reply = await soon(upstreams.call("one.steps", b'{"count":3}'))
        assert reply.result is not None
        assert upstreams.counters()["one"].dropped_notifications == 0


@pytest.mark.parametrize(
    ("options", "meta"), [((), ""), (("discover",), "io.modelcontextprotocol/protocolVersion")]
)
async def test_the_token_is_the_gateways_own_id(
    tmp_path: Path, options: tuple[str, ...], meta: str
) -> None:
    record = tmp_path / "record"
    one = hostile("record", str(record), *options, era="auto")
    async with running(one) as upstreams:
        arguments = b'{"do":"answer","n":1e2}'
        await soon(upstreams.call("bad.do", arguments))
        await soon(upstreams.call("bad.do", arguments, on_progress=lambda value: None))
    plain, asking = [
        line for line in record.read_text().splitlines() if '"method":"tools/call"' in line
    ]
    assert "progressToken" not in plain
    assert '"n":1e2' in asking
    request = json.loads(asking)
    before = json.loads(plain)["params"].get("_meta", {})
    assert request["params"]["_meta"] == {**before, "progressToken": request["id"]}
    assert any(meta in name for name in before) or not meta


@asynccontextmanager
async def saying(transport: str, *messages: str) -> AsyncIterator[tuple[Upstreams, bytes]]:
    """A server whose next call sends these and then its answer, and that call's arguments."""
    answer = '{"jsonrpc":"2.0","id":ID,"result":{}}'
    if transport == "stdio":
        arguments = {"do": "raw", "line": "\n".join([*messages, answer])}
        async with running(hostile()) as upstreams:
            yield upstreams, json.dumps(arguments).encode()
        return
    body = "".join(f"event: message\ndata: {text}\n\n" for text in [*messages, answer])
    arguments = {"do": "raw", "body": body, "kind": "text/event-stream"}
    async with hostile_http() as one, running(one) as upstreams:
        yield upstreams, json.dumps(arguments).encode()


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_foreign_token_is_dropped_and_counted(transport: str) -> None:
    values: list[bytes] = []
    foreign = [told("ID", progress=7).replace("ID", token) for token in ("ID0", '"ID"', "-1", "0")]
    async with saying(transport, *foreign, told("ID")) as (upstreams, arguments):
        reply = await soon(upstreams.call("bad.do", arguments, on_progress=values.append))
        assert reply.result == b"{}"
        assert upstreams.counters()["bad"].dropped_notifications == len(foreign)
    assert values == [b'{"progress":1}']


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_progress_nobody_asked_for_is_dropped_and_counted(transport: str) -> None:
    async with saying(transport, told("ID")) as (upstreams, arguments):
        assert (await soon(upstreams.call("bad.do", arguments))).result == b"{}"
        assert upstreams.counters()["bad"].dropped_notifications == 1


async def test_progress_after_the_answer_is_nobodys() -> None:
    values: list[bytes] = []
    answer = '{"jsonrpc":"2.0","id":ID,"result":{}}'
    line = "\n".join([told("ID"), answer, told("ID", progress=2)])
    async with running(hostile()) as upstreams:
        arguments = json.dumps({"do": "raw", "line": line}).encode()
        await soon(upstreams.call("bad.do", arguments, on_progress=values.append))
        await eventually(lambda: upstreams.counters()["bad"].dropped_notifications == 1)
    assert values == [b'{"progress":1}']


async def test_one_call_is_not_told_anothers_progress() -> None:
    mine: list[bytes] = []
    theirs: list[bytes] = []
    async with running(hostile()) as upstreams:
        hang = upstreams.call("bad.do", b'{"do":"hang"}', on_progress=theirs.append)
        hanging = asyncio.create_task(hang)
        line = "\n".join([told("ID"), '{"jsonrpc":"2.0","id":ID,"result":{}}'])
        arguments = json.dumps({"do": "raw", "line": line}).encode()
        await soon(upstreams.call("bad.do", arguments, on_progress=mine.append))
        await soon(upstreams.call("bad.do", b'{"do":"release"}'))
        await soon(hanging)
    assert (mine, theirs) == ([b'{"progress":1}'], [])


async def test_one_calls_progress_holds_up_no_other_call() -> None:
    values: list[bytes] = []
    order: list[str] = []

    def count(value: bytes) -> None:
        values.append(value)
        if len(values) == 5000:
            order.append("all progress")

    async def neighbour(upstreams: Upstreams) -> None:
        assert await do(upstreams, "answer") == "done"
        order.append("neighbour")

    async with running(hostile()) as upstreams:
        arguments = b'{"do":"progress","times":5000,"and":"hang"}'
        call = asyncio.create_task(upstreams.call("bad.do", arguments, on_progress=count))
        await eventually(lambda: values)
        await neighbour(upstreams)
        # The server reads the neighbour's call after it wrote all of the progress.
        assert order == ["all progress", "neighbour"]
        assert not call.done()
        counters = upstreams.counters()["bad"]
        assert (counters.paused, counters.dropped_notifications) == (0, 0)
        await do(upstreams, "release")
        await soon(call)


async def test_a_flood_of_progress_is_left_unread_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upstream_limits, "PROGRESS_PER_SECOND", 1000)
    values: list[bytes] = []
    async with running(hostile()) as upstreams:
        arguments = b'{"do":"progress","times":2500}'
        await soon(upstreams.call("bad.do", arguments, on_progress=values.append))
        assert upstreams.counters()["bad"].paused >= 1
    assert len(values) == 2500


@pytest.mark.parametrize("asks", [True, False])
async def test_progress_under_a_foreign_token_is_a_flood_as_ever(asks: bool) -> None:
    values: list[bytes] = []
    async with running(hostile()) as upstreams:
        arguments = b'{"do":"progress","times":2500,"token":-1}'
        on_progress = values.append if asks else None
        await soon(upstreams.call("bad.do", arguments, on_progress=on_progress))
        counters = upstreams.counters()["bad"]
        assert counters.paused >= 1
        assert counters.dropped_notifications == 2500
    assert values == []


@pytest.mark.parametrize("asks", [True, False])
async def test_only_progress_asked_for_may_exceed_a_streams_messages(
    monkeypatch: pytest.MonkeyPatch, asks: bool
) -> None:
    monkeypatch.setattr(upstream_limits, "MAX_STREAM_MESSAGES", 10)
    monkeypatch.setattr(upstream_limits, "MAX_STREAM_LINES", 100)
    values: list[bytes] = []
    async with saying("http", *[told("ID")] * 5000) as (upstreams, arguments):
        call = upstreams.call("bad.do", arguments, on_progress=values.append if asks else None)
        if asks:
            assert (await soon(call)).result == b"{}"
        else:
            assert brief(await refused(call)) == ("UPSTREAM_FAILED", "too_many_messages", True)
        assert upstreams.counters()["bad"].paused == 0
    assert len(values) == (5000 if asks else 0)


async def test_a_flood_of_progress_over_http_is_left_unread_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upstream_limits, "PROGRESS_PER_SECOND", 1000)
    values: list[bytes] = []
    async with saying("http", *[told("ID")] * 2500) as (upstreams, arguments):
        reply = await soon(upstreams.call("bad.do", arguments, on_progress=values.append))
        assert reply.result == b"{}"
        assert upstreams.counters()["bad"].paused >= 1
    assert len(values) == 2500


def test_a_budget_is_of_each_second() -> None:
    now = [7.0]
    budget = SecondBudget(3, lambda: now[0])
    assert [budget.spend(), budget.spend(), budget.spend(), budget.spend()] == [None, None, 8, 8]
    now[0] = 7.9
    assert budget.spend() == 8
    now[0] = 8.25
    assert [budget.spend(2), budget.spend(2)] == [None, 9.25]


@pytest.mark.parametrize(("raw_bytes", "units"), [(0, 1), (150, 1), (1024, 2), (1 << 20, 1025)])
def test_long_progress_counts_as_more(raw_bytes: int, units: int) -> None:
    assert upstream_limits.progress_units(raw_bytes) == units


@pytest.mark.parametrize(
    ("params", "value"),
    [
        (b'{"progressToken":7,"progress":1}', b'{"progress":1}'),
        (b'{"progress":1e2,"total":-0.50,"progressToken":7}', b'{"progress":1e2,"total":-0.50}'),
        (
            rb'{"message":"\ud83d\n","_meta":{"a":1},"x":1,"progress":1,"progressToken":"t"}',
            rb'{"progress":1,"message":"\ud83d\n"}',
        ),
        (
            b'{"progressToken":"t","message":"","total":2,"progress":1}',
            b'{"progress":1,"total":2,"message":""}',
        ),
    ],
)
def test_what_is_told_is_as_the_server_wrote_it(params: bytes, value: bytes) -> None:
    progress = read_progress(Frame(method="notifications/progress", params=params))
    assert progress is not None
    assert progress.value == value
    assert progress.token in (b"7", b'"t"')


@pytest.mark.parametrize(
    "params",
    [
        *(b"{}", b"[]", b"1", b'{"progress":1}', b'{"progressToken":7}'),
        *(b'{"progressToken":7,"progress":%b}' % v for v in (b'"1"', b"null", b"true", b"[1]")),
        *(
            b'{"progressToken":7,"progress":1,"total":%b}' % v
            for v in (b"null", b'"3"', b"{}", b"false")
        ),
        *(
            b'{"progressToken":7,"progress":1,"message":%b}' % v
            for v in (b"null", b"1", b"[]", b"{}")
        ),
        b'{"progressToken":7,"progress":1,"progress":2}',
        b'{"progressToken":7,"progressToken":8,"progress":1}',
    ],
)
def test_progress_of_another_shape_is_none(params: bytes) -> None:
    assert read_progress(Frame(method="notifications/progress", params=params)) is None


def test_no_other_message_is_progress() -> None:
    params = b'{"progressToken":7,"progress":1}'
    for frame in (
        Frame(method="notifications/message", params=params),
        Frame(id=b"1", method="notifications/progress", params=params),
        Frame(method="notifications/progress"),
        Frame(id=b"7", result=params),
    ):
        assert read_progress(frame) is None
