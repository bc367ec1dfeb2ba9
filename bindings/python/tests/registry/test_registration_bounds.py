"""Bounds of one agent's registration, at a real registry: an error that says the bound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authorities import authority
from callgate.registry.resolution import answer, fitting
from registry_world import World, heartbeat, tool, world

ACME = authority("Acme")
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.fixture
def auto(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, {"acme": ACME}, "auto") as made:
        yield made


def tools_with(dependencies: int, count: int) -> list[dict[str, Any]]:
    return [tool(f"t{n}", *(["c"] * dependencies)) for n in range(count)]


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        (tools_with(0, 501), "tools: at most 500"),
        (tools_with(50, 41), "dependencies: at most 2000"),
        ([tool("x", [f"c{n}" for n in range(64)])] * 32, "dependencies: at most 2000"),
        (
            [tool("x", llm_filter={"filter": ["c"] * 64})] * 32,
            "dependencies: at most 2000",
        ),
        ([tool("x", kwargs={"a": "x" * 8_192})], "kwargs: at most 8192"),
        ([tool("x", inputSchema={"a": "x" * 65_536})], "inputSchema: at most 65536"),
        ([tool("x", outputSchemaCanonical={"a": "x" * 65_536})], "outputSchemaCanonical: at most"),
        (
            [tool("x", {"capability": "c", "expectedSchemaCanonical": {"a": "x" * 65_536}})],
            "expectedSchemaCanonical: at most",
        ),
    ],
)
def test_over_a_bound_nothing_is_registered(
    auto: World, tools: list[dict[str, Any]], message: str
) -> None:
    with auto.agent() as agent:
        said = agent.post(heartbeat("a", *tools))
        assert (said.status, said.body["status"]) == (200, "error")
        assert message in said.body["message"]
    assert auto.status("a") is None


def test_as_much_as_the_bounds_is_registered(auto: World) -> None:
    with auto.agent() as agent:
        for tools in (tools_with(4, 500), tools_with(40, 50), tools_with(2, 50)):
            assert agent.post(heartbeat("a", *tools)).body["status"] == "success"
        kwargs = tool("x", kwargs={"a": "x" * 8_000}, inputSchema={"a": "x" * 65_000})
        assert agent.post(heartbeat("a", kwargs)).body["status"] == "success"


def test_too_many_steps_are_refused_before_anything_is_written(
    auto: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "MAX_STEPS", 1_000)
    kinds = [{**tool("c"), "function_name": f"f{n}"} for n in range(100)]
    asked = [{"capability": "c", "version": f">1.{n}"} for n in range(20)]
    with auto.agent() as agent:
        assert agent.post(heartbeat("p", *kinds)).body["status"] == "success"
        said = agent.post(heartbeat("a", tool("x", *asked))).body
        assert said["status"] == "error" and "at most 1000" in said["message"]
        assert auto.status("a") is None
        assert agent.post(heartbeat("a", tool("x", *asked[:5]))).body["status"] == "success"


def test_an_answer_over_its_bytes_is_an_error(auto: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_BYTES", 20_000)
    with auto.agent() as agent:
        agent.post(heartbeat("p", tool("c", kwargs={"a": "x" * 8_000})))
        said = agent.post(heartbeat("a", tool("x", "c", "c", "c"))).body
        assert said["status"] == "error" and "more than 20000 bytes" in said["message"]
        assert agent.post(heartbeat("a", tool("x", "c"))).body["status"] == "success"


def test_a_schema_of_endless_work_is_told_and_stored_and_listed(tmp_path: Path) -> None:
    """What was stored before a restart is compared within the same budget."""

    def nested(required: list[str]) -> dict[str, Any]:
        schema: dict[str, Any] = SCHEMA
        for _ in range(25):
            schema = {"type": "object", "properties": {"a": schema}, "required": required}
        return schema

    offered = tool("c", outputSchemaHash="sha256:1", outputSchemaCanonical=nested(["a"]))
    wanted = {
        "capability": "c",
        "matchMode": "subset",
        "expectedSchemaHash": "sha256:2",
        "expectedSchemaCanonical": nested(["a", "a", "a"]),
    }
    for _ in range(2):
        with world(tmp_path, {"acme": ACME}, "auto") as auto, auto.agent() as agent:
            agent.post(heartbeat("p", offered))
            assert agent.post(heartbeat("a", tool("x", wanted))).body["status"] == "success"
            listed = agent.ask("GET", "/agents").body["agents"]
            assert listed[0]["dependency_resolutions"][0]["status"] == "available"


def test_stored_bodies_are_read_with_the_configured_bounds(tmp_path: Path) -> None:
    more = {"CALLGATE_REGISTRY__LIMITS__TOOLS": "600"}
    body = heartbeat("a", *tools_with(0, 600))
    with world(tmp_path, {"acme": ACME}, "auto", **more) as first, first.agent() as agent:
        assert agent.post(body).body["status"] == "success"
    with world(tmp_path, {"acme": ACME}, "auto", **more) as second:
        assert second.status("a") == "healthy"
    with world(tmp_path, {"acme": ACME}, "auto") as third:
        assert third.status("a") is None


def test_what_changes_while_an_answer_is_made_is_told_next(auto: World) -> None:
    members = auto.registry.members
    catalog = members.directory.catalog
    with auto.agent() as agent:
        agent.post(heartbeat("a", tool("x", "c")))
        row = members.directory.get("a")
        assert row is not None
        before = catalog.generation
        agent.post(heartbeat("p", tool("c")))
        auto.run(lambda: members.directory.answered(row, before))
        assert agent.head("a") == 202
        agent.post(heartbeat("a", tool("x", "c")))
        assert agent.head("a") == 200
