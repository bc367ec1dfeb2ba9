"""A stream ends when its caller's token expires, or is denied, and says why."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from attested_world import ON_FIRST_LINE, World
from http_caller import HttpCaller
from listen_server import LISTEN, listen_server
from live_server import served
from stream_caller import stream_server

pytestmark = pytest.mark.skipif(ON_FIRST_LINE, reason="mcp 1.x does not speak 2026-07-28")
ENDS = pytest.mark.parametrize("reason", ["expired", "kid", "untrusted_issuer"])


def end(world: World, reason: str) -> None:
    if reason == "expired":
        world.clock.now += 400
    elif reason == "kid":
        world.deny(denied_key_ids=["key-1"])
    else:
        world.deny()


def events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    return (json.loads(line[5:]) for line in lines if line.startswith("data:"))


@ENDS
def test_a_stream_over_http_ends(world: World, reason: str) -> None:
    held = world.held()
    with served(listen_server(world).streamable_http_app()) as url:
        caller = HttpCaller(url)
        message = world.modern("subscriptions/listen", LISTEN, held, id=5)
        headers = caller.headers(message)
        with caller.client.stream("POST", url, json=message, headers=headers) as response:
            assert response.status_code == 200
            heard = events(response.iter_lines())
            assert next(heard)["method"] == "notifications/subscriptions/acknowledged"
            caller.send(world.call("touch", held))
            assert next(heard)["method"] == "notifications/tools/list_changed"
            end(world, reason)
            last = list(heard)
        caller.close()
    assert [(event["id"], event["error"]["data"]["reason"]) for event in last] == [(5, reason)]


@ENDS
def test_a_stream_over_stdio_ends(world: World, reason: str) -> None:
    async def run() -> None:
        held = world.held()
        async with stream_server(listen_server(world)) as caller:
            await caller.send(world.modern("subscriptions/listen", LISTEN, held, id=5))
            acknowledged = await caller.receive()
            assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
            await caller.send(world.call("touch", held, id=6))
            heard = [await caller.receive(), await caller.receive()]
            assert {message.get("method", "answer") for message in heard} == {
                "notifications/tools/list_changed",
                "answer",
            }
            end(world, reason)
            ended = await caller.receive()
            assert (ended["id"], ended["error"]["data"]["reason"]) == (5, reason)
            assert await caller.silent()

    anyio.run(run)


def test_the_stream_of_a_session_ends_with_it(world: World) -> None:
    with served(listen_server(world, session_lifetime=60).streamable_http_app()) as url:
        caller = HttpCaller(url)
        caller.open(world.initialize(world.held()))
        headers = caller.headers({})
        with caller.client.stream("GET", url, headers=headers) as response:
            assert response.status_code == 200
            world.clock.now += 61
            assert list(events(response.iter_lines())) == []
        caller.close()
