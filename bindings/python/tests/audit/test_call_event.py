"""CallEvent writes what event_of_decision would, or has it written that way."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from callgate import Decision, Gate, PolicySet, SecretKey, create_envelope, issue_token
from callgate._generations import Protocol
from callgate._native import call_event
from callgate.audit import Redaction, event_of_decision
from callgate.audit.call_event import CallEvent
from callgate.audit.record import MAX_TEXT
from callgate.audit.redaction import MAX_SCANNED

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


def engine_writes(
    decision: Decision, envelope: bytes, trace_id: str | None = TRACE, peer: str | None = "::1"
) -> bytes | None:
    written = call_event(decision, envelope, trace_id, peer, MAX_TEXT, MAX_SCANNED)
    return None if written is None else written[0]


def the_long_way(
    decision: Decision, envelope: bytes, trace_id: str | None = TRACE, peer: str | None = "::1"
) -> bytes:
    event = event_of_decision(decision, envelope, trace_id=trace_id, peer=peer)
    return event.text(Redaction())


@pytest.mark.parametrize("id", [0, 1, 999_999_999_999_999, "a", "", "é \U0001f600", "/"])
def test_the_engine_writes_the_text_of_an_event(world: World, id: str | int) -> None:
    envelope = world.call({"path": "/workspace/ü", "n": [1.50, 1e2, None, True]}, id=id)
    decision = world.allowed(envelope)
    assert engine_writes(decision, envelope) == the_long_way(decision, envelope)


@pytest.mark.parametrize("protocol", ["smcp/v1", "seal/v1"])
def test_it_does_so_of_every_generation_and_of_listings(world: World, protocol: Protocol) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    envelope = world.sign(message, protocol)
    decision = world.allowed(envelope)
    assert engine_writes(decision, envelope) == the_long_way(decision, envelope)
    assert not CallEvent(decision, envelope).forwarded


def test_spaces_and_the_order_of_an_envelope_do_not_matter(world: World) -> None:
    members = json.loads(world.call({"z": 1, "a": "x"}))
    envelope = json.dumps(dict(reversed(members.items())), indent=2).encode()
    decision = world.allowed(envelope)
    assert engine_writes(decision, envelope) == the_long_way(decision, envelope)


@pytest.mark.parametrize(
    ("trace_id", "peer"), [(None, None), ("", ""), ('a"\\\n\x7f', "fe80::1 é"), ("x" * 2048, "y")]
)
def test_what_the_caller_adds_is_a_text_or_absent(
    world: World, trace_id: str | None, peer: str | None
) -> None:
    envelope = world.call({})
    decision = world.allowed(envelope)
    written = engine_writes(decision, envelope, trace_id, peer)
    assert written == the_long_way(decision, envelope, trace_id, peer)


def test_names_of_the_token_are_texts_of_any_characters() -> None:
    world = World(subject='a "quoted" \\ \u2028 é name', session="ü/-")
    envelope = world.call({})
    decision = world.allowed(envelope)
    assert engine_writes(decision, envelope) == the_long_way(decision, envelope)


@pytest.mark.parametrize("how", [{"id": -1}, {"id": 10**15}, {"id": 'a"b'}, {"id": "x" * 3000}])
def test_what_is_not_plain_is_written_the_long_way(world: World, how: dict[str, Any]) -> None:
    envelope = world.call({"a": 1}, **how)
    decision = world.allowed(envelope)
    assert engine_writes(decision, envelope) is None
    written = CallEvent(decision, envelope, trace_id=TRACE, peer="::1").text(Redaction())
    assert written == the_long_way(decision, envelope)


@pytest.mark.parametrize("peer", ["\ud800", "x" * 2049])
def test_texts_that_have_to_be_changed_are_left(world: World, peer: str) -> None:
    envelope = world.call({})
    decision = world.allowed(envelope)
    assert engine_writes(decision, envelope, peer=peer) is None
    written = CallEvent(decision, envelope, trace_id=TRACE, peer=peer).text(Redaction())
    assert written == the_long_way(decision, envelope, peer=peer)


@pytest.mark.parametrize(
    "arguments",
    [
        {"api_key": "hush"},
        {"deep": [{"Password": "hush"}]},
        {"note": f"see {SECRET}"},
        {"note": "Bearer abcdefghijkl"},
        {"note": "ba\u017fic dXNlcjpwYXNzd29yZA=="},
        {"note": "-----BEG\u0131N PRIVATE KEY"},
        {"p\u0061ssword": 1},
        {"long": "x" * 5000},
        {"many": [0] * 5000},
    ],
)
def test_what_redaction_leaves_out_is_left_out(world: World, arguments: dict[str, Any]) -> None:
    envelope = world.call(arguments)
    decision = world.allowed(envelope)
    written = CallEvent(decision, envelope, trace_id=TRACE, peer="::1").text(Redaction())
    assert written == the_long_way(decision, envelope)
    assert b"hush" not in written
    assert SECRET.encode() not in written


@pytest.mark.parametrize("redaction", [Redaction(tools=["fs.*"]), Redaction(arguments=False)])
def test_hidden_tools_and_hidden_arguments_stay_hidden(world: World, redaction: Redaction) -> None:
    envelope = world.call({"path": "/workspace/notes"})
    event = CallEvent(world.allowed(envelope), envelope)
    assert b"/workspace/notes" in event.text(Redaction())
    assert b"/workspace/notes" not in event.text(redaction)
    assert event.text(redaction) == event.in_full().text(redaction)


def test_any_call_that_is_allowed_has_the_same_text_either_way(world: World) -> None:
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
        arguments = {"n": n, rng.choice(keys): value(3)}
        envelope = world.call(arguments, id=rng.choice(ids))
        decision = world.allowed(envelope)
        written = CallEvent(decision, envelope, trace_id=TRACE, peer="::1").text(Redaction())
        assert written == the_long_way(decision, envelope), envelope


def test_of_a_call_that_is_denied_there_is_none(world: World) -> None:
    envelope = world.call({})
    assert world.allowed(envelope)
    replay = world.gate.authorize(envelope)
    with pytest.raises(ValueError, match="denies"):
        CallEvent(replay, envelope)
    assert engine_writes(replay, envelope) is None


def test_another_envelope_than_the_decisions_gives_no_event(world: World) -> None:
    decision = world.allowed(world.call({}))
    for other in (b"", b"{}", b"[]", b"\xff", b'{"payload":{},"timestamp":"","security_token":""}'):
        assert engine_writes(decision, other) is None


@pytest.mark.parametrize("wrong", [None, object(), True])
def test_only_a_decision_is_one(wrong: Any) -> None:
    with pytest.raises(TypeError, match="must be Decision"):
        call_event(wrong, b"{}", None, None, MAX_TEXT, MAX_SCANNED)


def test_only_texts_name_a_peer(world: World) -> None:
    envelope = world.call({})
    untyped: Any = call_event
    with pytest.raises(TypeError, match="must be str or None"):
        untyped(world.allowed(envelope), envelope, 1, None, MAX_TEXT, MAX_SCANNED)
