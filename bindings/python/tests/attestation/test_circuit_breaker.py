"""CircuitBreaker and RetryConfig."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from callgate import CallgateError
from callgate.attestation.jwks import (
    CircuitBreaker,
    CircuitBreakerConfig,
    CircuitState,
    RetryConfig,
)
from jwks_server import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock, probes: int = 1) -> CircuitBreaker:
    config = CircuitBreakerConfig(failure_threshold=1, half_open_max_calls=probes)
    breaker = CircuitBreaker(config, clock=clock)
    breaker.record_failure()
    return breaker


def test_the_defaults_are_the_published_ones() -> None:
    config = CircuitBreakerConfig()
    assert config.failure_threshold == 5
    assert config.recovery_timeout == 30.0
    assert config.half_open_max_calls == 1


def test_a_new_breaker_is_closed() -> None:
    breaker = CircuitBreaker()
    assert breaker.state is CircuitState.CLOSED
    assert all(breaker.can_execute() for _ in range(100))


def test_it_opens_at_the_threshold_and_not_before() -> None:
    breaker = CircuitBreaker(CircuitBreakerConfig(failure_threshold=3))
    for _ in range(2):
        breaker.record_failure()
        assert breaker.state is CircuitState.CLOSED
    breaker.record_failure()
    assert breaker.state is CircuitState.OPEN
    assert not breaker.can_execute()


def test_a_success_forgets_the_failures_before_it() -> None:
    breaker = CircuitBreaker(CircuitBreakerConfig(failure_threshold=2))
    breaker.record_failure()
    breaker.record_success()
    breaker.record_failure()
    assert breaker.state is CircuitState.CLOSED


def test_it_is_half_open_after_the_timeout(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 29.9
    assert breaker.state.value == "open"
    clock.now += 0.1
    assert breaker.state.value == "half_open"


@pytest.mark.parametrize("probes", [1, 3])
def test_half_open_admits_exactly_its_number(clock: Clock, probes: int) -> None:
    breaker = opened(clock, probes)
    clock.now += 30
    assert sum(breaker.can_execute() for _ in range(100)) == probes


def test_threads_together_get_exactly_that_number(clock: Clock) -> None:
    breaker = opened(clock, 3)
    clock.now += 30
    begin = threading.Barrier(8)
    admitted: list[bool] = []

    def ask() -> None:
        begin.wait()
        admitted.extend(breaker.can_execute() for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 3


def test_half_open_closes_with_a_success(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 30
    assert breaker.can_execute()
    breaker.record_success()
    assert breaker.state is CircuitState.CLOSED
    assert all(breaker.can_execute() for _ in range(10))


def test_half_open_opens_again_with_a_failure(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 30
    assert breaker.can_execute()
    breaker.record_failure()
    assert breaker.state is CircuitState.OPEN
    clock.now += 29.9
    assert not breaker.can_execute()
    clock.now += 0.1
    assert breaker.can_execute()


def test_a_probe_that_never_ends_does_not_block_for_ever(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 30
    assert breaker.can_execute()
    assert not breaker.can_execute()
    clock.now += 30
    assert breaker.can_execute()
    assert not breaker.can_execute()


def test_what_ends_late_does_not_close_an_open_one(clock: Clock) -> None:
    breaker = opened(clock)
    breaker.record_success()
    assert breaker.state is CircuitState.OPEN


def test_a_late_failure_does_not_keep_it_open_longer(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 29
    breaker.record_failure()
    clock.now += 1
    assert breaker.state is CircuitState.HALF_OPEN


def test_reset_closes(clock: Clock) -> None:
    breaker = opened(clock)
    breaker.reset()
    assert breaker.state is CircuitState.CLOSED


def test_each_change_is_told_once(clock: Clock) -> None:
    told: list[tuple[str, str]] = []
    breaker = CircuitBreaker(
        CircuitBreakerConfig(failure_threshold=1),
        clock=clock,
        changed=lambda before, after: told.append((before.value, after.value)),
    )
    breaker.record_failure()
    breaker.record_failure()
    clock.now += 30
    assert breaker.can_execute()
    assert breaker.state is CircuitState.HALF_OPEN
    breaker.record_success()
    assert told == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]


def test_a_listener_may_ask_the_breaker(clock: Clock) -> None:
    states: list[CircuitState] = []
    breaker = CircuitBreaker(
        CircuitBreakerConfig(failure_threshold=1),
        clock=clock,
        changed=lambda before, after: states.append(breaker.state),
    )
    breaker.record_failure()
    assert states == [CircuitState.OPEN]


@pytest.mark.parametrize(
    "wrong",
    [{"failure_threshold": 0}, {"half_open_max_calls": 0}, {"recovery_timeout": -1.0}],
    ids=str,
)
def test_a_breaker_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CallgateError) as refused:
        CircuitBreakerConfig(**wrong)
    assert refused.value.where == next(iter(wrong))


def test_the_defaults_of_retries_are_the_published_ones() -> None:
    config = RetryConfig()
    assert config == RetryConfig(3, 0.5, 10.0, 2.0, True)


def test_delays_grow_up_to_the_largest() -> None:
    config = RetryConfig(base_delay=1.0, jitter=False)
    delays = [config.delay(attempt) for attempt in (0, 1, 2, 3, 4, 10, 10_000)]
    assert delays == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_jitter_is_half_to_one_and_a_half() -> None:
    config = RetryConfig(base_delay=1.0)
    random.seed(7)
    delays = [config.delay(0) for _ in range(1000)]
    assert 0.5 <= min(delays) < 0.6
    assert 1.4 < max(delays) <= 1.5


@pytest.mark.parametrize(
    "wrong",
    [{"max_retries": -1}, {"base_delay": -0.1}, {"max_delay": float("nan")}],
    ids=str,
)
def test_retries_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CallgateError) as refused:
        RetryConfig(**wrong)
    assert refused.value.where == next(iter(wrong))
