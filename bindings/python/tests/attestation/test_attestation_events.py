"""Event handlers, and what the parts of attestation report."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from callgate.attestation.observability import (
    AttestationEventHandler,
    emit_replay_detected,
    emit_verification_failure,
    emit_verification_success,
    get_metrics,
    register_event_handler,
    reset_metrics,
    unregister_event_handler,
)
from callgate.attestation.telemetry import events

ISSUER = "https://issuer.example"


class Listener(AttestationEventHandler):
    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def on_verification_success(self, issuer: str, subject: str, trust_level: str) -> None:
        self.heard.append(("verified", issuer, subject, trust_level))

    def on_verification_failure(
        self, issuer: str | None, error: str, error_code: int | None
    ) -> None:
        self.heard.append(("refused", issuer, error, error_code))

    def on_replay_detected(self, issuer: str | None, jti: str) -> None:
        self.heard.append(("replay", issuer, jti))

    def on_token_created(self, issuer: str, audience: str, lifetime_seconds: int) -> None:
        self.heard.append(("created", issuer, audience, lifetime_seconds))

    def on_circuit_breaker_state_change(self, issuer: str, old_state: str, new_state: str) -> None:
        self.heard.append(("breaker", issuer, old_state, new_state))


class Broken(AttestationEventHandler):
    def on_verification_success(self, issuer: str, subject: str, trust_level: str) -> None:
        raise RuntimeError("broken")


@pytest.fixture
def listener() -> Iterator[Listener]:
    reset_metrics()
    one = Listener()
    register_event_handler(one)
    yield one
    unregister_event_handler(one)
    reset_metrics()


def test_a_registered_handler_hears(listener: Listener) -> None:
    emit_verification_success(ISSUER, "spiffe://a/b", "provider")
    emit_verification_failure(None, "expired", -32011)
    emit_replay_detected(ISSUER, "jti")
    assert listener.heard == [
        ("verified", ISSUER, "spiffe://a/b", "provider"),
        ("refused", None, "expired", -32011),
        ("replay", ISSUER, "jti"),
    ]


def test_a_handler_registered_twice_hears_once(listener: Listener) -> None:
    register_event_handler(listener)
    emit_replay_detected(ISSUER, "jti")
    assert len(listener.heard) == 1


def test_an_unregistered_handler_hears_nothing(listener: Listener) -> None:
    unregister_event_handler(listener)
    unregister_event_handler(listener)
    emit_replay_detected(ISSUER, "jti")
    assert listener.heard == []


def test_a_handler_that_raises_is_logged(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    broken, last = Broken(), Listener()
    register_event_handler(broken)
    register_event_handler(last)
    try:
        with caplog.at_level(logging.ERROR, "callgate.attestation"):
            emit_verification_success(ISSUER, "s", "provider")
    finally:
        unregister_event_handler(broken)
        unregister_event_handler(last)
    assert len(listener.heard) == len(last.heard) == 1
    assert "Broken" in caplog.text


def test_an_asynchronous_handler_is_refused() -> None:
    class Asynchronous(AttestationEventHandler):
        async def on_replay_detected(  # type: ignore[override]
            self, issuer: str | None, jti: str
        ) -> None:
            raise AssertionError

    with pytest.raises(TypeError, match="on_replay_detected must be a plain function"):
        register_event_handler(Asynchronous())


def test_what_is_no_handler_is_refused() -> None:
    with pytest.raises(TypeError, match="AttestationEventHandler"):
        register_event_handler(object())  # type: ignore[arg-type]


def test_every_report_counts_and_is_told(listener: Listener) -> None:
    events.verified(
        issuer=ISSUER, seconds=0.001, subject=lambda: "spiffe://a/b", trust_level="provider"
    )
    events.refused(issuer=None, seconds=0.001, reason="alg", message="m", error_code=-32010)
    events.replay_detected(issuer=ISSUER, jti="jti")
    events.token_created(
        issuer=ISSUER, audience=["https://a", "https://b"], lifetime=300, seconds=0
    )
    events.breaker_changed(issuer=ISSUER, before="closed", after="open")
    events.breaker_changed(issuer=ISSUER, before="open", after="half_open")
    events.fetch_finished(issuer=ISSUER, succeeded=False, seconds=0.5)
    events.key_looked_up(found=True)
    events.key_looked_up(found=False)
    events.keys_kept(3)
    assert listener.heard == [
        ("verified", ISSUER, "spiffe://a/b", "provider"),
        ("refused", None, "alg: m", -32010),
        ("replay", ISSUER, "jti"),
        ("created", ISSUER, "https://a https://b", 300),
        ("breaker", ISSUER, "closed", "open"),
        ("breaker", ISSUER, "open", "half_open"),
    ]
    told = get_metrics().to_dict()
    assert told["counters"] == {
        "verification_total": 2,
        "verification_success": 1,
        "verification_failure": 1,
        "token_creation_total": 1,
        "replay_detected": 1,
        "cache_hits": 1,
        "cache_misses": 1,
        "jwks_fetches": 1,
        "jwks_fetch_errors": 1,
        "circuit_breaker_opens": 1,
    }
    assert told["gauges"]["cached_keys"] == 3


def test_a_report_never_raises(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "callgate.attestation"):
        events.refused(issuer=ISSUER, seconds=float("nan"), reason="alg")
    assert "ValueError" in caplog.text
    assert ISSUER not in caplog.text
