"""A registration that would close a cycle of required dependencies is refused."""

from typing import Any

from callgate.registry.resolution import (
    Catalog,
    Provider,
    Steps,
    cycle_message,
    finished,
    required_cycle,
)
from described import agent


def with_needs(agent_id: str, capability: str, *needed: str, **more: Any) -> Provider:
    needs = [{"capability": one, "required": True, **more} for one in needed]
    return agent(agent_id, capability, dependencies=needs)


def catalog(*agents: Provider) -> Catalog:
    made = Catalog()
    for one in agents:
        made.put(one)
    return made


def cycle_of(known: Catalog, provider: Provider) -> tuple[str, ...] | None:
    return finished(required_cycle(known, provider, Steps()))


def test_the_message_names_the_loop() -> None:
    cycle = cycle_of(catalog(with_needs("cya", "cyA", "cyB")), with_needs("cyb", "cyB", "cyA"))
    assert cycle == ("cyA", "cyB", "cyA")
    assert cycle_message(cycle) == "required dependency cycle: cyA → cyB → cyA"


def test_a_chain_is_no_cycle() -> None:
    known = catalog(with_needs("a", "a", "b"), with_needs("b", "b", "c", "d"))
    assert cycle_of(known, with_needs("c", "c", "d")) is None
    assert cycle_of(known, with_needs("d", "d", "a")) == ("a", "b", "d", "a")


def test_a_tool_that_requires_its_own_capability_is_a_cycle() -> None:
    assert cycle_of(catalog(), with_needs("a", "a", "a")) == ("a", "a")


def test_a_cycle_within_one_agent_is_one() -> None:
    one = with_needs("a", "a", "b")
    two = with_needs("a", "b", "a")
    both = Provider(agent_id="a", tools=one.tools + two.tools)
    assert cycle_of(catalog(), both) == ("a", "b", "a")


def test_optional_dependencies_close_no_cycle() -> None:
    known = catalog(with_needs("a", "a", "b"))
    assert cycle_of(known, agent("b", "b", dependencies=["a"])) is None
    known = catalog(agent("a", "a", dependencies=["b"]))
    assert cycle_of(known, with_needs("b", "b", "a")) is None


def test_names_alone_close_a_cycle() -> None:
    known = catalog(with_needs("a", "a", "b", version=">=9", tags=["x"]))
    assert cycle_of(known, with_needs("b", "b", "a")) == ("a", "b", "a")


def test_what_the_agent_required_before_does_not_count() -> None:
    known = catalog(with_needs("a", "a", "b"), with_needs("b", "b", "c"))
    assert cycle_of(known, with_needs("c", "c", "a")) == ("a", "b", "c", "a")
    assert cycle_of(known, with_needs("a", "c", "b")) == ("b", "c", "b")
    assert cycle_of(known, with_needs("a", "x", "b")) is None
    # Where another agent has the same edge, it stays.
    known.put(with_needs("a2", "a", "b"))
    assert cycle_of(known, with_needs("b", "b", "a")) == ("a", "b", "a")


def test_an_agent_that_left_took_its_edges_along() -> None:
    known = catalog(with_needs("a", "a", "b"), with_needs("a2", "a", "b"))
    known.remove("a")
    assert cycle_of(known, with_needs("b", "b", "a")) is not None
    known.remove("a2")
    assert cycle_of(known, with_needs("b", "b", "a")) is None
    assert not known.required


def test_alternatives_close_no_cycle() -> None:
    other = [[{"capability": "b", "required": True}, {"capability": "c"}]]
    known = catalog(agent("a", "a", dependencies=other))
    assert cycle_of(known, with_needs("b", "b", "a")) is None
