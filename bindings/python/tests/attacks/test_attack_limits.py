"""Rates and sizes: nobody gets more than the policy gives, however they come."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from world import World, mark

attack = pytest.mark.attack
CALLS = 20  # of the context `limited`, in an hour


def spend(here: World, agents: list[Any], count: int, tool: str = "db.query") -> list[str | None]:
    """Verdicts of so many calls at a time, of the agents by turns."""
    envelopes = [
        agents[n % len(agents)].call(tool, {"mark": mark()}, id=f"{mark()}") for n in range(count)
    ]
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(here.verdict, envelopes))


@attack("A111", "A114")
def test_the_limit_holds_for_any_stretch_of_its_length(here: World) -> None:
    agent = here.agent("limited", here.own_execution("limited"))
    assert spend(here, [agent], CALLS) == [None] * CALLS
    answer = here.post(agent.call("db.query", {}))
    assert (answer.status, answer.code, answer.number) == (429, "RATE_LIMIT_EXCEEDED", 2005)
    # No minute, row or bucket begins anew: the first call has to be an hour old.
    assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert answer.body["error"]["retry_after"] > 3500


@attack("A112")
def test_a_limit_is_the_executions_whatever_tool_session_or_token(here: World) -> None:
    workload = here.own_execution("limited", max_sessions=64)
    agents = [here.agent("limited", workload) for _ in range(8)]
    assert spend(here, agents, CALLS // 2, "db.query") == [None] * (CALLS // 2)
    assert spend(here, agents, CALLS // 2, "db.count") == [None] * (CALLS // 2)
    renewed = here.agent("limited", workload, agents[0].key)
    fresh = here.agent("limited", workload)
    for agent in (agents[1], renewed, fresh):
        for tool in ("db.query", "db.count"):
            assert here.verdict(agent.call(tool, {}, id=tool)) == "RATE_LIMIT_EXCEEDED"
    # Another capability of the same context has a limit of its own, or none.
    assert here.verdict(here.read_as(fresh, mark())) is None
    # And another execution has its own.
    other = here.agent("limited", here.own_execution("limited"))
    assert here.verdict(other.call("db.query", {})) is None


@attack("A113")
def test_of_a_hundred_calls_at_once_exactly_the_limit_is_allowed(here: World) -> None:
    workload = here.own_execution("limited", max_sessions=64)
    agents = [here.agent("limited", workload) for _ in range(20)]
    verdicts = spend(here, agents, 100)
    assert verdicts.count(None) == CALLS
    assert set(verdicts) == {None, "RATE_LIMIT_EXCEEDED"}


@attack("A113")
def test_what_is_denied_or_replayed_costs_nothing(here: World) -> None:
    workload = here.own_execution("limited", max_sessions=64)
    agent = here.agent("limited", workload)
    first = agent.call("db.query", {})
    assert here.verdict(first) is None
    for _ in range(9):
        assert here.verdict(first) == "REPLAY_DETECTED"
    for _ in range(3):
        other = here.agent("limited", workload)
        for n in range(4):
            assert here.verdict(other.call("sys.reboot", {}, id=n)) == "TOOL_NOT_ALLOWED"
            forged = other.call("db.query", {}, id=n, key=agent.key)
            assert here.verdict(forged) == "INVALID_SIGNATURE"
    verdicts = spend(here, [agent, other], CALLS + 5)
    assert verdicts.count(None) == CALLS - 1


@attack("A115")
@pytest.mark.parametrize(
    "limit",
    [
        *("{calls: 0, per_seconds: 60}", "{calls: 20, per_seconds: 0}", "{calls: 20}"),
        *("{calls: 4294967296, per_seconds: 60}", "{calls: -1, per_seconds: 60}", "20"),
        *("{calls: 1.5, per_seconds: 60}", "{calls: '20', per_seconds: 60}", "{}"),
        "{calls: 20, per_seconds: 60, burst: 5}",
    ],
)
def test_a_limit_that_cannot_be_meant_is_no_policy(here: World, limit: str) -> None:
    policy = "{name: c, capabilities: [{tool_pattern: a, rate_limit: %s}]}"
    assert here.validated(policy % limit)["valid"] is False
    assert here.validated(policy % "{calls: 20, per_seconds: 60}")["valid"] is True


@attack("A116")
def test_a_result_beyond_the_contexts_size_is_withheld(here: World) -> None:
    workload = here.own_execution("small")
    agent, id = here.agent("small", workload), mark()
    answer = here.post(agent.call("db.query", {"mark": id}))
    assert answer.code is None
    room = 400 - len(answer.body["payload"]["result"]["content"][0]["text"])
    for x, code in (("y" * (room // 2), None), ("y" * room, "OUTPUT_SIZE_EXCEEDED")):
        answer = here.post(agent.call("db.query", {"mark": id, "x": x}))
        assert answer.code == code, len(x)
    assert (answer.status, answer.number, answer.body["dispatched"]) == (403, 2006, True)
    assert "yyy" not in repr(answer.body)
    # The number of an era is the path's.
    answer = here.post(agent.call("db.query", {"mark": id, "x": "y" * 500}), "C")
    assert (answer.code, answer.number) == ("OUTPUT_SIZE_EXCEEDED", 2008)
    # It ran: what is withheld is the result.
    assert here.times(id) == 4


@attack("A116")
def test_a_real_servers_image_is_withheld_where_it_is_too_large(here: World) -> None:
    agent = here.agent("everything")
    answer = here.post(agent.call("everything.get-tiny-image", {}))
    assert answer.code == "OUTPUT_SIZE_EXCEEDED"
    assert "iVBOR" not in repr(answer.body)
