"""GET /agents answers in parts of bounded size, and says where the next begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from authorities import Issued, authority
from callgate.registry.http import agents
from registry_world import Agent, World, heartbeat, tool, world

ACME = authority("Acme")
IDS = ["a-1", "b-1", "c-1", "d-1"]


@pytest.fixture
def leaf() -> Issued:
    return ACME.issue("agent")


@pytest.fixture
def mesh(tmp_path: Path, leaf: Issued) -> Iterator[World]:
    with world(tmp_path, {"acme": ACME}) as made:
        with made.agent(leaf) as agent:
            for agent_id in reversed(IDS):
                agent.post(heartbeat(agent_id, tool("weather", description="d" * 400)))
        yield made


def listed(agent: Agent, query: str = "") -> tuple[list[str], str | None]:
    body = agent.ask("GET", f"/agents{query}").body
    assert (body["count"], body["total"]) == (len(body["agents"] or []), len(IDS))
    return [one["id"] for one in body["agents"] or []], body.get("next")


def test_parts_follow_each_other_to_the_end(mesh: World, leaf: Issued) -> None:
    with mesh.agent(leaf) as agent:
        assert listed(agent) == (IDS, None)
        assert listed(agent, "?limit=3") == (IDS[:3], "c-1")
        assert listed(agent, "?limit=3&after=c-1") == (IDS[3:], None)
        assert listed(agent, "?limit=4") == (IDS, None)
        assert listed(agent, "?after=bb") == (IDS[2:], None)
        assert listed(agent, "?after=d-1") == ([], None)


def test_an_answer_ends_before_its_bytes_do(
    mesh: World, leaf: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "MAX_LISTED", 2_500)
    with mesh.agent(leaf) as agent:
        assert listed(agent) == (IDS[:2], "b-1")
        assert listed(agent, "?after=b-1") == (IDS[2:], None)
        # One that is longer than an answer may be is an answer of its own.
        monkeypatch.setattr(agents, "MAX_LISTED", 1)
        assert listed(agent, "?after=b-1") == (["c-1"], "c-1")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1000000", "", "1_0", "٣"])
def test_a_limit_that_is_no_number_is_refused(mesh: World, leaf: Issued, limit: str) -> None:
    with mesh.agent(leaf) as agent:
        answer = agent.ask("GET", f"/agents?limit={quote(limit)}")
        assert answer.status == 400
        assert answer.body["error"] == "limit: expected a number of agents, from 1 to 999999"


def test_bytes_of_rows_are_bounded_in_all_and_by_entity(tmp_path: Path, leaf: Issued) -> None:
    globex = authority("Globex")
    bounds = {"CALLGATE_REGISTRY__LIMITS__STORED_BYTES": "10000"}
    long = [tool("weather", description="d" * 2_900)]
    with world(tmp_path, {"acme": ACME, "globex": globex}, **bounds) as made:
        with made.agent(leaf) as agent:
            assert _said(agent, "a-1", long) == "Agent registered via heartbeat"
            full = "the registry is full: at most 5000 bytes of this entity"
            assert _said(agent, "a-2", long) == full
            # What is there may stay, shrink, and be replaced by as much.
            assert _said(agent, "a-1", long) == "Agent updated via heartbeat"
            assert _said(agent, "a-1", []) == "Agent updated via heartbeat"
            assert _said(agent, "a-2", long) == "Agent registered via heartbeat"
            assert _said(agent, "a-1", long) == full
        with made.agent(globex.issue("agent")) as other:
            assert _said(other, "g-1", long) == "Agent registered via heartbeat"


def _said(agent: Agent, agent_id: str, tools: list[dict[str, Any]]) -> str:
    return str(agent.post(heartbeat(agent_id, *tools)).body["message"])
