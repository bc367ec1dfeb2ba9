"""Servers that hang, die, never end, and speak garbage: behind a gateway that is a process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from gateway_process import wait_until
from places import counting, hostile, place, write_place
from signing import call
from world import World, mark


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile") / "g"
    folder.mkdir()
    upstreams = {"bad": hostile(folder, call_seconds=4), "good": counting(folder, "run")}
    with place(write_place(folder, upstreams)) as world:
        yield world


FAILURES: dict[str, tuple[dict[str, Any], str, int]] = {
    "hung": ({"do": "hang"}, "UPSTREAM_TIMEOUT", 504),
    "dying": ({"do": "die"}, "UPSTREAM_FAILED", 502),
    "closing": ({"do": "close output"}, "UPSTREAM_FAILED", 502),
    "endless": ({"do": "endless line"}, "OUTPUT_SIZE_EXCEEDED", 403),
    "too much": ({"do": "size", "bytes": 9_000_000}, "OUTPUT_SIZE_EXCEEDED", 403),
    "no JSON-RPC": ({"do": "raw", "line": '{"id":ID,"jsonrpc":"1.0"}'}, "UPSTREAM_FAILED", 502),
    "garbage": ({"do": "raw", "line": "\\u0000 no JSON"}, "UPSTREAM_TIMEOUT", 504),
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_server_that_fails_fails_its_call_only_and_the_call_runs_once(
    world: World, how: str
) -> None:
    arguments, code, status = FAILURES[how]
    agent, id, other = world.agent("any"), mark(), mark()
    wait_until(lambda: world.verdict(agent.call("bad.do", {"do": "answer"}, id=mark())) is None)
    answer = world.post(agent.call("bad.do", {**arguments, "mark": id}))
    assert (answer.status, answer.code) == (status, code)
    assert answer.body["dispatched"] is True
    assert world.verdict(agent.call("good.run", {"mark": other})) is None
    wait_until(lambda: world.verdict(agent.call("bad.do", {"do": "answer"}, id=mark())) is None)
    assert (world.times(id), world.times(other)) == (1, 1)


def test_a_servers_requests_and_notifications_reach_nobody(world: World) -> None:
    agent = world.agent("any")
    wait_until(lambda: world.verdict(agent.call("bad.do", {"do": "answer"}, id=mark())) is None)
    for method in ("sampling/createMessage", "roots/list", "elicitation/create"):
        answer = world.post(agent.call("bad.do", {"do": "ask", "method": method}, id=method))
        assert json.loads(answer.text)["error"]["code"] == -32601
    flood = {"do": "notify", "method": "notifications/message", "times": 2000}
    assert world.verdict(agent.call("bad.do", flood)) is None


def test_line_breaks_around_a_whole_request_reach_a_stdio_server_as_one_line(
    world: World,
) -> None:
    agent, id = world.agent("any"), mark()
    injected = json.dumps(
        {"jsonrpc": "2.0", "id": 99, "method": "tools/call", "params": {"name": "run"}}
    )
    payload = call("good.run", {"mark": id, "text": f"\n{injected}\n"})
    # White space between tokens is nobody's: it is not signed, and it is not forwarded.
    spaced = json.dumps(json.loads(payload), indent="\r\n", separators=("\n,\r", "\n:\n"))
    assert world.verdict(agent.sign(payload, seen=spaced)) is None
    lines = [line for line in world.record.read_text().split("\n") if id in line]
    assert len(lines) == 1
    (line,) = lines
    assert json.loads(line)["params"]["arguments"]["text"] == f"\n{injected}\n"
    assert "\r" not in line
