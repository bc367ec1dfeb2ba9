"""The gate and the rates of policies, as the shared vectors say, step by step."""

import base64
import json
from collections.abc import Callable
from typing import Any

import callgate
import pytest
from callgate import (
    AlreadySeen,
    CallgateError,
    Committed,
    Decision,
    Full,
    Gate,
    Limits,
    Outcome,
    PolicySet,
    PublicKey,
    RateLimited,
    SecretKey,
    SessionInactive,
    Unavailable,
)
from callgate._time import to_datetime

Step = dict[str, Any]

OUTCOMES: dict[str, Callable[[Any], Outcome]] = {
    "committed": Committed,
    "already_seen": lambda _: AlreadySeen(),
    "rate_limited": RateLimited,
    "session_inactive": lambda _: SessionInactive(),
    "full": lambda _: Full(),
    "unavailable": lambda _: Unavailable(),
}
TEXTS = ["cause", "session_id", "subject", "context", "method", "tool"]
VALUES = ["capability", "max_response_size", "retry_after"]


def issuer_keys(keys: dict[str, str]) -> dict[str, PublicKey]:
    return {key_id: PublicKey.from_base64(key) for key_id, key in keys.items()}


def check(decision: Decision, step: Step) -> None:
    assert decision.allowed is step["allowed"], decision
    assert decision.code_name == step["code"]
    for name in TEXTS:
        if name in step:
            assert getattr(decision, name) == (step[name] or None), name
    for name in VALUES:
        if name in step:
            assert getattr(decision, name) == step[name], name
    if "payload" in step:
        assert (decision.payload or b"").decode() == step["payload"]
    if "arguments" in step:
        assert (decision.arguments or b"").decode() == step["arguments"]
    if "request_id" in step:
        expected = json.loads(step["request_id"]) if step["request_id"] else None
        assert decision.request_id == expected


class Runner:
    """One gate, and its steps."""

    def __init__(self, vector: dict[str, Any], shared: dict[str, Any]) -> None:
        self.policies = shared["policies"]
        options = dict(vector.get("options", {}))
        if "limits" in options:
            options["limits"] = Limits(**options["limits"])
        self.options = options
        self.policy = PolicySet.parse(self.policies[vector["policy"]])
        self.keys = issuer_keys(shared["issuer_keys"])
        self.gate = self.new_gate()
        self.last: Decision | None = None

    def new_gate(self) -> Gate:
        return Gate(self.policy, issuer_keys=self.keys, **self.options)

    def run(self, step: Step) -> None:
        getattr(self, step["op"])(step)

    def expect(self, code: str | None, call: Callable[[], Any]) -> None:
        if code is None:
            call()
            return
        with pytest.raises(CallgateError) as refused:
            call()
        assert refused.value.code_name == code

    def open(self, step: Step) -> None:
        key = PublicKey.from_base64(step["public_key"])
        parent, now = step.get("parent"), to_datetime(step["now"])
        self.expect(
            step["code"],
            lambda: self.gate.open_session(step["token"], key, parent=parent, now=now),
        )

    def renew(self, step: Step) -> None:
        now = to_datetime(step["now"])
        self.expect(
            step["code"], lambda: self.gate.renew_session(step["id"], step["token"], now=now)
        )

    def end(self, step: Step) -> None:
        self.expect(step["code"], lambda: self.gate.end_session(step["id"]))

    def revoke(self, step: Step) -> None:
        self.expect(step["code"], lambda: self.gate.revoke_session(step["id"]))

    def reset_clock(self, step: Step) -> None:
        self.expect(step["code"], lambda: self.gate.reset_clock(to_datetime(step["now"])))

    def authorize(self, step: Step) -> None:
        now = to_datetime(step["now"])
        if step["code"] == "INVALID_ARGUMENT":  # Python refuses such a time before the engine does
            self.expect("INVALID_ARGUMENT", lambda: self.gate.authorize(envelope(step), now=now))
            return
        self.last = self.gate.authorize(envelope(step), now=now)
        check(self.last, step)

    def plan(self, step: Step) -> None:
        plan = self.gate.plan(envelope(step), now=to_datetime(step["now"]))
        if "replay" in step:
            assert (plan.replay_key is not None) is step["replay"]
        if "sessions" in step:
            assert list(plan.sessions) == step["sessions"]
        if "timestamp" in step:
            assert plan.timestamp == to_datetime(step["timestamp"])
        if "charges" in step:
            charges = [[charge._asdict() for charge in context] for context in plan.charges]
            assert charges == step["charges"]
        [(kind, value)] = step["outcome"].items()
        check(plan.finish(OUTCOMES[kind](value)), step)

    def response(self, step: Step) -> None:
        assert self.last is not None
        check(self.last.check_response(step["result_json"]), step)

    def set_policy(self, step: Step) -> None:
        self.policy = PolicySet.parse(self.policies[step["policy"]])
        self.gate.set_policy(self.policy)

    def set_issuer_keys(self, step: Step) -> None:
        self.keys = issuer_keys(step["issuer_keys"])
        self.gate.set_issuer_keys(self.keys)

    def restart(self, step: Step) -> None:
        state = self.gate.export_state()
        self.gate = self.new_gate()
        self.gate.restore_state(state)
        assert self.gate.export_state() == state


def envelope(step: Step) -> bytes | str:
    if "envelope_base64" in step:
        return base64.b64decode(step["envelope_base64"])
    text: str = step["envelope"]
    return text


@pytest.mark.vectors("gate.json", "vectors")
def test_a_gate_does_what_the_vectors_say(
    vector: dict[str, Any], gate_data: dict[str, Any]
) -> None:
    runner = Runner(vector, gate_data)
    for step in vector["steps"]:
        runner.run(step)


START = 1771329600000


class RateRunner:
    """Sessions whose tokens are fresh at every step, for windows as long as a token lives."""

    def __init__(self, vector: dict[str, Any]) -> None:
        self.issuer, self.key = SecretKey.generate(), SecretKey.generate()
        policy = PolicySet.parse(vector["policy_text"])
        self.gate = Gate(policy, issuer_keys=[self.issuer.public_key])
        root = vector.get("root")
        self.sessions = root["sessions"] if root else {"s1": {"sub": "agent", "scp": "c"}}
        self.is_single = root is None
        self.calls = 0
        self.renewed_at = START
        for name, session in self.sessions.items():
            self.gate.open_session(
                self.token(name, START),
                self.key.public_key,
                parent=session.get("parent"),
                now=to_datetime(START),
            )

    def token(self, name: str, now: int) -> str:
        session = self.sessions[name]
        claims = {"sub": session["sub"], "scp": session["scp"], "jti": name}
        return callgate.issue_token(claims, self.issuer, lifetime=86_400, now=to_datetime(now))

    def run(self, step: Step) -> Decision:
        at = START + step["at"]
        now = to_datetime(at)
        # Half way as well: no token lives longer than the longest window.
        for renewed_at in ((self.renewed_at + at) // 2, at):
            tokens = {name: self.token(name, renewed_at) for name in self.sessions}
            for name, token in tokens.items():
                self.gate.renew_session(name, token, now=to_datetime(renewed_at))
        self.renewed_at = at
        self.calls += 1
        params = {"name": step["tool"], "arguments": step["arguments"]}
        payload = {"jsonrpc": "2.0", "id": self.calls, "method": "tools/call", "params": params}
        token = tokens["s1" if self.is_single else step["session"]]
        data = callgate.create_envelope(payload, token, self.key, now=now)
        return self.gate.authorize(data, now=now)


@pytest.mark.vectors("policy_rates.json", "vectors")
def test_rates_are_as_the_vectors_say(vector: dict[str, Any]) -> None:
    runner = RateRunner(vector)
    for number, step in enumerate(vector["steps"]):
        decision = runner.run(step)
        assert decision.allowed is step["allowed"], (number, decision)
        assert decision.code_name == step["code"], number
        assert decision.retry_after == step.get("retry_after"), number
