"""Events: what a decision leaves in the trail, and that the call can be proven by it later."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from callgate import Gate, SecretKey
from callgate.audit import AuditError, Event, Redaction, event_of_decision
from callgate.audit.decision_event import DecisionEvent
from callgate.audit.log import AuditLog
from callgate.audit.proof import prove_call, token_again
from gateway_state import World
from trails import Place


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def gate(world: World) -> Gate:
    gate = Gate(world.policy, issuer_keys=[world.issuer.public_key])
    gate.open_session(world.token("a"), world.agent.public_key)
    return gate


def fields_of(event: Event | DecisionEvent) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(event.text(Redaction()))
    return fields


def test_an_allowed_call_says_who_what_and_why(world: World, gate: Gate) -> None:
    token = world.token("b")
    gate.open_session(token, world.agent.public_key)
    envelope = world.envelope(token, 1)
    decision = gate.authorize(envelope)
    fields = fields_of(event_of_decision(decision, trace_id="abc", peer="10.0.0.1"))
    assert fields["event"] == "ToolCallAuthorized"
    assert (fields["workload"], fields["session"], fields["context"]) == (
        "exec of b",
        "b",
        "research",
    )
    assert (fields["tool"], fields["method"], fields["request_id"]) == ("fs.read", "tools/call", 1)
    assert fields["public_key"] == world.agent.public_key.to_base64()
    assert (
        fields["message_digest"] == decision.message_digest.hex()
        if decision.message_digest
        else None
    )
    assert fields["policy_digest"] == decision.policy_digest
    assert fields["token"] == hashlib.sha256(token.encode()).hexdigest()
    assert (fields["trace_id"], fields["peer"]) == ("abc", "10.0.0.1")
    assert json.loads(fields["payload"])["params"]["arguments"] == {"path": "/workspace/a"}
    assert token not in json.dumps(fields)


def test_a_denied_call_says_which_rule_decided(world: World, gate: Gate) -> None:
    token = world.token("b")
    gate.open_session(token, world.agent.public_key)
    envelope = world.envelope(token, 1, "fs.delete")
    fields = fields_of(event_of_decision(gate.authorize(envelope)))
    assert fields["event"] == "PolicyViolationBlocked"
    assert fields["code_name"] == "TOOL_NOT_ALLOWED"
    assert fields["allowed"] is False
    assert fields["reason"]
    assert fields["signature"]


def test_of_a_forged_envelope_nothing_is_believed(world: World, gate: Gate) -> None:
    token = world.token("b")
    gate.open_session(token, world.agent.public_key)
    envelope = world.envelope(token, 1).replace(b"/workspace/a", b"/workspace/b")
    fields = fields_of(event_of_decision(gate.authorize(envelope)))
    assert fields["event"] == "SignatureVerificationFailed"
    assert fields["code_name"] == "INVALID_SIGNATURE"
    assert fields["envelope_digest"] == hashlib.sha256(envelope).hexdigest()
    assert "payload" not in fields
    assert "/workspace/b" not in json.dumps(fields)


@pytest.mark.parametrize(
    "garbage", [b"", b"{}", b"not json", b"\xff", b'{"payload":"\\ud800"}', b"[" * 10_000]
)
def test_garbage_is_an_event_too(gate: Gate, garbage: bytes) -> None:
    fields = fields_of(event_of_decision(gate.authorize(garbage)))
    assert fields["event"] == "SignatureVerificationFailed"
    assert fields["code_name"] == "INVALID_ENVELOPE"


def test_an_expired_token_has_an_event_of_its_own(world: World, gate: Gate) -> None:
    token = world.token("b")
    session = gate.open_session(token, world.agent.public_key)
    envelope = world.envelope(token, 1)
    decision = gate.authorize(envelope, now=session.expires_at.timestamp() + 100)
    assert event_of_decision(decision).name == "SecurityTokenExpired"


def test_there_are_eight_events() -> None:
    untyped: Any = Event
    with pytest.raises(ValueError, match="there is no event"):
        untyped(name="ToolCallAllowed")


@pytest.mark.parametrize(
    "text",
    ["a\nb", "\x1b[2J", '"} {"kind":"event', "\ud800", "\u2028", "\x00", "x" * 100_000],
)
def test_whatever_a_field_holds_a_line_is_one_bounded_line(tmp_path: Path, text: str) -> None:
    place = Place(tmp_path)

    async def use(audit: AuditLog) -> None:
        event = Event(
            name="AttestationFailed", workload=text, reason=text, details={text: [text, 10**400]}
        )
        await audit.record(event)

    place.run(use)
    (event,) = place.lines("event")
    (file,) = place.files()
    assert len(file.read_bytes().split(b"\n")) == len(place.lines()) + 1
    assert all(byte >= 0x20 for byte in file.read_bytes().replace(b"\n", b""))
    assert len(event["fields"]["workload"]) < 3000
    assert place.verify(place.head()).status == "whole"


def test_arguments_that_are_too_much_for_a_line_are_left_out_with_their_digest() -> None:
    arguments = {f"k{n}": ["\x01" * 2000] * 25 for n in range(3)}
    payload = json.dumps({"params": {"arguments": arguments}}).encode()
    fields = fields_of(Event(name="ToolCallAuthorized", payload=payload))
    assert "arguments" not in fields
    assert set(fields["left_out"]["arguments"]) == {"bytes", "sha256"}


class TestProof:
    """A line of the trail, the token and the agent's key prove the call."""

    @pytest.fixture
    def call(self, world: World, gate: Gate) -> tuple[dict[str, Any], str]:
        token = world.token("b")
        gate.open_session(token, world.agent.public_key)
        envelope = world.envelope(token, 1)
        return fields_of(event_of_decision(gate.authorize(envelope))), token

    def test_the_signature_is_verified_over_what_the_line_holds(
        self, call: tuple[dict[str, Any], str]
    ) -> None:
        fields, token = call
        assert b"/workspace/a" in prove_call(fields, token)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("payload", '{"id":1,"jsonrpc":"2.0","method":"tools/list"}'),
            ("timestamp", "2026-02-17T14:32:01Z"),
            ("public_key", SecretKey.generate().public_key.to_base64()),
            ("payload", None),
        ],
        # Tests that run at a time in several processes must bear the same names.
        ids=["payload", "timestamp", "public key", "no payload"],
    )
    def test_another_call_is_not_proven(
        self, call: tuple[dict[str, Any], str], name: str, value: str | None
    ) -> None:
        fields, token = call
        with pytest.raises(AuditError):
            prove_call({**fields, name: value}, token)

    def test_another_token_is_not_taken(
        self, world: World, call: tuple[dict[str, Any], str]
    ) -> None:
        with pytest.raises(AuditError, match="not the token"):
            prove_call(call[0], world.token("c"))

    def test_a_redacted_payload_is_taken_from_whoever_kept_it(
        self, call: tuple[dict[str, Any], str]
    ) -> None:
        fields, token = call
        payload = fields.pop("payload").encode()
        assert prove_call(fields, token, payload=payload)

    def test_the_issuer_can_make_the_token_again(self, world: World) -> None:
        token = world.token("a")
        event = Event(
            name="AttestationSucceeded",
            token=hashlib.sha256(token.encode()).hexdigest(),
            token_input=token.rpartition(".")[0],
        )
        fields = fields_of(event)
        assert token not in json.dumps(fields)
        assert token_again(fields, world.issuer) == token
        with pytest.raises(AuditError):
            token_again(fields, SecretKey.generate())


def test_the_trail_of_a_running_gate_proves_its_calls(world: World) -> None:
    token = world.token("a")

    async def live() -> None:
        async with world.gateway() as running:
            await running.attest(world, token)
            decision, _ = await running.call(world.envelope(token, 1))
            assert decision

    asyncio.run(live())
    place = Place(world.root)
    fields = place.lines("event")[-1]["fields"]
    assert json.loads(prove_call(fields, token))["params"]["name"] == "fs.read"
    assert token not in place.files()[0].read_text()
