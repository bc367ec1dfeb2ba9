"""The decorator: it binds a call, judges it, and makes it."""

import asyncio
import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asked_guard import READ, Seen
from callgate import CallgateError, Guard, GuardError, GuardTypeError, PolicySet, ToolCall


def test_a_call_that_policy_allows_is_made(guard: Guard) -> None:
    @guard.tool("fs.read", subject="alice", context="default")
    def read(path: str) -> str:
        return f"text of {path}"[:10]

    assert read(READ) == "text of /w"
    assert read(path=READ) == "text of /w"


def test_a_denied_call_is_not_made_and_raises_one_error(guard: Guard) -> None:
    called = []

    @guard.tool("fs.read", subject="alice", context="default")
    def read(path: str) -> None:
        called.append(path)

    with pytest.raises(GuardError) as denied:
        read("/etc/passwd")
    assert called == []
    assert isinstance(denied.value, CallgateError)
    assert denied.value.decision.code_name == denied.value.code_name == "PATH_NOT_ALLOWED"
    assert denied.value.message == denied.value.decision.reason
    assert "/etc/passwd" not in str(denied.value)


def test_an_async_function_stays_one(guard: Guard) -> None:
    @guard.tool("fs.read", subject="alice", context="default")
    async def read(path: str) -> str:
        await asyncio.sleep(0)
        return path

    assert inspect.iscoroutinefunction(read)
    assert asyncio.run(read(READ)) == READ
    refused = read("/etc/passwd")  # judged when it is awaited, as its body runs
    with pytest.raises(GuardError):
        asyncio.run(refused)


def test_the_result_of_a_function_that_returns_an_awaitable_is_limited(guard: Guard) -> None:
    async def later(path: str) -> str:
        return path * 10

    class Reads:
        def __call__(self, path: str) -> Awaitable[str]:
            return later(path)

    for function in (functools.partial(later), lambda path: later(path)):
        guarded: Any = guard.tool("fs.read", subject="alice", context="default")(function)
        with pytest.raises(GuardError) as kept:
            asyncio.run(_awaited(guarded(path=READ)))
        assert kept.value.code_name == "OUTPUT_SIZE_EXCEEDED"


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


def test_name_doc_and_signature_are_the_functions(guard: Guard) -> None:
    def read(path: str, mode: str = "r") -> str:
        """Reads."""
        return path + mode

    guarded = guard.tool("fs.read", subject="alice", context="default")(read)
    assert (guarded.__name__, guarded.__doc__) == ("read", "Reads.")
    assert inspect.signature(guarded) == inspect.signature(read)


def test_defaults_are_judged_and_passed(guard: Guard) -> None:
    seen = Seen(guard)

    @seen.tool
    def read(path: str = "/etc/passwd", mode: str = "r") -> tuple[str, str]:
        return path, mode

    assert read() == ("/etc/passwd", "r")
    assert seen.calls == [{"path": "/etc/passwd", "mode": "r"}]

    @guard.tool("fs.read", subject="alice", context="default")
    def by_policy(path: str = "/etc") -> str:
        return path

    with pytest.raises(GuardError):
        by_policy()
    assert by_policy(READ) == READ


def test_each_kind_of_parameter_is_judged_under_its_name(guard: Guard) -> None:
    seen = Seen(guard)

    @seen.tool
    def many(
        first: int, /, second: int, *rest: int, third: int, fourth: int = 4, **more: int
    ) -> Any:
        return first, second, rest, third, fourth, more

    assert many(1, 2, third=3) == (1, 2, (), 3, 4, {})
    assert many(1, 2, 5, 6, third=3, extra=7) == (1, 2, (5, 6), 3, 4, {"extra": 7})
    assert seen.calls == [
        {"first": 1, "second": 2, "rest": [], "third": 3, "fourth": 4},
        {"first": 1, "second": 2, "rest": [5, 6], "third": 3, "fourth": 4, "extra": 7},
    ]


def test_arguments_of_args_and_kwargs_are_judged_by_policy(guard: Guard) -> None:
    @guard.tool("sealed", subject="alice", context="default")
    def sealed(path: str, *rest: str, **keywords: str) -> None: ...

    sealed("a", "b", mode="r")
    with pytest.raises(GuardError) as denied:
        sealed("a", other="c")
    assert denied.value.code_name == "ARGUMENT_NOT_ALLOWED"

    @guard.tool("fs.read", subject="alice", context="default")
    def read(*path: str) -> int:
        return len(path)

    assert read(READ, READ) == 2
    with pytest.raises(GuardError):
        read(READ, "/etc/passwd")


def test_a_keyword_with_the_name_of_another_parameter_is_refused(guard: Guard) -> None:
    @guard.tool("any.tool", subject="alice", context="default")
    def positional(path: str, /, *rest: str, **more: str) -> str:
        return path

    for keyword in ("path", "rest"):
        with pytest.raises(GuardTypeError) as refused:
            positional(READ, **{keyword: "/etc"})
        assert refused.value.where == keyword
    assert positional(READ, more="x") == READ


def test_what_does_not_fit_the_signature_is_pythons_own_error(guard: Guard) -> None:
    seen = Seen(guard)

    @seen.tool
    def read(path: str) -> None: ...

    anyhow: Any = read
    for args, kwargs in (((), {}), (("a", "b"), {}), ((), {"path": "a", "mode": "r"})):
        with pytest.raises(TypeError) as refused:
            anyhow(*args, **kwargs)
        assert not isinstance(refused.value, CallgateError)
    assert seen.calls == []


def test_subject_and_context_may_be_found_for_a_call(guard: Guard) -> None:
    calls = []

    def subject(call: ToolCall) -> str:
        calls.append((call.tool, call.arguments, dict(call.injected)))
        return str(call.injected["request"])

    @guard.tool(
        "web.get", subject=subject, context=lambda call: call.arguments["as"], injected=("request",)
    )
    def get(request: object, **more: str) -> object:
        return request

    request = Path("alice")
    for _ in range(2):
        assert get(request, **{"as": "default"}) is request
    with pytest.raises(GuardError) as limited:
        get(request, **{"as": "default"})
    assert limited.value.code_name == "RATE_LIMIT_EXCEEDED"
    assert limited.value.decision.retry_after is not None
    assert get(Path("bob"), **{"as": "default"})
    with pytest.raises(GuardError) as unknown:
        get(request, **{"as": "nowhere"})
    assert unknown.value.code_name == "SCOPE_NOT_FOUND"
    assert calls[0] == ("web.get", {"as": "default"}, {"request": request})


@pytest.mark.parametrize("subject", [None, b"alice", 1])
def test_a_subject_that_is_no_str_is_a_type_error(guard: Guard, subject: Any) -> None:
    decorate = guard.tool("any.tool", subject=lambda call: subject, context="default")
    guarded: Any = decorate(lambda: 1)
    with pytest.raises(TypeError):
        guarded()


def test_methods_name_self_as_injected(guard: Guard) -> None:
    class Files:
        @guard.tool("fs.read", subject="alice", context="default", injected=("self",))
        def read(self, path: str) -> str:
            return path

        @guard.tool("fs.read", subject="alice", context="default")
        def forgotten(self, path: str) -> str:
            return path

    assert Files().read(READ) == READ
    with pytest.raises(GuardError):
        Files().read("/etc")
    with pytest.raises(GuardTypeError) as refused:
        Files().forgotten(READ)
    assert refused.value.where == "self"


def test_a_result_over_the_response_limit_is_kept_back(guard: Guard) -> None:
    @guard.tool("fs.read", subject="alice", context="default")
    def read(path: str, size: int = 1) -> str:
        return "x" * size

    assert read(READ, 18) == "x" * 18  # and two quotes
    with pytest.raises(GuardError) as kept:
        read(READ, 19)
    assert kept.value.code_name == "OUTPUT_SIZE_EXCEEDED"
    assert kept.value.decision.max_response_size == 20


def test_a_result_is_measured_as_json_where_there_is_a_limit(guard: Guard) -> None:
    class Model:
        def dump(self) -> dict[str, int]:
            return {"a": 1}

    with_limit = guard.tool("fs.read", subject="alice", context="default")
    without = guard.tool("any.tool", subject="alice", context="default")
    for result in (Model(), b"bytes"):
        with pytest.raises(GuardTypeError) as refused:
            with_limit(_returning(result))(READ)
        assert refused.value.where == "result"
        assert without(_returning(result))(READ) is result
    measured = guard.tool("fs.read", subject="alice", context="default", measure=Model.dump)
    model = Model()
    assert measured(_returning(model))(READ) is model
    assert with_limit(_returning(None))(READ) is None


def _returning(result: Any) -> Callable[[str], Any]:
    return lambda path: result


def test_what_the_function_raises_passes_and_stays_charged(guard: Guard) -> None:
    @guard.tool("web.get", subject="alice", context="default")
    def get() -> None:
        raise KeyError("own")

    for _ in range(2):
        with pytest.raises(KeyError):
            get()
    with pytest.raises(GuardError):
        get()


def test_generators_are_refused_when_they_are_decorated(guard: Guard) -> None:
    decorate: Any = guard.tool("any.tool", subject="alice", context="default")

    def lines() -> Iterator[str]:
        yield "a"

    async def lines_later() -> Any:
        yield "a"

    for function in (lines, lines_later):
        with pytest.raises(TypeError):
            decorate(function)


@pytest.mark.parametrize("injected", ["path", ("pth",), ("path", "ctx")])
def test_injected_names_parameters_of_the_function(guard: Guard, injected: Any) -> None:
    decorate: Any = guard.tool("any.tool", subject="a", context="default", injected=injected)
    with pytest.raises(TypeError):
        decorate(lambda path: path)


def test_a_policy_that_is_set_judges_the_next_call(guard: Guard) -> None:
    guarded: Any = guard.tool("any.tool", subject="alice", context="default")(lambda: 1)
    assert guarded() == 1
    guard.set_policy(PolicySet.parse("{name: default, capabilities: []}"))
    with pytest.raises(GuardError):
        guarded()


def test_an_agent_loop_goes_on_after_a_denial(guard: Guard) -> None:
    @guard.tool("fs.read", subject="alice", context="default")
    def read_file(path: str) -> str:
        return "text"

    @guard.tool("any.denied", subject="alice", context="default")
    def delete_file(path: str) -> str:
        raise AssertionError("never called")

    tools: dict[str, Callable[..., str]] = {"read_file": read_file, "delete_file": delete_file}
    model = iter(
        [
            {"name": "read_file", "arguments": '{"path": "/etc/passwd"}'},
            {"name": "delete_file", "arguments": '{"path": "/workspace/a"}'},
            {"name": "read_file", "arguments": '{"path": "/workspace/a"}'},
        ]
    )
    said = []
    for asked in model:
        try:
            said.append(tools[asked["name"]](**json.loads(asked["arguments"])))
        except GuardError as denied:
            said.append(f"denied: {denied.code_name}")
    assert said == ["denied: PATH_NOT_ALLOWED", "denied: TOOL_EXPLICITLY_DENIED", "text"]
