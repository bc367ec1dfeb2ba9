"""The arguments of a guarded tool: the function gets the values that were judged."""

import pickle
from collections import OrderedDict, UserDict
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from asked_guard import READ, Seen
from callgate import CallgateError, Guard, GuardError, GuardTypeError, ToolCall


class TwoNames(str):
    """A keyword that is one name in JSON, and equals another."""

    def __eq__(self, other: object) -> bool:
        return other == "mode"

    def __hash__(self) -> int:
        return hash("mode")


def test_a_keyword_is_the_name_that_is_judged(guard: Guard) -> None:
    seen = Seen(guard)

    @seen.tool
    def show(*, mode: str = "r", **more: str) -> tuple[str, dict[str, str]]:
        return mode, more

    assert show(**{TwoNames("note"): "w"}) == ("r", {"note": "w"})
    assert seen.calls == [{"mode": "r", "note": "w"}]


class Colour(Enum):
    RED = 1


@pytest.mark.parametrize(
    "value",
    [
        object(),
        b"bytes",
        Path(READ),
        {1: "a"},
        {"a": {None: 1}},
        {1, 2},
        float("nan"),
        [float("inf")],
        1j,
        "\ud800",
        {"\ud800": 1},
        Colour.RED,
        UserDict(a=1),
        lambda: None,
    ],
)
def test_what_json_cannot_hold_raises_with_the_arguments_name(guard: Guard, value: Any) -> None:
    called = []

    @guard.tool("any.tool", subject="alice", context="default")
    def tool(first: int, second: Any, **more: Any) -> None:
        called.append(second)

    for second, more, name in ((value, {}, "second"), (2, {"x": value}, "x")):
        with pytest.raises(TypeError) as refused:
            tool(1, second, **more)
        assert isinstance(refused.value, GuardTypeError)
        assert isinstance(refused.value, CallgateError)
        assert refused.value.where == name
        assert str(refused.value).startswith(f"{name}: ")
        assert refused.value.code_name == "INVALID_ARGUMENT"
    assert called == []


def test_a_cycle_and_a_tower_raise(guard: Guard) -> None:
    @guard.tool("any.tool", subject="alice", context="default")
    def tool(value: Any) -> None: ...

    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(GuardTypeError):
        tool(cycle)
    tower: list[Any] = []
    for _ in range(100):
        tower = [tower]
    with pytest.raises(GuardError) as denied:  # no JSON text may be as deep
        tool(tower)
    assert denied.value.code_name == "INVALID_ENVELOPE"


def test_few_values_that_stand_in_many_places_raise(guard: Guard) -> None:
    @guard.tool("any.tool", subject="alice", context="default")
    def tool(value: Any) -> None: ...

    many: Any = "a"
    for _ in range(60):
        many = {"a": many, "b": many}
    with pytest.raises(GuardTypeError, match="more than 16777216 values"):
        tool(many)
    with pytest.raises(GuardTypeError, match="more than 16777216 values"):
        tool([[0] * 10_000] * 10_000)


def test_the_error_is_one_bounded_line_and_can_be_pickled(guard: Guard) -> None:
    @guard.tool("any.tool", subject="alice", context="default")
    def tool(**more: Any) -> None: ...

    with pytest.raises(GuardTypeError) as refused:
        tool(**{"a\n\x1b\u202e" + "k" * 100_000: object()})
    assert refused.value.where == "a???" + "k" * 124
    copied = pickle.loads(pickle.dumps(refused.value))
    assert (str(copied), copied.where) == (str(refused.value), refused.value.where)


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1, 2**53 + 1, 0.1, 1e300, "", 'ü\u2028\x7f"\\', [], {}, [{"a": [None]}]],
)
def test_json_values_pass_as_they_are(guard: Guard, value: Any) -> None:
    @guard.tool("any.tool", subject="alice", context="default")
    def tool(value: Any) -> Any:
        return value

    passed = tool(value)
    assert passed == value
    assert type(passed) is type(value)


def test_the_function_gets_copies_of_plain_types(guard: Guard) -> None:
    @guard.tool("any.tool", subject="alice", context="default")
    def tool(value: Any) -> Any:
        return value

    given = OrderedDict(a=(1, [2]))
    passed = tool(given)
    assert passed == {"a": [1, [2]]}
    assert type(passed) is dict
    assert passed["a"][1] is not given["a"][1]


class Shifty(str):
    """Another text each time it is read as one."""

    def __str__(self) -> str:
        return "/etc/passwd"

    def __format__(self, spec: str) -> str:
        return "/etc/passwd"


def test_what_changes_after_it_was_judged_changes_nothing(guard: Guard) -> None:
    given: dict[str, Any] = {"path": READ}

    def subject(call: ToolCall) -> str:
        given["path"] = "/etc/passwd"  # as another thread might
        call.arguments["options"]["path"] = "/etc/passwd"
        return "alice"

    @guard.tool("fs.read", subject=subject, context="default")
    def read(options: dict[str, str]) -> str:
        return options["path"]

    assert read(given) == READ

    @guard.tool("fs.read", subject="alice", context="default")
    def show(path: str) -> str:
        return f"{path}"

    assert show(Shifty(READ)) == READ
