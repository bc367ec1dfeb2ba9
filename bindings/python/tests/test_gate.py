"""Gate: what it decides of one envelope, and what a decision says."""

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import callgate
import pytest
from callgate import CallgateError, Gate, PolicySet, SecretKey
from gate_world import NOW, POLICY, Agent, World


@pytest.mark.parametrize("protocol", ["smcp/v1", "seal/v1"])
def test_an_allowed_call_carries_everything_that_was_verified(world: World, protocol: str) -> None:
    agent = world.agent()
    data = agent.envelope(protocol=protocol)
    decision = world.gate.authorize(data, now=NOW)
    assert decision, decision
    assert decision.code is None
    assert decision.payload is not None
    assert json.loads(decision.payload) == json.loads(data)["payload"]
    assert (decision.session_id, decision.subject) == ("s1", "agent of s1")
    assert (decision.context, decision.method, decision.tool) == ("wide", "tools/call", "fs.read")
    assert decision.request_id == 1
    assert decision.arguments == b'{"path":"/workspace/a/b"}'
    assert decision.public_key == agent.key.public_key
    assert decision.signature is not None
    assert len(decision.signature) == 64
    assert decision.message_digest is not None
    assert len(decision.message_digest) == 32
    assert decision.policy_digest == world.policy.digest
    assert [(charge.calls, charge.per_seconds) for charge in decision.charged] == [(3, 60)]
    assert decision.max_response_size == 20
    assert decision.effects
    assert decision.check_response({"a": 1})
    assert decision.check_response("x" * 30).code_name == "INVALID_JSON"
    assert decision.check_response(["x" * 30]).code_name == "OUTPUT_SIZE_EXCEEDED"


def test_a_denied_call_has_no_payload(world: World) -> None:
    decision = world.agent().call("/etc/passwd")
    assert (decision.allowed, decision.code_name) == (False, "PATH_NOT_ALLOWED")
    assert decision.payload is None
    assert decision.session_id == "s1"
    assert decision.arguments == b'{"path":"/etc/passwd"}'


def test_every_kind_of_buffer_is_read(world: World) -> None:
    agent = world.agent()
    for kind in (bytearray, memoryview):
        assert world.gate.authorize(kind(agent.envelope()), now=NOW)
    assert world.gate.authorize(agent.envelope().decode(), now=NOW)


@pytest.mark.parametrize("request_id", [0, -7, 2**60, "r-1", "", '"\u20ac\n'])
def test_the_request_id_is_what_was_sent(world: World, request_id: Any) -> None:
    agent = world.agent()
    payload = {"jsonrpc": "2.0", "id": request_id, "method": "tools/list"}
    data = callgate.create_envelope(payload, agent.token, agent.key, now=NOW)
    decision = world.gate.authorize(data, now=NOW)
    assert decision, decision
    assert decision.request_id == request_id
    assert (decision.method, decision.tool) == ("tools/list", None)


def forged(agent: Agent, change: Callable[[dict[str, Any]], Any]) -> bytes:
    envelope = json.loads(agent.envelope())
    change(envelope)
    return json.dumps(envelope).encode()


def test_what_is_forged_is_refused(world: World) -> None:
    agent, other = world.agent("s1"), world.agent("s2")
    stranger = SecretKey.generate()
    cases: list[tuple[bytes, str]] = [
        (b"", "INVALID_ENVELOPE"),
        (b"{}", "INVALID_ENVELOPE"),
        (forged(agent, lambda e: e.update(extra=1)), "INVALID_ENVELOPE"),
        (forged(agent, lambda e: e["payload"].update(id=99)), "INVALID_SIGNATURE"),
        (forged(agent, lambda e: e.update(security_token=other.token)), "INVALID_SIGNATURE"),
        (forged(agent, lambda e: e.update(timestamp="2026-02-17T14:32:02Z")), "INVALID_SIGNATURE"),
        (
            callgate.create_envelope(
                {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, agent.token, stranger, now=NOW
            ),
            "INVALID_SIGNATURE",
        ),
        (forged(agent, lambda e: e.update(security_token="a.b.c")), "INVALID_TOKEN"),
        (
            forged(agent, lambda e: e.update(security_token=world.token(stranger, "s9"))),
            "UNKNOWN_SESSION",
        ),
    ]
    for data, code in cases:
        decision = world.gate.authorize(data, now=NOW)
        assert (decision.allowed, decision.code_name) == (False, code), decision
        assert decision.payload is None


def test_an_envelope_counts_once_and_only_while_fresh(world: World) -> None:
    agent = world.agent()
    data = agent.envelope()
    assert world.gate.authorize(data, now=NOW)
    again = world.gate.authorize(data, now=NOW)
    assert (again.code_name, again.cause) == ("REPLAY_DETECTED", "already_seen")
    late = world.gate.authorize(agent.envelope(), now=NOW + 31)
    assert (late.code_name, late.cause) == ("REPLAY_DETECTED", "outside_window")


def test_a_rate_limit_says_when_there_is_room(world: World) -> None:
    agent = world.agent()
    assert [agent.call().allowed for _ in range(4)] == [True, True, True, False]
    decision = agent.call()
    assert (decision.code, decision.code_name) == (2005, "RATE_LIMIT_EXCEEDED")
    assert decision.retry_after == 60.0
    assert decision.charged == ()


def test_now_is_seconds_or_an_aware_datetime(world: World) -> None:
    agent = world.agent()
    at = datetime.fromtimestamp(NOW, timezone.utc)
    assert world.gate.authorize(agent.envelope(), now=at)
    assert world.gate.authorize(agent.envelope(), now=int(NOW))
    with pytest.raises(TypeError):
        world.gate.authorize(agent.envelope(), now=datetime(2026, 1, 1))
    with pytest.raises(CallgateError):
        world.gate.authorize(agent.envelope(), now=NOW * 1000)


def test_the_default_of_now_is_the_wall_clock(key: SecretKey) -> None:
    issuer = SecretKey.generate()
    gate = Gate(PolicySet.parse(POLICY), issuer_keys=[issuer.public_key])
    token = callgate.issue_token({"sub": "a", "scp": "wide"}, issuer)
    gate.open_session(token, key.public_key)
    payload = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert gate.authorize(callgate.create_envelope(payload, token, key))
    assert gate.plan(callgate.create_envelope(payload, token, key)).replay_key is not None


def test_policies_and_keys_are_swapped(world: World) -> None:
    agent = world.agent()
    assert agent.call()
    closed = PolicySet.parse("name: wide\ncapabilities: []")
    world.gate.set_policy(closed)
    assert world.gate.policy.digest == closed.digest
    assert type(world.gate.policy) is PolicySet
    assert agent.call().code_name == "TOOL_NOT_ALLOWED"
    world.gate.set_policy(world.policy)
    world.gate.set_issuer_keys([SecretKey.generate().public_key])
    assert agent.call().code_name == "INVALID_TOKEN"
    world.gate.set_issuer_keys({"k1": world.issuer.public_key})
    assert agent.call()


def test_a_tool_that_is_not_there_is_denied_and_not_charged(world: World) -> None:
    agent = world.agent()
    world.gate.set_offered_tools(iter(["fs.write", "web.*"]))
    envelope = agent.envelope()
    denied = world.gate.authorize(envelope, now=NOW)
    assert (denied.code_name, denied.cause) == ("TOOL_NOT_ALLOWED", "unknown_tool")
    assert denied.reason == "no tool server offers this tool"
    assert (denied.tool, denied.rule, denied.charged) == ("fs.read", None, ())
    assert world.gate.authorize(envelope, now=NOW).cause == "already_seen"
    with pytest.raises(CallgateError) as refused:
        world.gate.set_offered_tools(["fs.read", "no pattern"])
    assert refused.value.code_name == "INVALID_ARGUMENT"
    assert agent.call().cause == "unknown_tool"
    world.gate.set_offered_tools(None)
    assert agent.call()
    for wrong in (["fs.read", 1], 5):
        with pytest.raises((TypeError, CallgateError)):
            world.gate.set_offered_tools(wrong)  # type: ignore[arg-type]


def test_a_gate_and_a_plan_show_no_secrets(world: World) -> None:
    agent = world.agent()
    assert repr(world.gate) == f"<Gate with {world.gate.policy!r}>"
    plan = world.gate.plan(agent.envelope(), now=NOW)
    assert repr(plan) == f"<Plan to commit in ('s1',), {len(plan.charges)} contexts to charge>"
    assert repr(world.gate.plan(b"{}", now=NOW)) == "<Plan with nothing to commit>"
