"""Sessions of a gate: what they are, how they begin and end."""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import callgate
import pytest
from callgate import SecretKey, SessionError
from gate_world import NOW, World


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
    assert world.gate.is_open("s1")
    assert not world.gate.is_open("other")


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
