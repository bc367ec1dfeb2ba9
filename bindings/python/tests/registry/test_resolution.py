"""Which tool serves a dependency: candidates, order, trust, what they themselves require."""

from typing import Any

from callgate.registry.resolution import Catalog, Resolver, finished
from described import agent, found, resolver, selector


def test_capabilities_are_equal_bytes() -> None:
    among = resolver(agent("p", "adder"))
    assert found(among, "adder") == "p"
    for other in ("Adder", "adder ", "add", "", "*"):
        assert found(among, {"capability": other}) is None


def test_an_agent_that_left_is_no_candidate() -> None:
    among = resolver(agent("a", "c"), agent("b", "c"))
    assert found(among, "c") == "a"
    among.catalog.remove("a")
    assert found(among, "c") == "b"
    among.catalog.remove("b")
    assert found(among, "c") is None
    among.catalog.put(agent("a", "c"))
    assert found(among, "c") == "a"


def test_an_agent_replaced_has_its_new_tools_only() -> None:
    among = resolver(agent("a", "old", "kept"))
    among.catalog.put(agent("a", "kept", "new"))
    assert [found(among, c) for c in ("old", "kept", "new")] == [None, "a", "a"]


def test_put_says_whether_anything_changed() -> None:
    catalog = Catalog()
    assert catalog.put(agent("a", "c"))
    before = catalog.generation
    assert not catalog.put(agent("a", "c"))
    assert catalog.generation == before
    assert catalog.put(agent("a", "c", version="2"))
    assert catalog.generation > before
    assert catalog.remove("a") and not catalog.remove("a")
    assert not catalog.kinds("c") and len(catalog) == 0


def test_most_points_then_highest_version_then_smallest_id() -> None:
    agents = [
        agent("z", "c", tags=["fast"], version="1.0.0"),
        agent("y", "c", version="1.10.0"),
        agent("x", "c", version="1.9.0"),
        agent("w", "c", version="1.10.0"),
    ]
    among = resolver(*agents)
    assert found(among, {"capability": "c", "tags": ["+fast"]}) == "z"
    assert found(among, "c") == "w"
    among.catalog.remove("w")
    assert found(among, "c") == "y"
    among.catalog.remove("y")
    assert found(among, "c") == "x"


def test_a_version_that_is_none_is_last() -> None:
    among = resolver(agent("a", "c", version="latest"), agent("b", "c", version="0.0.1-alpha"))
    assert found(among, "c") == "b"
    assert found(among, {"capability": "c", "version": "latest"}) == "a"


def test_build_metadata_does_not_rank() -> None:
    among = resolver(agent("b", "c", version="1.0.0+2"), agent("a", "c", version="1.0.0+1"))
    assert found(among, "c") == "a"


def test_all_selectors_hold_at_once() -> None:
    wanted = {"capability": "c", "tags": ["math", "+fast", "-slow"], "version": ">=1.0.0,<2.0.0"}
    among = resolver(
        agent("a", "c", tags=["math", "fast"], version="2.0.0"),
        agent("b", "c", tags=["math", "fast", "slow"], version="1.0.0"),
        agent("d", "c", tags=["fast"], version="1.0.0"),
        agent("e", "c", tags=["math"], version="1.5.0"),
        agent("f", "c", tags=["math", "fast"], version="1.4.2"),
    )
    assert found(among, wanted) == "f"
    among.catalog.remove("f")
    assert found(among, wanted) == "e"


def test_an_agent_may_get_its_own_tool() -> None:
    assert found(resolver(agent("a", "c", dependencies=["c"])), "c") == "a"


def test_alternatives_are_tried_in_order() -> None:
    among = resolver(agent("a", "second", version="3"), agent("b", "first"))
    alternatives = [selector("first"), selector("second")]
    resolved = finished(among.position(alternatives, trusted=False))
    assert resolved and resolved.provider.agent_id == "b"
    among.catalog.remove("b")
    resolved = finished(among.position(alternatives, trusted=False))
    assert resolved and resolved.dependency.capability == "second"
    among.catalog.remove("a")
    assert finished(among.position(alternatives, trusted=False)) is None


def test_an_anonymous_tool_never_serves_a_trusted_consumer() -> None:
    among = resolver(
        agent("a", "c", version="9.0.0", tags=["fast"]), agent("b", "c", entity="acme")
    )
    assert found(among, {"capability": "c", "tags": ["+fast"]}, trusted=True) == "b"
    assert found(among, {"capability": "c", "tags": ["+fast"]}, trusted=False) == "a"
    among.catalog.remove("b")
    assert found(among, "c", trusted=True) is None


def test_trust_of_what_a_trusted_tool_requires() -> None:
    """What it requires is resolved as it would get it: an anonymous tool does not serve it."""
    needs: list[Any] = [{"capability": "base", "required": True}]
    among = resolver(agent("anonymous", "base"), agent("b", "c", entity="acme", dependencies=needs))
    assert found(among, "c") is None
    among.catalog.put(agent("vouched", "base", entity="globex"))
    assert found(among, "c") == "b"


def requires(capability: str, **more: Any) -> dict[str, Any]:
    return {"capability": capability, "required": True, **more}


def test_a_tool_without_what_it_requires_is_no_candidate() -> None:
    among = resolver(
        agent("a", "c", dependencies=[requires("d")]), agent("b", "c", dependencies=["d"])
    )
    assert found(among, "c") == "b"
    among.catalog.put(agent("d1", "d"))
    assert found(among, "c") == "a"


def test_requirements_are_followed_all_the_way_down() -> None:
    chain = [agent(f"a{n}", f"c{n}", dependencies=[requires(f"c{n + 1}")]) for n in range(50)]
    among = resolver(*chain)
    assert found(among, "c0") is None
    among.catalog.put(agent("last", "c50"))
    assert found(among, "c0") == "a0"
    among.catalog.remove("a25")
    assert found(among, "c0") is None and found(among, "c26") == "a26"


def test_requirements_match_in_full() -> None:
    needs = requires("d", tags=["x"], version=">=2", matchMode="strict", expectedSchemaHash="h")
    among = resolver(agent("a", "c", dependencies=[needs]))
    fitting: dict[str, Any] = {"tags": ["x"], "version": "2", "outputSchemaHash": "h"}
    for member, other in (("tags", ["y"]), ("version", "1.9"), ("outputSchemaHash", "i")):
        among.catalog.put(agent("d", "d", **{**fitting, member: other}))
        assert found(among, "c") is None
    among.catalog.put(agent("d", "d", **fitting))
    assert found(among, "c") == "a"


def test_a_required_position_is_met_by_any_of_its_alternatives() -> None:
    needs = [[requires("d"), {"capability": "e"}]]
    among = resolver(agent("a", "c", dependencies=needs))
    assert found(among, "c") is None
    among.catalog.put(agent("e", "e"))
    assert found(among, "c") == "a"


def test_tools_on_a_cycle_serve_nobody() -> None:
    """Registration refuses these; where one came in all the same, it is shut."""
    among = resolver(
        agent("a", "a", dependencies=[requires("b")]),
        agent("b", "b", dependencies=[requires("a")]),
        agent("c", "c", dependencies=[requires("a")]),
        agent("self", "self", dependencies=[requires("self")]),
    )
    assert [found(among, c) for c in ("a", "b", "c", "self")] == [None] * 4
    # Another provider opens it.
    among.catalog.put(agent("b2", "b"))
    assert [found(among, c) for c in ("a", "b", "c")] == ["a", "b", "c"]


def test_what_was_found_is_forgotten_with_any_change() -> None:
    catalog = Catalog()
    one, other = Resolver(catalog), Resolver(catalog)
    assert found(one, "c") is None and found(other, "c") is None
    catalog.put(agent("a", "c"))
    assert found(one, "c") == found(other, "c") == "a"


def test_what_a_tool_rests_on_may_change_elsewhere() -> None:
    among = resolver(agent("a", "c", dependencies=[requires("d")]), agent("d", "d"))
    assert found(among, "c") == "a"
    among.catalog.put(agent("unrelated", "e"))
    assert found(among, "c") == "a"
    among.catalog.remove("d")
    assert found(among, "c") is None
    among.catalog.put(agent("d2", "d"))
    assert found(among, "c") == "a"


def test_a_fleet_of_one_kind_is_one_kind() -> None:
    catalog = Catalog()
    for number in range(1000):
        catalog.put(agent(f"w{number:03}", "work", tags=["fast"]))
    assert len(catalog.kinds("work")) == 1
    among = Resolver(catalog)
    assert found(among, "work") == "w000"
    catalog.remove("w000")
    assert found(among, "work") == "w001"
    assert len(catalog.kinds("work")) == 1
