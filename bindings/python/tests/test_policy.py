"""PolicySet and Decision: the shared vectors, and what Python adds to them."""

import copy
import dataclasses
import json
import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import callgate
import pytest
from callgate import CallgateError, Decision, Limits, PolicyError, PolicySet, _native

POLICY = """
name: c
capabilities:
  - tool_pattern: "fs.*"
    path_allowlist: [/workspace]
    rate_limit: {calls: 2, per_seconds: 60}
    max_response_size: 10
  - tool_pattern: fs.read
    path_allowlist: [/shared]
deny_list: [fs.delete]
"""
# What only a gate knows.
NOT_JUDGED = [
    "payload",
    "session_id",
    "subject",
    "method",
    "tool",
    "request_id",
    "arguments",
    "public_key",
    "signature",
    "message_digest",
    "policy_digest",
    "retry_after",
]
untyped: Any = callgate  # for calls that a type checker refuses
READ = b'{"path":"/workspace/a"}'


@pytest.fixture(scope="module")
def policy() -> PolicySet:
    return PolicySet.parse(POLICY)


@pytest.fixture(scope="module")
def compiled(policy_texts: dict[str, str]) -> dict[str, PolicySet]:
    return {name: PolicySet.parse(text) for name, text in policy_texts.items()}


def check(decision: Decision, vector: dict[str, Any]) -> None:
    assert decision.allowed is vector["allowed"], decision
    assert bool(decision) is vector["allowed"]
    assert decision.code_name == vector["code"]
    if "capability" in vector:
        assert decision.capability == vector["capability"]


@pytest.mark.vectors("policy.json", "vectors")
def test_a_call_is_decided_as_the_vectors_say(
    vector: dict[str, Any], compiled: dict[str, PolicySet]
) -> None:
    policy, context, tool = compiled[vector["policy"]], vector["context"], vector["tool"]
    if "arguments" not in vector:
        check(policy.evaluate(context, tool, vector["arguments_json"]), vector)
        return
    arguments = vector["arguments"]
    text = json.dumps(arguments)
    check(policy.evaluate(context, tool, text), vector)
    check(policy.evaluate(context, tool, text.encode()), vector)
    if isinstance(arguments, dict):
        check(policy.evaluate(context, tool, arguments), vector)


@pytest.mark.vectors("policy_documents.json", "vectors")
def test_a_document_loads_as_the_vectors_say(vector: dict[str, Any]) -> None:
    filename = vector["filename"]
    if vector["loads"]:
        policy = PolicySet.parse(vector["text"], filename)
        assert policy.context_names == sorted(vector["contexts"])
        return
    with pytest.raises(PolicyError) as refused:
        PolicySet.parse(vector["text"], filename)
    assert refused.value.code_name in ("INVALID_POLICY", "LIMIT_EXCEEDED")
    if "line" in vector:
        assert refused.value.where == f"{filename}:{vector['line']}:{vector['column']}"


@pytest.mark.vectors("policy_responses.json", "vectors")
def test_a_response_is_judged_as_the_vectors_say(vector: dict[str, Any]) -> None:
    size = vector["max_response_size"]
    limit = "" if size is None else f"\n    max_response_size: {size}"
    policy = PolicySet.parse(f'name: c\ncapabilities:\n  - tool_pattern: "*"{limit}\n')
    decision = policy.evaluate("c", "t", {})
    assert decision.max_response_size == size
    response = decision.check_response(vector["result_json"])
    assert response.allowed is vector["allowed"], response
    assert response.code_name == vector["code"]
    assert decision.check_response(vector["result_json"].encode()).code == response.code


def test_an_allowed_call_says_which_capability_and_limits(policy: PolicySet) -> None:
    decision = policy.evaluate(context="c", tool="fs.write", arguments=READ)
    assert decision
    assert decision.allowed is True
    assert (decision.code, decision.code_name, decision.cause) == (None, None, None)
    assert decision.capability == 0
    assert decision.details == ()
    assert decision.context == "c"
    assert decision.max_response_size == 10
    assert [(charge.calls, charge.per_seconds) for charge in decision.charges] == [(2, 60)]
    assert "c" in decision.charges[0].key
    assert repr(decision) == "<Decision allowed>"


def test_a_denied_call_says_why_and_what_each_capability_answered(policy: PolicySet) -> None:
    decision = policy.evaluate("c", "fs.read", {"path": "/etc/passwd"})
    assert not decision
    assert decision.allowed is False
    assert (decision.code, decision.code_name) == (2002, "PATH_NOT_ALLOWED")
    assert [tried.capability for tried in decision.details] == [0, 1]
    for tried in decision.details:
        assert (tried.code, tried.code_name) == (2002, "PATH_NOT_ALLOWED")
        assert tried.where == "/path"
        assert tried.rule.startswith("path.")
        assert tried.rule in repr(tried)
    assert decision.rule is not None
    assert decision.rule.startswith("path.")
    assert "PATH_NOT_ALLOWED" in repr(decision)


def test_the_deny_list_wins(policy: PolicySet) -> None:
    decision = policy.evaluate("c", "fs.delete", READ)
    assert (decision.code, decision.capability) == (2001, None)


def test_what_only_a_gate_knows_is_none_after_evaluate(policy: PolicySet) -> None:
    decision = policy.evaluate("c", "fs.read", READ)
    for name in NOT_JUDGED:
        assert getattr(decision, name) is None, name
    assert decision.charged == ()
    assert decision.effects == b""


def test_an_unknown_context_denies(policy: PolicySet) -> None:
    assert policy.evaluate("other", "fs.read", READ).code_name == "SCOPE_NOT_FOUND"


def test_a_response_may_be_a_value(policy: PolicySet) -> None:
    decision = policy.evaluate("c", "fs.write", READ)
    assert decision.check_response({"a": "123"}).code_name == "OUTPUT_SIZE_EXCEEDED"
    assert decision.check_response({"a": "12"})
    assert decision.check_response([None, 1])
    assert decision.check_response(None)
    with pytest.raises(TypeError):
        decision.check_response({1: 2})
    assert decision.check_response("{").code_name == "INVALID_JSON"


def test_a_denied_call_has_no_response(policy: PolicySet) -> None:
    assert not policy.evaluate("c", "fs.delete", READ).check_response(None)


def test_every_kind_of_text_is_read(policy: PolicySet) -> None:
    for kind in (bytes, bytearray, memoryview):
        assert policy.evaluate("c", "fs.read", kind(READ))
        assert PolicySet.parse(kind(POLICY.encode())).digest == policy.digest
    assert policy.evaluate("c", "fs.read", READ.decode())


@pytest.mark.parametrize(
    "arguments",
    [
        None,
        1,
        [("path", "/workspace/a")],
        {"path": b"/workspace/a"},
        {1: "/workspace/a"},
        {"path": {None: 1}},
        {"path": ["/workspace/a", {True: 1}]},
        {"path": "\ud800"},
        {"path": {"/workspace/a"}},
        "\ud800",
    ],
)
def test_arguments_that_are_no_json_are_a_type_error(policy: PolicySet, arguments: Any) -> None:
    with pytest.raises(TypeError):
        policy.evaluate("c", "fs.read", arguments)


def test_arguments_that_json_cannot_hold_are_a_value_error(policy: PolicySet) -> None:
    cycle: dict[str, Any] = {}
    cycle["a"] = cycle
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for arguments in ({"a": float("nan")}, {"a": float("inf")}, cycle, {"a": deep}):
        with pytest.raises(ValueError):
            policy.evaluate("c", "fs.read", arguments)


def test_any_mapping_serves_as_arguments(policy: PolicySet) -> None:
    class View(dict[str, Any]):
        pass

    from types import MappingProxyType

    assert policy.evaluate("c", "fs.read", MappingProxyType({"path": "/workspace/a"}))
    assert policy.evaluate("c", "fs.read", View(path="/workspace/a"))


@pytest.mark.parametrize(
    "call",
    [
        lambda p: p.evaluate("c", "fs.read"),
        lambda p: p.evaluate("c", "fs.read", b"secret", b"secret"),
        lambda p: p.evaluate("c", "fs.read", argument=b"secret"),
        lambda p: p.evaluate("c", "fs.read", context=b"secret"),
        lambda p: p.evaluate(b"secret", "fs.read", READ),
        lambda p: p.evaluate("c", b"secret", READ),
        lambda p: p.evaluate("c", None, READ),
        lambda p: p.evaluate("\ud800", "fs.read", READ),
        lambda p: untyped.PolicySet.parse(None),
        lambda p: untyped.PolicySet.parse(POLICY, b"secret"),
        lambda p: untyped.PolicySet.parse(POLICY, limits={"max_json_depth": 1}),
        lambda p: untyped.PolicySet.load(7),
        lambda p: untyped.PolicySet(),
        lambda p: untyped._native.PolicySet(),
        lambda p: Decision(),
        lambda p: type("Sub", (Decision,), {}),
    ],
)
def test_wrong_calls_are_a_type_error_that_shows_no_value(policy: PolicySet, call: Any) -> None:
    with pytest.raises(TypeError) as refused:
        call(policy)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_decisions_and_policies_are_not_pickled(policy: PolicySet, duplicate: Any) -> None:
    for value in (policy, policy.evaluate("c", "fs.read", READ)):
        with pytest.raises(TypeError):
            duplicate(value)


def test_a_decision_cannot_be_changed(policy: PolicySet) -> None:
    decision: Any = policy.evaluate("c", "fs.delete", READ)
    with pytest.raises(AttributeError):
        decision.allowed = True
    with pytest.raises(AttributeError):
        decision.other = True
    with pytest.raises(TypeError):
        untyped.Decision.allowed = True


def test_a_decision_outlives_its_policy() -> None:
    decision = PolicySet.parse(POLICY).evaluate("c", "fs.read", {"path": "/etc"})
    assert decision.context == "c"
    assert len(decision.details) == 2


def test_decisions_and_policies_leave_nothing_behind() -> None:
    types = (Decision, PolicySet, _native.PolicySet)
    before = [sys.getrefcount(kind) for kind in types]
    for _ in range(1000):
        PolicySet.parse(POLICY).evaluate("c", "fs.read", READ).check_response("{}")
    after = [sys.getrefcount(kind) for kind in types]
    assert [b - a for a, b in zip(before, after, strict=True)] == [0, 0, 0]


def test_files_and_directories_load(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(POLICY)
    (tmp_path / "b.json").write_text('{"name": "b", "capabilities": []}')
    assert PolicySet.load(tmp_path).context_names == ["b", "c"]
    assert PolicySet.load(str(tmp_path / "a.yaml")).digest == PolicySet.parse(POLICY).digest
    with pytest.raises(PolicyError):
        PolicySet.load(tmp_path / "missing.yaml")


def test_an_error_in_a_file_says_the_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("name: c\ncapabilities: []\nextra: 1\n")
    with pytest.raises(PolicyError) as refused:
        PolicySet.load(file)
    assert refused.value.where == f"{file}:3:1"
    assert str(refused.value).startswith(f"{file}:3:1: ")


def test_the_defaults_of_limits_are_the_engines() -> None:
    assert dataclasses.asdict(Limits()) == _native.default_limits()


def test_limits_are_checked_and_used() -> None:
    with pytest.raises(TypeError):
        Limits(max_json_depth="3")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Limits(max_json_depth=True)
    for value in (-1, 2**63):
        with pytest.raises(CallgateError) as refused:
            Limits(max_json_depth=value)
        assert refused.value.code_name == "INVALID_ARGUMENT"
    policy = PolicySet.parse(POLICY, limits=Limits(max_json_depth=2))
    assert policy.evaluate("c", "fs.read", {"path": "/workspace/a", "a": [1]})
    decision = policy.evaluate("c", "fs.read", {"path": "/workspace/a", "a": [[1]]})
    assert decision.code_name == "INVALID_ENVELOPE"
    with pytest.raises(PolicyError):
        PolicySet.parse(POLICY, limits=Limits(max_policy_bytes=10))


def test_threads_share_a_policy(policy: PolicySet) -> None:
    large = json.dumps({"path": "/workspace/a", "x": "y" * 10_000}).encode()
    start = threading.Barrier(8)
    answers: list[bool] = []

    def work() -> None:
        start.wait(timeout=30)
        for _ in range(500):
            allowed = policy.evaluate("c", "fs.read", large).allowed
            denied = policy.evaluate("c", "fs.read", {"path": "/etc"}).allowed
            answers.append(allowed and not denied)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == 8 * 500
    assert all(answers)


def test_values_are_written_as_json_dumps_writes_them() -> None:
    from callgate._json import encode

    value = {"a": [1, 2.5, -0.0, 1e300, True, None], "\u20ac\U0001f600": 'q"\\\n\x7f', "t": (1,)}
    expected = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    assert encode(value) == expected.encode()
    assert callgate.canonicalize(encode(value))


def test_an_error_has_every_fault_of_the_document(tmp_path: Path) -> None:
    text = "name: Bad\ncapabilites:\n  - {tool_pattern: t, path_allowlist: [src]}\n"
    with pytest.raises(PolicyError) as caught:
        PolicySet.parse(text, "p.yaml")
    error = caught.value
    assert [(fault.line, fault.rule, fault.found) for fault in error.errors] == [
        (1, "doc.name", "Bad"),
        (2, "doc.unknown-key", "capabilites"),
        (3, "path.entry-normal", "src"),
    ]
    assert (error.where, error.message) == (error.errors[0].where, error.errors[0].message)
    assert str(error.errors[1]) == (
        'p.yaml:2:1: "capabilites": expected one of the keys name, description, definitions, '
        "capabilities, deny_list, acknowledge; did you mean capabilities? (doc.unknown-key)"
    )
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text)
    with pytest.raises(PolicyError) as caught:
        PolicySet.load(tmp_path)
    assert [fault.where for fault in caught.value.errors] == [
        f"{tmp_path / name}:{place}"
        for name in ("a.yaml", "b.yaml")
        for place in ("1:7", "2:1", "3:40")
    ]
    assert pickle.loads(pickle.dumps(error)).errors == error.errors


def test_an_unknown_context_has_no_faults() -> None:
    policy = PolicySet.parse("name: c\ncapabilities: []\n")
    with pytest.raises(PolicyError, match="there is no context d") as caught:
        policy.contains("d", "c")
    assert caught.value.errors == ()


def test_explain_says_what_would_be_allowed() -> None:
    policy = PolicySet.parse(
        "name: c\ncapabilities:\n  - tool_pattern: fs.read\n"
        "    arguments: {path: {path: {allow: [/workspace]}}}\n"
    )
    explained = policy.explain("c", "fs.read", {"path": "/etc/passwd"})
    assert explained.decision.code_name == "PATH_NOT_ALLOWED"
    assert explained.cause == (
        '/path "/etc/passwd": no entry allows the path; allowed is /workspace'
    )
    assert explained.tried == (explained.cause,)
    meant = policy.explain("c", "fs.read", {"paht": "/workspace/a"})
    assert meant.cause == '/paht "/workspace/a": the argument is not declared; did you mean path?'
    assert policy.explain("C", "fs.read", {}).cause == "there is no context C; did you mean c?"


def test_a_call_exercises_parts_of_its_context() -> None:
    policy = PolicySet.parse(
        "name: c\ncapabilities:\n  - tool_pattern: t\n"
        "    arguments: {a: {anyOf: [{const: 1}, {const: 2}]}}\ndeny_list: [u]\n"
    )
    parts = policy.parts("c")
    assert [(part.kind, part.position, part.pointer) for part in parts] == [
        ("capability", 0, ""),
        ("argument", 0, "/arguments/a"),
        ("branch", 0, "/arguments/a/anyOf/0"),
        ("branch", 0, "/arguments/a/anyOf/1"),
        ("deny entry", 0, ""),
    ]
    assert policy.exercised("c", "t", {"a": 2}) == [parts[0], parts[1], parts[3]]
    assert policy.exercised("c", "u", {}) == [parts[4]]
    assert policy.exercised("c", "t", {"a": 3}) == []
    with pytest.raises(PolicyError):
        policy.parts("d")
