"""The event of a decision says what the decision does."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest
from callgate import (
    Decision,
    Gate,
    PolicySet,
    SecretKey,
    canonicalize,
    create_envelope,
    issue_token,
)
from callgate._generations import Protocol
from callgate._native import audit_event
from callgate.audit import Event, Redaction, event_of_decision
from callgate.audit.decision_event import refusal_event

POLICY = "name: research\ncapabilities: [{tool_pattern: 'fs.*'}, {tool_pattern: '*'}]\n"
SECRET = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJleGVjIn0.c2lnbmF0dXJlLg"
TRACE = "0af7651916cd43dd8448eb211c80319c"


class World:
    def __init__(self, subject: str = "exec-1", session: str = "session-1") -> None:
        issuer = SecretKey.generate()
        self.agent = SecretKey.generate()
        claims = {"sub": subject, "scp": "research", "jti": session}
        self.token = issue_token(claims, issuer)
        self.gate = Gate(PolicySet.parse(POLICY), issuer_keys=[issuer.public_key])
        self.gate.open_session(self.token, self.agent.public_key)

    def sign(self, message: dict[str, Any], protocol: Protocol = "smcp/v1") -> bytes:
        return create_envelope(message, self.token, self.agent, protocol=protocol)

    def call(self, arguments: Any, *, id: str | int = 1, tool: str = "fs.read") -> bytes:
        params = {"name": tool, "arguments": arguments}
        return self.sign({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})

    def allowed(self, envelope: bytes) -> Decision:
        decision = self.gate.authorize(envelope)
        assert decision
        return decision


@pytest.fixture
def world() -> World:
    return World()


def written(
    decision: Decision, trace_id: str | None = TRACE, peer: str | None = "::1"
) -> dict[str, Any]:
    text = event_of_decision(decision, trace_id=trace_id, peer=peer).text(Redaction())
    assert canonicalize(text) == text
    fields: dict[str, Any] = json.loads(text)
    return fields


def expected(
    decision: Decision, trace_id: str | None = TRACE, peer: str | None = "::1"
) -> dict[str, Any]:
    """The same, put together from what Python sees of the decision."""
    assert decision.public_key and decision.signature and decision.message_digest
    assert decision.token_digest and decision.timestamp
    event = Event(
        name="ToolCallAuthorized",
        workload=decision.subject,
        session=decision.session_id,
        context=decision.context,
        public_key=decision.public_key.to_base64(),
        peer=peer,
        method=decision.method,
        tool=decision.tool,
        request_id=decision.request_id,
        payload=decision.signed_payload,
        allowed=True,
        rule=decision.rule,
        capability=decision.capability,
        policy_digest=decision.policy_digest,
        message_digest=decision.message_digest.hex(),
        signature=base64.b64encode(decision.signature).decode(),
        timestamp=decision.timestamp,
        token=decision.token_digest.hex(),
        trace_id=trace_id,
    )
    fields: dict[str, Any] = json.loads(event.text(Redaction()))
    return fields


@pytest.mark.parametrize(
    "id",
    [0, 1, -1, 2**53 - 1, 2**53, -(2**70), "a", "", "\n", 'a"b', "é \U0001f600", "/", "x" * 3000],
)
def test_an_allowed_call_has_an_event_with_all_that_is_known(world: World, id: str | int) -> None:
    decision = world.allowed(world.call({"path": "/workspace/ü", "n": [1.50, 1e2, None]}, id=id))
    assert written(decision) == expected(decision)


@pytest.mark.parametrize("protocol", ["smcp/v1", "seal/v1"])
def test_so_has_one_of_every_generation_and_a_listing(world: World, protocol: Protocol) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    decision = world.allowed(world.sign(message, protocol))
    assert written(decision) == expected(decision)
    assert not event_of_decision(decision).forwarded


def test_spaces_and_the_order_of_an_envelope_do_not_matter(world: World) -> None:
    members = json.loads(world.call({"z": 1, "a": "x"}))
    decision = world.allowed(json.dumps(dict(reversed(members.items())), indent=2).encode())
    assert written(decision) == expected(decision)


@pytest.mark.parametrize(
    ("trace_id", "peer"),
    [(None, None), ("", ""), ('a"\\\n\x7f', "fe80::1 é"), ("\ud800", "x" * 3000)],
)
def test_what_the_caller_adds_is_a_text_or_absent(
    world: World, trace_id: str | None, peer: str | None
) -> None:
    decision = world.allowed(world.call({}))
    assert written(decision, trace_id, peer) == expected(decision, trace_id, peer)


def test_names_of_the_token_are_texts_of_any_characters() -> None:
    world = World(subject='a "quoted" \\ \u2028 é name', session="ü/-")
    decision = world.allowed(world.call({}))
    assert written(decision) == expected(decision)


@pytest.mark.parametrize(
    "arguments",
    [
        {"api_key": "hush"},
        {"deep": [{"Password": "hush"}]},
        {"note": f"see {SECRET}"},
        {"note": "ba\u017fic dXNlcjpwYXNzd29yZA=="},
        {"note": "-----BEG\u0131N PRIVATE KEY"},
        {"p\u0061ssword": 1},
    ],
)
def test_what_redaction_leaves_out_is_left_out(world: World, arguments: dict[str, Any]) -> None:
    decision = world.allowed(world.call(arguments))
    text = event_of_decision(decision).text(Redaction())
    assert json.loads(text)["redacted"]
    assert b"hush" not in text
    assert SECRET.encode() not in text
    assert written(decision) == expected(decision)


@pytest.mark.parametrize("redaction", [Redaction(tools=["fs.*"]), Redaction(arguments=False)])
def test_hidden_tools_and_hidden_arguments_stay_hidden(world: World, redaction: Redaction) -> None:
    event = event_of_decision(world.allowed(world.call({"path": "/workspace/notes"})))
    assert b"/workspace/notes" in event.text(Redaction())
    assert b"/workspace/notes" not in event.text(redaction)


def test_any_call_that_is_allowed_has_such_an_event(world: World) -> None:
    rng = random.Random(2026)
    keys = ["a", "path", "token", "api-key", "пароль", "ключ", "x\\y", 'q"', "K"]
    texts = [*keys, "", "Basic dXNlcjpwYXNzd29yZA==", "basics", SECRET, "eyJ", "\u017f"]
    ids: list[str | int] = [1, -5, "a", "\n", "ü", 2**53 - 1]

    def value(depth: int) -> Any:
        kind = rng.randrange(6 if depth else 4)
        if kind == 4:
            return [value(depth - 1) for _ in range(rng.randrange(4))]
        if kind == 5:
            return {rng.choice(keys): value(depth - 1) for _ in range(rng.randrange(4))}
        return [rng.choice(texts), rng.randrange(-9, 99), 2.5, None][kind]

    for n in range(300):
        envelope = world.call({"n": n, rng.choice(keys): value(3)}, id=rng.choice(ids))
        decision = world.allowed(envelope)
        assert written(decision) == expected(decision), envelope


def test_an_event_is_named_by_what_was_decided(world: World) -> None:
    envelope = world.call({})
    allowed, replay = world.allowed(envelope), world.gate.authorize(envelope)
    assert event_of_decision(allowed).name == "ToolCallAuthorized"
    assert event_of_decision(allowed).forwarded
    assert event_of_decision(replay).name == "SignatureVerificationFailed"
    assert not event_of_decision(replay).forwarded
    with pytest.raises(ValueError, match="no code of that name"):
        refusal_event("NO_SUCH_CODE")


@pytest.mark.parametrize("wrong", [None, object(), True])
def test_only_a_decision_is_one(wrong: Any) -> None:
    with pytest.raises(TypeError, match="must be Decision"):
        audit_event(wrong, Redaction().engine, None, None)


def test_only_texts_name_a_peer(world: World) -> None:
    untyped: Any = audit_event
    with pytest.raises(TypeError, match="must be str or None"):
        untyped(world.allowed(world.call({})), Redaction().engine, None, 1)
