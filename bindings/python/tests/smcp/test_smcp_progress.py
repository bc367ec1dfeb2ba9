"""How far a tool is, told while it runs, by gateways that pass it on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from callgate.smcp import AsyncSMCPClient, InvalidResponse, SMCPError, ToolDenied
from callgate.smcp._progress import ProgressLines
from wire_gateway import Handler, Lie, WireGateway

pytestmark = pytest.mark.anyio

Told = tuple[float, float | None, str | None]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def line(**progress: Any) -> bytes:
    text = json.dumps({"progress": progress}, separators=(",", ":"))
    return text.encode() + b"\n"


def streaming(parts: Callable[[Handler], Iterable[bytes]]) -> Lie:
    def lie(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/x-ndjson")
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        for part in parts(handler):
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            handler.wfile.flush()
        handler.wfile.write(b"0\r\n\r\n")

    return lie


def answer(handler: Handler, **members: Any) -> bytes:
    return json.dumps(handler.answer(**members)).encode() + b"\n"


async def called(gateway: WireGateway, lie: Lie, **options: Any) -> tuple[Any, list[Told]]:
    told: list[Told] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    async with AsyncSMCPClient(gateway.url, "exec-1", "project", **options) as client:
        await client.attest()
        gateway.call_lies.append(lie)
        try:
            return await client.call_tool("echo.any", {}, on_progress=on_progress), told
        except SMCPError as error:
            return error, told


async def test_progress_is_told_in_order_and_the_answer_is_the_result(
    gateway: WireGateway,
) -> None:
    lie = streaming(
        lambda h: [
            line(progress=1, total=3, message="first"),
            line(progress=2.5, total=3),
            line(progress=3, message=""),
            answer(h, result={"done": True}),
        ]
    )
    result, told = await called(gateway, lie)
    assert result == {"done": True}
    assert told == [(1, 3, "first"), (2.5, 3, None), (3, None, "")]


async def test_progress_is_told_while_the_tool_runs(gateway: WireGateway) -> None:
    heard = threading.Event()

    def parts(handler: Handler) -> Iterable[bytes]:
        yield line(progress=1)
        assert heard.wait(20), "the answer comes when the program has heard of the progress"
        yield answer(handler, result=7)

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        heard.set()

    async with AsyncSMCPClient(gateway.url, "exec-1", "project") as client:
        await client.attest()
        gateway.call_lies.append(streaming(parts))
        assert await client.call_tool("echo.any", {}, on_progress=on_progress) == 7


async def test_progress_is_asked_for_only_where_it_is_wanted(gateway: WireGateway) -> None:
    async def ignore(progress: float, total: float | None, message: str | None) -> None:
        pass

    async with AsyncSMCPClient(gateway.url, "exec-1", "project") as client:
        await client.attest()
        await client.call_tool("echo.any", {})
        plain = await client.call_tool("echo.any", {"n": 1}, on_progress=ignore)
        assert plain["arguments"] == {"n": 1}, "a gateway that passes none on answers as ever"
    accepted = [seen.headers["accept"] for seen in gateway.seen]
    assert accepted == [
        "application/json", "application/json", "application/json, application/x-ndjson",
    ]  # fmt: skip
    gateway.call_lies.append(streaming(lambda h: [line(progress=1), answer(h, result=1)]))
    async with AsyncSMCPClient(gateway.url, "exec-1", "project") as client:
        await client.attest()
        with pytest.raises(InvalidResponse):
            await client.call_tool("echo.any", {})


@pytest.mark.parametrize(
    "malformed",
    [
        b'{"progress":}\n',
        b'{"progress":null}\n',
        b'{"progress":[1]}\n',
        b'{"progress":{}}\n',
        b'{"progress":{"progress":"1"}}\n',
        b'{"progress":{"progress":true}}\n',
        b'{"progress":{"progress":NaN}}\n',
        b'{"progress":{"progress":1e400}}\n',
        b'{"progress":{"progress":1' + b"0" * 400 + b"}}\n",
        b'{"progress":{"progress":1,"total":"2"}}\n',
        b'{"progress":{"progress":1,"message":7}}\n',
        b'{"progress":\xff}\n',
        b'{"progress":' + b"[" * 60_000 + b"\n",
    ],
)
async def test_malformed_progress_is_left_out(gateway: WireGateway, malformed: bytes) -> None:
    lie = streaming(lambda h: [line(progress=1), malformed, answer(h, result=7)])
    assert await called(gateway, lie) == (7, [(1, None, None)])


async def test_an_error_after_progress_is_an_error(gateway: WireGateway) -> None:
    _, refusal = gateway.error(403, "OUTPUT_SIZE_EXCEEDED", "smcp/v1", dispatched=True)
    lie = streaming(lambda h: [line(progress=1), json.dumps(refusal).encode() + b"\n"])
    error, told = await called(gateway, lie)
    assert type(error) is ToolDenied and len(told) == 1
    assert error.message.startswith("The tool ran: ")


@pytest.mark.parametrize(
    "parts",
    [
        lambda h: [],
        lambda h: [line(progress=1)],
        lambda h: [line(progress=1)[:-1]],
        lambda h: [line(progress=1), b"\n"],
        lambda h: [answer(h, result=1), line(progress=1)],
        lambda h: [answer(h, result=1), answer(h, result=1)],
        lambda h: [b'{"progress":' + b"x" * 100_000 + b"\n", answer(h, result=1)],
    ],
)
async def test_a_stream_without_one_answer_at_its_end_is_no_result(
    gateway: WireGateway, parts: Any
) -> None:
    error, _ = await called(gateway, streaming(parts))
    assert type(error) is InvalidResponse
    assert error.message.startswith("The tool may have run: ")
    assert len(gateway.calls()) == 1


async def test_progress_counts_towards_the_bound_of_a_reply(gateway: WireGateway) -> None:
    lie = streaming(lambda h: [line(progress=n) for n in range(10_000)])
    error, _ = await called(gateway, lie, max_response_bytes=10_000)
    assert error.code_name == "LIMIT_EXCEEDED"


def test_lines_are_the_same_however_they_are_cut() -> None:
    text = line(progress=1, message="é") + line(progress=2) + b'{"payload":{}}\n'
    for size in range(1, len(text)):
        lines, told, body = ProgressLines(), [], b""
        for at in range(0, len(text), size):
            some, part = lines.feed(text[at : at + size])
            told += some
            body += part
        assert [one.progress for one in told] == [1, 2]
        assert body + lines.end() == b'{"payload":{}}\n'
