"""What an agent asks for costs a bounded number of steps and bytes, whatever others registered."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from callgate.registry.http.replies import found as encoded
from callgate.registry.resolution import (
    Catalog,
    Dependency,
    Provider,
    Resolver,
    Steps,
    TooLarge,
    Turns,
    Work,
    finished,
    most_steps,
    required_cycle,
    resolution_answer,
)
from callgate.registry.resolution import answer as answers
from callgate.registry.resolution.able import judged
from callgate.registry.resolution.schemas import MAX_STEPS, MAX_TYPES, Budget, contains
from callgate.registry.resolution.work import SLICE
from described import agent, provider, resolver, selector

SCHEMA: dict[str, Any] = {"inputSchema": {"type": "object"}}


def nested(depth: int, required: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}, "required": required}
    return schema


def test_a_name_that_is_required_twice_is_followed_once() -> None:
    budget = Budget()
    assert contains(nested(25, ["a"]), nested(25, ["a", "a", "a"]), budget)
    assert budget.spent <= 25 * 4 + 1


def test_a_comparison_over_its_budget_does_not_fit() -> None:
    names = [f"n{number}" for number in range(MAX_STEPS // 2)]
    wide = {"properties": {name: {} for name in names}, "required": names}
    budget = Budget()
    assert not contains(wide, wide, budget) and budget.spent == MAX_STEPS
    # A schema of a real tool: sixty fields on each of some levels, all required.
    fields = [f"f{number}" for number in range(60)]
    real: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        inner = {name: {"type": "integer"} for name in fields} | {"next": real}
        real = {"type": "object", "properties": inner, "required": [*fields, "next"]}
    assert contains(real, real)


def test_a_long_list_of_types_does_not_fit() -> None:
    many = {"type": [f"t{number}" for number in range(MAX_TYPES + 1)]}
    assert not contains(many, {"type": "t1"}) and not contains({"type": "t1"}, many)
    seven = {"type": ["array", "boolean", "integer", "null", "number", "object", "string"]}
    assert contains(seven, seven)


def test_dependencies_that_differ_by_schema_differ_by_hash() -> None:
    asked = [selector({"capability": "c", "expectedSchemaCanonical": {"i": i}}) for i in range(999)]
    assert len({hash(one) for one in asked}) == len(set(asked)) == 999
    assert asked[3] == selector({"capability": "c", "expectedSchemaCanonical": {"i": 3}})
    assert Dependency(capability="c") != asked[3]


def steps_of(among: Resolver, consumer: Provider) -> int:
    before = among.steps.total
    finished(resolution_answer(consumer, among))
    return among.steps.total - before


def a_consumer(*dependencies: Any, **more: Any) -> Provider:
    tool = {"function_name": "f", "capability": "", "dependencies": dependencies, **more}
    return provider({"agent_id": "me", "tools": [tool]})


def test_steps_are_foreseen() -> None:
    among = resolver(*versions(50))
    asked = [{"capability": "c", "version": f">1.{n}.0", "tags": ["+x"] * 9} for n in range(40)]
    consumer = a_consumer(*asked, llm_filter={"filter": asked[:3], "filter_mode": "all"})
    foreseen = most_steps(consumer.tools, among.catalog)
    taken = steps_of(among, consumer)
    assert 40 * 50 < taken <= foreseen + 40 * 2 + 3 * 50
    assert steps_of(among, a_consumer(*asked)) <= 40 * 2  # all of it is remembered


def versions(count: int, **more: Any) -> list[Provider]:
    return [agent(f"v{n}", "c", version=f"1.{n}.0", **SCHEMA, **more) for n in range(count)]


def test_the_same_dependency_is_looked_for_once() -> None:
    among = resolver(*versions(100))
    assert steps_of(among, a_consumer(*["c"] * 64)) <= 64 + 101


def test_work_pauses_at_each_slice() -> None:
    among = resolver(*versions(300))
    asked = [{"capability": "c", "version": f">1.{n}.0"} for n in range(60)]
    before = among.steps.total
    pauses = sum(1 for _ in resolution_answer(a_consumer(*asked), among))
    assert pauses == (among.steps.total - before) // SLICE > 5
    ordinary = a_consumer(*({"capability": "c", "version": f"1.{n}.0"} for n in range(5)))
    assert sum(1 for _ in resolution_answer(ordinary, resolver(*versions(50)))) == 0


def test_an_agent_that_leaves_at_a_pause_is_not_in_the_answer() -> None:
    among = resolver(*versions(300))
    asked = [{"capability": "c", "version": f">1.{n}.0"} for n in range(60)]
    work = resolution_answer(a_consumer(*asked), among)
    next(work)
    among.catalog.remove("v299")
    given = finished(work)["dependencies_resolved"]["f"]
    assert {one["agent_id"] for one in given} == {"", "v298"}
    again = finished(resolution_answer(a_consumer(*asked), among))["dependencies_resolved"]["f"]
    assert {one["agent_id"] for one in again} == {"v298"}


def test_any_change_at_a_pause_leaves_a_whole_answer() -> None:
    needs = [{"capability": "base", "required": True}]
    among = resolver(agent("b", "base"), *versions(300, dependencies=needs))
    asked = [{"capability": "c", "version": f">1.{n}.0"} for n in range(40)]
    filters = {"filter": ["c", {"capability": "c", "version": ">1.9.0"}], "filter_mode": "all"}
    work = resolution_answer(a_consumer(*asked, llm_filter=filters), among)
    for number, _ in enumerate(work):
        among.catalog.remove(f"v{number}")
        among.catalog.put(agent(f"v{299 - number}", "other"))
        among.catalog.put(agent(f"x{number}", "c", version=f"2.{number}.0", **SCHEMA))
    found = finished(among.find(selector("c"), trusted=False))
    assert found is not None and found.provider.agent_id == f"x{number}"


@pytest.mark.anyio
async def test_of_several_at_work_each_has_a_turn() -> None:
    turns, order = Turns(), []

    def work(name: str, slices: int) -> Work[str]:
        for _ in range(slices):
            order.append(name)
            yield
        return name

    async with anyio.create_task_group() as group:
        group.start_soon(turns.run, work("long", 9))
        group.start_soon(turns.run, work("short", 2))
    assert order.index("short") < 3 and len(order) - order[::-1].index("short") < 7


def test_a_chain_of_requirements_is_judged_in_steps_of_its_length() -> None:
    def steps(length: int) -> int:
        # Registered so that the first is the last to be known.
        chain = [
            agent(f"a{n}", f"c{n}", dependencies=[{"capability": f"c{n + 1}", "required": True}])
            for n in range(length)
        ]
        catalog, counted = resolver(*chain, agent("last", f"c{length}")).catalog, Steps()
        (kind,) = catalog.kinds("c0")
        assert all(finished(judged(kind, catalog, {}, counted)).values())
        return counted.total

    assert steps(400) <= 2 * steps(200) + 4


def with_needs(agent_id: str, edges: dict[str, list[str]]) -> Provider:
    tools = [
        {
            "function_name": capability,
            "capability": capability,
            "dependencies": [{"capability": one, "required": True} for one in needed],
        }
        for capability, needed in edges.items()
    ]
    return provider({"agent_id": agent_id, "tools": tools})


def test_a_cycle_is_looked_for_once_for_all_edges() -> None:
    catalog = Catalog()
    catalog.put(with_needs("p", {f"c{n}": [f"c{n + 1}"] for n in range(400)}))
    steps = Steps()
    many = with_needs("q", {f"z{n}": ["c0"] for n in range(400)})
    assert finished(required_cycle(catalog, many, steps)) is None
    assert steps.total <= 4 * 800
    closing = with_needs("q", {**{f"z{n}": ["c0"] for n in range(400)}, "c400": ["c0"]})
    found = finished(required_cycle(catalog, closing, steps))
    assert found is not None and len(found) == 402
    assert steps.total <= 12 * 800


def test_an_answer_over_its_bytes_is_refused_before_it_is_built() -> None:
    among = resolver(agent("p", "c", kwargs={"x": "A" * 8_000}, description="d" * 9_000, **SCHEMA))
    asks = a_consumer(*["c"] * 64)
    tools = tuple(asks.tools * 20)
    with pytest.raises(TooLarge, match=str(answers.MAX_BYTES)):
        finished(resolution_answer(Provider(agent_id="me", tools=tools), among))
    models = a_consumer(llm_filter={"filter": ["c"], "filter_mode": "all"})
    with pytest.raises(TooLarge):
        finished(resolution_answer(Provider(agent_id="me", tools=models.tools * 500), among))
    # A hundred dependencies on a tool with all the kwargs that it may have.
    assert finished(resolution_answer(Provider(agent_id="me", tools=asks.tools * 2), among))


def test_an_answer_is_no_longer_than_was_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = 'é"\\\u20ac'
    among = resolver(agent("p", "c", kwargs={"vendor": odd}, description=odd, **SCHEMA))
    asks = a_consumer(
        "c",
        "gone",
        llm_filter={"filter": ["c"], "filter_mode": "*"},
        llm_provider={"capability": "c"},
    )
    lengths: list[int] = []
    monkeypatch.setattr(answers._Found, "_add", lambda _, length: lengths.append(length))
    body = encoded(finished(resolution_answer(asks, among))).body
    assert len(body) <= sum(lengths)


def test_a_real_agent_is_within_all_bounds() -> None:
    """Fifty tools and a hundred dependencies in a mesh of two hundred agents."""
    others = [
        agent(f"p{n}", f"c{n % 40}", version=f"1.{n}.0", tags=["t"], **SCHEMA) for n in range(200)
    ]
    tools = [
        {
            "function_name": f"f{n}",
            "capability": f"mine{n}",
            "dependencies": [{"capability": f"c{n % 40}", "tags": ["+t"]}, f"c{(n + 1) % 40}"],
        }
        for n in range(50)
    ]
    me = provider({"agent_id": "me", "tools": tools})
    among = resolver(*others, me)
    entries = finished(resolution_answer(me, among))["dependencies_resolved"]
    assert all(one["status"] == "available" for each in entries.values() for one in each)
    assert most_steps(me.tools, among.catalog) < SLICE
