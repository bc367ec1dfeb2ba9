"""contains, diff, could_allow and lint: the shared vectors, and what Python adds."""

import json
from typing import Any

import callgate
import pytest
from callgate import PolicyError, PolicySet

OLD = """
name: c
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
  - tool_pattern: web.fetch
    domain_allowlist: [pypi.org]
"""
NEW = """
name: c
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace, /shared]
"""
untyped: Any = callgate  # for calls that a type checker refuses


def test_diff_says_what_became_allowed_and_denied() -> None:
    old, new = PolicySet.parse(OLD), PolicySet.parse(NEW)
    diff = old.diff("c", new, "c")
    assert diff
    [allowed] = diff.became_allowed
    [denied] = diff.became_denied
    assert {allowed, denied} == set(diff.changes)
    assert (allowed.tool_pattern, denied.tool_pattern) == ("fs.read", "web.fetch")
    assert (allowed.capability, denied.capability) == (0, 1)
    for change, before, after in ((allowed, old, new), (denied, new, old)):
        assert change.witness is not None
        call = (change.witness.tool, change.witness.arguments)
        assert not before.evaluate("c", *call)
        assert after.evaluate("c", *call)
        assert change.tool_pattern in repr(change)


def test_a_policy_does_not_differ_from_itself() -> None:
    old = PolicySet.parse(OLD)
    assert not old.diff("c", PolicySet.parse(OLD), "c")


def test_could_allow_keeps_the_order() -> None:
    policy = PolicySet.parse(OLD)
    tools = ["web.post", "web.fetch", "fs.write", "fs.read"]
    assert policy.could_allow("c", tools) == ["web.fetch", "fs.read"]
    assert policy.could_allow("c", iter(tools)) == ["web.fetch", "fs.read"]
    assert policy.could_allow("c", []) == []


def test_contains_carries_a_witness() -> None:
    policy = PolicySet.parse(f"{OLD}---\n{NEW.replace('name: c', 'name: d')}")
    assert policy.contains(parent="c", child="c")
    answer = policy.contains(parent="c", child="d")
    assert not answer
    assert answer.contained is False
    assert answer.reason
    assert answer.witness is not None
    assert policy.evaluate("d", answer.witness.tool, answer.witness.arguments)
    assert not policy.evaluate("c", answer.witness.tool, answer.witness.arguments)
    assert answer.reason in repr(answer)


def test_lint_names_the_rule_and_the_place() -> None:
    text = "name: c\ncapabilities:\n  - tool_pattern: fs.read\n    path_allowlist: [/]\n"
    warnings = PolicySet.parse(text, "a.yaml").lint()
    assert {warning.rule for warning in warnings} == {"lint.broad-path", "lint.no-only-arguments"}
    for warning in warnings:
        assert (warning.context, warning.capability, warning.where) == ("c", 0, "a.yaml:3:5")
        assert warning.message
        assert warning.level == {"lint.broad-path": "error"}.get(warning.rule, "warning")
        assert warning.rule in repr(warning)


def test_unknown_contexts_are_policy_errors() -> None:
    policy = PolicySet.parse(OLD)
    for call in (
        lambda: policy.contains("c", "x"),
        lambda: policy.contains("x", "c"),
        lambda: policy.diff("x", policy, "c"),
        lambda: policy.diff("c", policy, "x"),
        lambda: policy.could_allow("x", []),
    ):
        with pytest.raises(PolicyError) as refused:
            call()
        assert refused.value.code_name == "SCOPE_NOT_FOUND"


@pytest.mark.vectors("contains.json", "vectors")
def test_containment_is_the_vectors(vector: dict[str, Any]) -> None:
    policy = PolicySet.parse(json.dumps(vector["contexts"]))
    parent, child = vector["parent"], vector["child"]
    if "code" in vector:
        with pytest.raises(PolicyError) as refused:
            policy.contains(parent, child)
        assert refused.value.code_name == vector["code"]
        return
    answer = policy.contains(parent, child)
    assert answer.contained is bool(answer) is vector["contained"]
    assert (answer.reason == "") is vector["contained"]
    assert answer.reason.startswith(vector.get("reason", ""))
    assert (answer.witness is not None) is vector.get("witness", False)
    if answer.witness is not None:
        assert policy.evaluate(child, answer.witness.tool, answer.witness.arguments)
        assert not policy.evaluate(parent, answer.witness.tool, answer.witness.arguments)
        assert answer.witness.tool == vector.get("tool", answer.witness.tool)


@pytest.mark.vectors("random.json", "vectors")
def test_random_contexts_and_calls_are_the_vectors(vector: dict[str, Any]) -> None:
    policy = PolicySet.parse(json.dumps(vector["contexts"]))
    assert policy.contains("outer", "middle").contained is vector["contained"]
    for call in vector["calls"]:
        for context in ("outer", "middle"):
            answer = policy.evaluate(context, call["tool"], call["arguments"])
            assert answer.code_name == call[context], (context, call)


@pytest.mark.vectors("diff.json", "vectors")
def test_differences_are_the_vectors(vector: dict[str, Any]) -> None:
    policy = PolicySet.parse(json.dumps(vector["contexts"]))
    before, after = vector["before"], vector["after"]
    if "code" in vector:
        with pytest.raises(PolicyError) as refused:
            policy.diff(before, policy, after)
        assert refused.value.code_name == vector["code"]
        return
    diff = policy.diff(before, policy, after)
    assert bool(diff) is bool(vector["changes"])
    for change, expected in zip(diff.changes, vector["changes"], strict=True):
        assert change.effect == expected["effect"]
        assert change.became_allowed is (expected["effect"] == "allowed")
        assert change.capability == expected.get("capability")
        assert change.reason == expected["reason"]
        assert (change.witness is not None) is expected["witness"]
        if change.witness is not None:
            call = (change.witness.tool, change.witness.arguments)
            assert policy.evaluate(before, *call).allowed is not change.became_allowed
            assert policy.evaluate(after, *call).allowed is change.became_allowed


def test_a_change_says_where_and_what_stood_there() -> None:
    old = PolicySet.parse(
        "name: c\ncapabilities: [{tool_pattern: t, arguments: {s: {type: string, maxLength: 5}}}]"
    )
    new = PolicySet.parse(
        "name: c\ncapabilities: [{tool_pattern: t, arguments: {s: {type: string, maxLength: 9}}}]\n"
        "deny_list: [u]"
    )
    changed, ignored = old.diff("c", new, "c").changes
    assert (changed.keyword, changed.argument) == ("maxLength", "s")
    assert (changed.before, changed.after) == ("5", "9")
    assert (ignored.keyword, ignored.before, ignored.after) == ("deny_list", None, "u")
    assert (ignored.effect, ignored.capability, ignored.argument) == ("none", None, "")
    assert len(old.diff("c", new, "c").became_allowed) == 1
    assert old.diff("c", new, "c").became_denied == ()
    assert repr(changed) == "<PolicyChange allowed of t: maxLength of s: 5 became 9>"


@pytest.mark.vectors("lint.json", "vectors")
def test_warnings_are_the_vectors(vector: dict[str, Any]) -> None:
    found = PolicySet.parse(json.dumps(vector["context"])).lint()
    warnings = [
        {"rule": warning.rule, "level": warning.level, "capability": warning.capability}
        for warning in found
    ]
    assert warnings == vector["warnings"]


@pytest.mark.vectors("could_allow.json", "vectors")
def test_possible_tools_are_the_vectors(vector: dict[str, Any]) -> None:
    context = vector["context"]
    policy = PolicySet.parse(json.dumps(context))
    assert policy.could_allow(context["name"], vector["tools"]) == vector["possible"]


@pytest.mark.parametrize(
    "call",
    [
        lambda p: p.contains(b"c", "c"),
        lambda p: p.diff("c", OLD, "c"),
        lambda p: p.diff("c", p, None),
        lambda p: p.could_allow("c", "fs.read"),
        lambda p: p.could_allow("c", [b"fs.read"]),
        lambda p: p.could_allow("c", None),
    ],
)
def test_wrong_types_are_a_type_error(call: Any) -> None:
    with pytest.raises(TypeError):
        call(PolicySet.parse(OLD))
