"""The guard: what it decides is the vectors', what it takes is checked here."""

import gc
import json
import os
import threading
import time
import weakref
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import callgate
import pytest
from callgate import CallgateError, Decision, Guard, Limits, PolicySet
from callgate._time import to_datetime

Step = dict[str, Any]

ROOT = Path(__file__).parents[4]
VECTORS = Path(os.environ.get("CALLGATE_VECTORS", ROOT / "tests" / "vectors"))
POLICIES: dict[str, str] = json.loads((VECTORS / "guard.json").read_bytes())["policies"]
NOW = 1771329600.0

untyped: Any = callgate  # for calls that a type checker refuses


def guard(policy: str = "plain", **limits: int) -> Guard:
    return Guard(PolicySet.parse(POLICIES[policy]), limits=Limits(**limits) if limits else None)


def check(decision: Decision, step: Step) -> None:
    assert decision.allowed is step["allowed"], decision
    assert decision.code_name == step["code"], decision
    for name in ("capability", "max_response_size", "retry_after", "rule"):
        if name in step:
            assert getattr(decision, name) == step[name], name


class Runner:
    """One guard, and its steps: a method for each ``op``."""

    def __init__(self, vector: dict[str, Any]) -> None:
        self.guard = guard(vector["policy"], **vector.get("limits", {}))

    def check(self, step: Step) -> None:
        arguments = step["arguments_json"] if "arguments_json" in step else step["arguments"]
        call = (step["subject"], step["context"], step["tool"], arguments)
        if step["code"] == "INVALID_ARGUMENT" and step["subject"] == "alice":
            # Python refuses such a time before the engine does.
            with pytest.raises(CallgateError) as refused:
                self.guard.check(*call, now=step["now"] / 1000)
            assert refused.value.code_name == step["code"]
            return
        self.decision = self.guard.check(*call, now=to_datetime(step["now"]))
        check(self.decision, step)

    def response(self, step: Step) -> None:
        check(self.decision.check_response(step["result_json"]), step)

    def set_policy(self, step: Step) -> None:
        self.guard.set_policy(PolicySet.parse(POLICIES[step["policy"]]))

    def reset_clock(self, step: Step) -> None:
        if step["code"] is None:
            self.guard.reset_clock(to_datetime(step["now"]))
            return
        with pytest.raises(CallgateError) as refused:
            self.guard.reset_clock(step["now"] / 1000)
        assert refused.value.code_name == step["code"]


@pytest.mark.vectors("guard.json", "vectors")
def test_a_guard_does_what_the_vectors_say(vector: dict[str, Any]) -> None:
    runner = Runner(vector)
    for step in vector["steps"]:
        getattr(runner, step["op"])(step)


@pytest.mark.vectors("policy_rates.json", "vectors")
def test_rates_are_those_of_a_gates_session(vector: dict[str, Any]) -> None:
    if "root" in vector:
        return  # of several sessions
    guard = Guard(PolicySet.parse(vector["policy_text"]))
    for number, step in enumerate(vector["steps"]):
        now = to_datetime(1771329600000 + step["at"])
        decision = guard.check(step["session"], "c", step["tool"], step["arguments"], now=now)
        assert decision.allowed is step["allowed"], (number, decision)
        assert decision.code_name == step["code"], number
        assert decision.retry_after == step.get("retry_after"), number


@pytest.mark.parametrize(
    "arguments",
    [
        {"path": "/workspace/a"},
        '{"path": "/workspace/a"}',
        b'{"path": "/workspace/a"}',
        bytearray(b'{"path": "/workspace/a"}'),
        memoryview(b'{"path": "/workspace/a"}'),
    ],
)
def test_arguments_are_a_mapping_or_json_text(arguments: Any) -> None:
    assert guard().check("alice", "default", "fs.read", arguments).allowed


@pytest.mark.parametrize("now", [NOW, int(NOW), datetime.fromtimestamp(NOW, timezone.utc)])
def test_now_is_seconds_or_an_aware_datetime(now: Any) -> None:
    limited = guard()
    for _ in range(2):
        assert limited.check("alice", "default", "web.get", {}, now=now)
    assert limited.check("alice", "default", "web.get", {}, now=NOW + 30).retry_after == 30


def test_now_is_the_wall_clock_by_default() -> None:
    limited = guard()
    begin = time.time()
    for _ in range(2):
        assert limited.check("alice", "default", "web.get", {})
        assert limited.check("bob", "default", "web.get", {}, now=None)
    end = time.time()
    denied = limited.check("alice", "default", "web.get", {}, now=begin + 30)
    assert denied.retry_after is not None
    assert 30 - 0.002 <= denied.retry_after <= 30 + (end - begin) + 0.002


def test_parameters_go_by_name_too() -> None:
    decision = guard().check(
        subject="alice", context="default", tool="fs.read", arguments={"path": "/etc"}, now=NOW
    )
    assert decision.code_name == "PATH_NOT_ALLOWED"


@pytest.mark.parametrize(
    "call",
    [
        lambda g: untyped.Guard(),
        lambda g: untyped.Guard(POLICIES["plain"]),
        lambda g: untyped.Guard(g.policy, limits={}),
        lambda g: untyped.Guard(g.policy, Limits()),
        lambda g: g.check("a", "default", "t"),
        lambda g: g.check("a", "default", "t", {}, NOW),
        lambda g: g.check("a", "default", "t", {}, later=NOW),
        lambda g: g.check("a", "default", "t", {}, subject="a"),
        lambda g: g.check("a", "default", "t", tools="t"),
        lambda g: g.check("a", "default", tool="t", now=NOW),
        lambda g: g.check(b"a", "default", "t", {}),
        lambda g: g.check(None, "default", "t", {}),
        lambda g: g.check("\ud800", "default", "t", {}),
        lambda g: g.check("a", None, "t", {}),
        lambda g: g.check("a", "default", 1, {}),
        lambda g: g.check("a", "default", "t", None),
        lambda g: g.check("a", "default", "t", []),
        lambda g: g.check("a", "default", "t", {"a": object()}),
        lambda g: g.check("a", "default", "t", {}, now="noon"),
        lambda g: g.check("a", "default", "t", {}, now=datetime(2026, 1, 1)),
        lambda g: g.set_policy(POLICIES["plain"]),
        lambda g: g.reset_clock("noon"),
    ],
)
def test_wrong_types_are_a_type_error(call: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError) as refused:
        call(guard())
    assert "/workspace" not in str(refused.value)


def test_a_refused_call_takes_no_room() -> None:
    limited = guard()
    for _ in range(3):
        with pytest.raises(CallgateError):
            limited.check("alice", "default", "web.get", {}, now=0)
    assert limited.check("alice", "default", "web.get", {})


def test_set_policy_and_policy_go_together() -> None:
    guarded, none = guard(), PolicySet.parse(POLICIES["none"])
    assert guarded.policy.digest == PolicySet.parse(POLICIES["plain"]).digest
    guarded.set_policy(none)
    assert guarded.policy.digest == none.digest
    assert none.digest[:12] in repr(guarded)


def test_a_decision_outlives_its_guard() -> None:
    guarded = guard()
    seen = weakref.ref(guarded)
    decision = guarded.check("alice", "default", "fs.read", {"path": "/workspace/a"})
    del guarded
    gc.collect()
    assert seen() is None
    assert decision.context == "default"
    assert decision.check_response([1]).allowed
    assert not decision.check_response([1] * 10).allowed


def test_of_racing_threads_exactly_the_calls_of_a_limit_pass() -> None:
    text = "{name: c, capabilities: [{tool_pattern: t, rate_limit: {calls: 20, per_seconds: 60}}]}"
    guarded = Guard(PolicySet.parse(text))
    start = threading.Barrier(8)
    allowed: list[bool] = []

    def run() -> None:
        start.wait(timeout=60)
        for _ in range(10):
            allowed.append(guarded.check("alice", "c", "t", {}, now=NOW).allowed)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(allowed) == 80
    assert sum(allowed) == 20
