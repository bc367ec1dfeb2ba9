"""The answer of a heartbeat: the public registry's, byte for byte where it was recorded."""

import json
from pathlib import Path
from typing import Any

import pytest
from callgate.registry.resolution import Provider, finished, resolution_answer
from described import agent, provider, resolver

VECTORS = Path(__file__).parents[4] / "tests" / "vectors" / "registration" / "resolution.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_answers_equal_those_of_the_public_registry(case: dict[str, Any]) -> None:
    among = resolver(*map(provider, case["agents"]))
    consumer = among.catalog.providers[case["consumer"]]
    assert finished(resolution_answer(consumer, among)) == case["answer"]


def answer(consumer: Provider, *others: Provider) -> dict[str, Any]:
    return finished(resolution_answer(consumer, resolver(consumer, *others)))


def consumer(**tool: Any) -> Provider:
    return provider({"agent_id": "me", "tools": [{"function_name": "f", "capability": "", **tool}]})


@pytest.mark.parametrize(
    ("host", "port", "entity", "endpoint"),
    [
        ("127.0.0.1", 9101, None, "http://127.0.0.1:9101"),
        ("127.0.0.1", 9101, "acme", "https://127.0.0.1:9101"),
        ("agents.test", 1, "acme", "https://agents.test:1"),
        ("::1", 9101, "acme", "https://[::1]:9101"),
        ("", 9101, "acme", "stdio://p"),
        ("127.0.0.1", 0, None, "stdio://p"),
    ],
)
def test_an_endpoint_is_https_only_with_an_entity(
    host: str, port: int, entity: str | None, endpoint: str
) -> None:
    assert Provider(agent_id="p", host=host, port=port, entity=entity).endpoint == endpoint


def test_every_position_keeps_its_place() -> None:
    asks = consumer(dependencies=["gone", "c", ["gone", "c"], ["gone", "lost"]])
    entries = answer(asks, agent("p", "c"))["dependencies_resolved"]["f"]
    assert [(one["capability"], one["status"]) for one in entries] == [
        ("gone", "unresolved"),
        ("c", "available"),
        ("c", "available"),
        ("gone", "unresolved"),
    ]
    assert all(
        one.keys() >= {"agent_id", "endpoint", "function_name", "capability", "status"}
        for one in entries
    )


def test_nothing_is_ever_null() -> None:
    asks = consumer(
        dependencies=["gone", "c"],
        llm_filter={"filter": ["gone"], "filter_mode": "all"},
        llm_provider={"capability": "gone"},
    )
    given = answer(asks, agent("p", "c"))
    assert given["llm_tools"] == {"f": []}
    assert "llm_providers" not in given
    assert "null" not in json.dumps(given)


def test_a_trusted_consumer_gets_no_anonymous_tool_in_any_part() -> None:
    asks = consumer(
        dependencies=["c"],
        llm_filter={"filter": ["c"], "filter_mode": "all"},
        llm_provider={"capability": "c"},
    )
    trusted = Provider(agent_id="me", entity="acme", tools=asks.tools)
    offered = agent("p", "c", inputSchema={"type": "object"})
    assert set(answer(asks, offered)["llm_providers"]) == {"f"}
    given = answer(trusted, offered)
    assert given["dependencies_resolved"]["f"][0]["status"] == "unresolved"
    assert given["llm_tools"] == {"f": []} and "llm_providers" not in given


def llm(filters: list[Any], mode: str, *others: Provider) -> list[tuple[str, str]]:
    asks = consumer(llm_filter={"filter": filters, "filter_mode": mode})
    tools = answer(asks, *others)["llm_tools"]["f"]
    return [(one["capability"], one["version"]) for one in tools]


SCHEMA: dict[str, Any] = {"inputSchema": {"type": "object"}}


def test_tools_of_a_filter_have_different_names() -> None:
    first = agent("p", "c", version="1.0.0", **SCHEMA)
    second = agent("q", "c", version="2.0.0", **SCHEMA)
    assert llm(["c"], "all", first, second) == [("c", "2.0.0")]


def test_tools_without_input_schema_are_not_for_models() -> None:
    assert llm(["c"], "all", agent("p", "c")) == []


def test_a_filter_may_name_tags_alone() -> None:
    first, second = agent("p", "c", tags=["x"], **SCHEMA), agent("q", "d", tags=["y"], **SCHEMA)
    assert llm([{"tags": ["x"]}], "all", first, second) == [("c", "1.0.0")]
    assert llm([{"tags": ["x"]}, "d"], "all", first, second) == [("c", "1.0.0"), ("d", "1.0.0")]


def test_the_best_match_is_one_for_each_capability() -> None:
    def named(name: str, capability: str, version: str) -> Provider:
        tool = {"function_name": name, "capability": capability, "version": version, **SCHEMA}
        return provider({"agent_id": name, "tools": [tool]})

    agents = named("a", "c", "1.0.0"), named("b", "c", "1.2.0"), named("d", "d", "1.0.0")
    assert llm(["c", "d"], "best_match", *agents) == [("c", "1.2.0"), ("d", "1.0.0")]
    assert len(llm(["c", "d"], "all", *agents)) == 3


def test_the_wildcard_is_all_but_ones_own() -> None:
    own = {"function_name": "own", "capability": "own", **SCHEMA}
    asks = {
        "function_name": "f",
        "capability": "",
        "llm_filter": {"filter": [], "filter_mode": "*"},
    }
    me = provider({"agent_id": "me", "tools": [own, asks]})
    tools = answer(me, agent("p", "c", "d", **SCHEMA), agent("q", "e"))["llm_tools"]["f"]
    assert sorted(one["capability"] for one in tools) == ["c", "d"]


def test_a_model_is_the_best_of_its_capability() -> None:
    asks = consumer(llm_provider={"capability": "llm", "tags": ["+claude"]})
    plain = agent("p", "llm", **SCHEMA)
    better = agent("q", "llm", tags=["claude"], kwargs={"vendor": "anthropic"}, **SCHEMA)
    hidden = agent("a", "llm", tags=["claude"])
    given = answer(asks, plain, better, hidden)["llm_providers"]["f"]
    assert (given["agent_id"], given["vendor"]) == ("q", "anthropic")
    assert answer(asks, plain)["llm_providers"]["f"]["vendor"] == "unknown"
