"""Gate: the flow through Python, sessions, plans, exported state and threads."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
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
    RateLimited,
    SecretKey,
    SessionError,
    SessionInactive,
    Unavailable,
)

NOW = 1771338721.0
POLICY = """
- name: wide
  capabilities:
    - tool_pattern: "fs.*"
      path_allowlist: [/workspace]
      rate_limit: {calls: 3, per_seconds: 60}
      max_response_size: 20
- name: narrow
  capabilities:
    - tool_pattern: fs.read
      path_allowlist: [/workspace/a]
      rate_limit: {calls: 2, per_seconds: 60}
"""
untyped: Any = callgate  # for calls that a type checker refuses


@dataclass
class World:
    """An issuer, a gate that trusts it, and agents."""

    issuer: SecretKey = field(default_factory=SecretKey.generate)
    policy: PolicySet = field(default_factory=lambda: PolicySet.parse(POLICY))
    limits: Limits | None = None

    def __post_init__(self) -> None:
        keys = {"k1": self.issuer.public_key}
        self.gate = Gate(self.policy, issuer_keys=keys, issuer="me", limits=self.limits)

    def token(self, key: SecretKey, session: str, scope: str = "wide", **claims: Any) -> str:
        claims = {"sub": f"agent of {session}", "scp": scope, "jti": session, "iss": "me", **claims}
        claims["cnf"] = {"jkt": key.public_key.thumbprint}
        return callgate.issue_token(claims, self.issuer, kid="k1", now=NOW)

    def agent(self, session: str = "s1", scope: str = "wide", parent: str | None = None) -> "Agent":
        key = SecretKey.generate()
        token = self.token(key, session, scope)
        opened = self.gate.open_session(token, key.public_key, parent=parent, now=NOW)
        assert opened.id == session
        return Agent(self.gate, key, token, opened)


@dataclass
class Agent:
    gate: Gate
    key: SecretKey
    token: str
    session: callgate.Session
    calls: int = 0

    def envelope(self, path: str = "/workspace/a/b", tool: str = "fs.read", **more: Any) -> bytes:
        self.calls += 1
        params = {"name": tool, "arguments": {"path": path}}
        payload = {"jsonrpc": "2.0", "id": self.calls, "method": "tools/call", "params": params}
        return callgate.create_envelope(payload, self.token, self.key, now=NOW, **more)

    def call(self, path: str = "/workspace/a/b", tool: str = "fs.read") -> Decision:
        return self.gate.authorize(self.envelope(path, tool), now=NOW)


@pytest.fixture
def world() -> World:
    return World()


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


def test_a_session_says_what_it_is(world: World) -> None:
    agent = world.agent()
    session = world.gate.session("s1")
    assert session is not None
    assert (session.id, session.subject, session.context) == ("s1", "agent of s1", "wide")
    assert session.public_key == agent.key.public_key
    assert (session.parent, session.root, session.state) == (None, "agent of s1", "open")
    assert session.expires_at == datetime.fromtimestamp(NOW + 3600, timezone.utc)
    assert session.effects == b""
    assert agent.session.effects
    assert "s1" in repr(session)
    assert world.gate.session("other") is None


def test_a_session_is_renewed_ended_and_revoked(world: World) -> None:
    agent = world.agent()
    later = callgate.issue_token(
        {
            "sub": "agent of s1",
            "scp": "wide",
            "jti": "s1",
            "iss": "me",
            "cnf": {"jkt": agent.key.public_key.thumbprint},
        },
        world.issuer,
        kid="k1",
        now=NOW,
        lifetime=7200,
    )
    renewed = world.gate.renew_session("s1", later, now=NOW)
    assert renewed.expires_at.timestamp() == NOW + 7200
    assert world.gate.end_session("s1").state == "ended"
    assert agent.call().code_name == "SESSION_INACTIVE"
    other = world.agent("s2")
    assert world.gate.revoke_session("s2").state == "revoked"
    assert other.call().code_name == "SESSION_INACTIVE"
    with pytest.raises(SessionError) as refused:
        world.gate.open_session(agent.token, agent.key.public_key, now=NOW)
    assert refused.value.code_name == "SESSION_INACTIVE"


def test_sessions_that_cannot_be_opened(world: World) -> None:
    agent = world.agent()
    key = agent.key.public_key
    stranger = SecretKey.generate()
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: world.gate.open_session("a.b.c", key, now=NOW), "INVALID_TOKEN"),
        (lambda: world.gate.open_session(agent.token, stranger.public_key, now=NOW), "KEY_REFUSED"),
        (lambda: world.gate.end_session("other"), "UNKNOWN_SESSION"),
        (lambda: world.gate.revoke_session("other"), "UNKNOWN_SESSION"),
        (lambda: world.gate.renew_session("other", agent.token, now=NOW), "UNKNOWN_SESSION"),
        (lambda: world.agent("s3", "missing"), "SCOPE_NOT_FOUND"),
        (lambda: world.agent("s3", "wide", parent="other"), "UNKNOWN_SESSION"),
        (lambda: world.gate.open_session(agent.token, key, now=NOW + 3600), "EXPIRED_TOKEN"),
    ]
    for call, code in calls:
        with pytest.raises(SessionError) as refused:
            call()
        assert refused.value.code_name == code
        assert agent.token not in str(refused.value)


def test_a_child_stays_within_its_parent(world: World) -> None:
    world.agent("s1", "narrow")
    with pytest.raises(SessionError) as refused:
        world.agent("s2", "wide", parent="s1")
    assert refused.value.code_name == "CONTEXT_EXCEEDS_PARENT_CEILING"
    parent = world.agent("s3", "wide")
    child = world.agent("s4", "narrow", parent="s3")
    assert (child.session.parent, child.session.root) == ("s3", "agent of s3")
    decision = child.call()
    assert decision, decision
    assert len(decision.charged) == 2
    world.gate.end_session("s3")
    assert parent.call().code_name == child.call().code_name == "SESSION_INACTIVE"


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


OUTCOMES: list[tuple[Outcome, str | None]] = [
    (Committed((0,)), None),
    (Committed([0]), None),
    (Committed(), "LEDGER_UNAVAILABLE"),
    (Committed((1,)), "LEDGER_UNAVAILABLE"),
    (Committed((0, 0)), "LEDGER_UNAVAILABLE"),
    (Committed((-1,)), "LEDGER_UNAVAILABLE"),
    (Committed((2**40,)), "LEDGER_UNAVAILABLE"),
    (AlreadySeen(), "REPLAY_DETECTED"),
    (RateLimited(1.5), "RATE_LIMIT_EXCEEDED"),
    (RateLimited(-1.5), "LEDGER_UNAVAILABLE"),
    (RateLimited(-0.0001), "LEDGER_UNAVAILABLE"),
    (SessionInactive(), "SESSION_INACTIVE"),
    (Full(), "LEDGER_FULL"),
    (Unavailable(), "LEDGER_UNAVAILABLE"),
]


@pytest.mark.parametrize(("outcome", "code"), OUTCOMES, ids=[str(o) for o, _ in OUTCOMES])
def test_a_plan_is_finished_with_what_the_ledger_says(
    world: World, outcome: Outcome, code: str | None
) -> None:
    agent = world.agent()
    data = agent.envelope()
    plan = world.gate.plan(data, now=NOW)
    assert plan.replay_key is not None
    assert plan.replay_key[0] == agent.key.public_key
    assert len(plan.replay_key[1]) == 64
    assert plan.sessions == ("s1",)
    assert plan.timestamp == datetime.fromtimestamp(NOW, timezone.utc)
    assert plan.window == 30.0
    [[charge]] = plan.charges
    assert (charge.calls, charge.per_seconds) == (3, 60)
    assert charge == callgate.Charge(charge.key, 3, 60)

    decision = plan.finish(outcome)
    assert decision.code_name == code
    assert decision.allowed is (code is None)
    if code == "RATE_LIMIT_EXCEEDED":
        assert decision.retry_after == 1.5
    if code is None:
        assert decision.charged == (charge,)
    assert plan.finish(Committed((0,))).code_name == "INTERNAL_ERROR"
    assert world.gate.authorize(data, now=NOW), "a plan records nothing in the embedded ledger"


def test_a_wait_is_never_less_than_the_ledger_said(world: World) -> None:
    data = world.agent().envelope()
    for said, told in [(0.0, 0.0), (0.0001, 0.001), (1.5, 1.5), (1.5001, 1.501), (60, 60.0)]:
        plan = world.gate.plan(data, now=NOW)
        assert plan.finish(RateLimited(said)).retry_after == told


def test_a_plan_without_a_replay_key_needs_no_ledger(world: World) -> None:
    plan = world.gate.plan(b"{}", now=NOW)
    assert (plan.replay_key, plan.timestamp, plan.charges, plan.sessions) == (None, None, (), ())
    assert plan.finish(Committed()).code_name == "INVALID_ENVELOPE"


def test_a_plan_outlives_its_gate() -> None:
    world = World()
    plan = world.gate.plan(world.agent().envelope(), now=NOW)
    del world
    assert plan.finish(Committed((0,)))


def test_a_gate_and_a_plan_show_no_secrets(world: World) -> None:
    agent = world.agent()
    assert repr(world.gate) == f"<Gate with {world.gate.policy!r}>"
    plan = world.gate.plan(agent.envelope(), now=NOW)
    assert repr(plan) == f"<Plan to commit in ('s1',), {len(plan.charges)} contexts to charge>"
    assert repr(world.gate.plan(b"{}", now=NOW)) == "<Plan with nothing to commit>"


def test_a_second_process_goes_on_from_exported_state(world: World) -> None:
    agent = world.agent()
    exported = world.gate.export_state()
    first = agent.envelope()
    journal = [world.gate.authorize(first, now=NOW).effects, world.agent("s2").session.effects]

    other = World(issuer=world.issuer)
    other.gate.restore_state(exported, effects=journal)
    other.gate.restore_state(exported, journal + journal)
    assert other.gate.authorize(first, now=NOW).cause == "already_seen"
    assert other.gate.session("s2") is not None
    assert [other.gate.authorize(agent.envelope(), now=NOW).allowed for _ in range(3)] == [
        True,
        True,
        False,
    ]
    for state, effects in ((b"{}", []), (exported, [b"x"]), (b"", [])):
        with pytest.raises(CallgateError) as refused:
            other.gate.restore_state(state, effects)
        assert refused.value.code_name == "INVALID_ARGUMENT"
    assert other.gate.session("s2") is not None


def test_a_clock_that_stepped_back_is_reset(world: World) -> None:
    agent = world.agent()
    world.gate.authorize(b"", now=NOW)
    assert agent.call()
    plan = world.gate.authorize(agent.envelope(), now=NOW + 1000)
    assert plan.cause == "outside_window"
    assert agent.call().code_name == "CLOCK_STEPPED"
    assert world.gate.reset_clock(NOW)
    assert agent.call().code_name == "SESSION_INACTIVE"
    assert world.agent("s2").call()


@pytest.mark.parametrize(
    "options",
    [{"window": 0}, {"window": 301}, {"leeway": 61}, {"leeway": -1}, {"leeway": 0.5}],
)
def test_options_out_of_range_are_refused(world: World, options: dict[str, Any]) -> None:
    with pytest.raises(CallgateError) as refused:
        Gate(world.policy, issuer_keys=[world.issuer.public_key], **options)
    assert refused.value.code_name == "INVALID_ARGUMENT"


def test_limits_are_the_gates() -> None:
    world = World(limits=Limits(max_replay_entries=2))
    agent = world.agent()
    codes = [agent.call().code_name for _ in range(3)]
    assert codes == [None, None, "LEDGER_FULL"]


@pytest.mark.parametrize(
    "call",
    [
        lambda w, a: untyped.Gate(POLICY, issuer_keys=[w.issuer.public_key]),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=w.issuer),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=[w.issuer.public_key], issuer=1),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=[w.issuer.public_key], window="30"),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=[w.issuer.public_key], limits={}),
        lambda w, a: w.gate.authorize(None, now=NOW),
        lambda w, a: w.gate.authorize({}, now=NOW),
        lambda w, a: w.gate.authorize(b"", now="noon"),
        lambda w, a: w.gate.plan(1),
        lambda w, a: w.gate.open_session(None, a.key.public_key),
        lambda w, a: w.gate.open_session(a.token, a.key),
        lambda w, a: w.gate.open_session(a.token, a.key.public_key, parent=b"s1"),
        lambda w, a: w.gate.session(b"s1"),
        lambda w, a: w.gate.end_session(None),
        lambda w, a: w.gate.revoke_session("\ud800"),
        lambda w, a: w.gate.set_policy(POLICY),
        lambda w, a: w.gate.set_issuer_keys(None),
        lambda w, a: w.gate.restore_state(None),
        lambda w, a: w.gate.restore_state(b"", [1]),
        lambda w, a: w.gate.plan(a.envelope(), now=NOW).finish("committed"),
        lambda w, a: w.gate.plan(a.envelope(), now=NOW).finish(untyped.Committed(("0",))),
        lambda w, a: w.gate.plan(a.envelope(), now=NOW).finish(untyped.RateLimited("1")),
    ],
)
def test_wrong_types_are_a_type_error(world: World, call: Callable[[Any, Agent], Any]) -> None:
    agent = world.agent()
    with pytest.raises(TypeError) as refused:
        call(world, agent)
    assert agent.token not in str(refused.value)


def race(work: Callable[[], bool], threads: int = 8) -> list[bool]:
    start = threading.Barrier(threads)
    answers: list[bool] = []

    def run() -> None:
        start.wait(timeout=60)
        answers.append(work())

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(timeout=60)
    assert len(answers) == threads
    return answers


def test_of_eight_threads_that_race_one_envelope_one_is_allowed(world: World) -> None:
    data = world.agent().envelope()
    answers = race(lambda: world.gate.authorize(data, now=NOW).allowed)
    assert sum(answers) == 1


def test_of_eight_threads_that_race_a_limit_of_three_three_are_allowed(world: World) -> None:
    agent = world.agent()
    envelopes = [agent.envelope() for _ in range(8)]
    answers = race(lambda: world.gate.authorize(envelopes.pop(), now=NOW).allowed)
    assert sum(answers) == 3


def test_of_eight_threads_that_finish_one_plan_one_is_allowed(world: World) -> None:
    plan = world.gate.plan(world.agent().envelope(), now=NOW)
    assert sum(race(lambda: plan.finish(Committed((0,))).allowed)) == 1


def test_policies_are_swapped_while_threads_decide(world: World) -> None:
    agent = world.agent()
    closed = PolicySet.parse("name: wide\ncapabilities: []")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            world.gate.set_policy(closed)
            world.gate.set_policy(world.policy)

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for _ in range(200):
            decision = agent.call()
            assert decision.allowed is (
                decision.policy_digest == world.policy.digest and decision.code_name is None
            )
            assert decision.code_name in (None, "TOOL_NOT_ALLOWED", "RATE_LIMIT_EXCEEDED")
    finally:
        stop.set()
        swapping.join(timeout=60)


def test_a_key_closed_while_threads_sign_completes_or_refuses() -> None:
    key = SecretKey.generate()
    public = key.public_key
    start = threading.Barrier(2)

    def sign() -> bool:
        start.wait(timeout=60)
        try:
            while True:
                assert public.verify(key.sign(b"message"), b"message")
        except CallgateError as error:
            return error.code_name == "INVALID_ARGUMENT"

    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(sign()))
    thread.start()
    start.wait(timeout=60)
    key.close()
    thread.join(timeout=60)
    assert answers == [True]
