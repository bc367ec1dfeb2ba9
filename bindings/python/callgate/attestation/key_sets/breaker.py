"""CircuitBreaker: stops asking a server that fails, and asks it carefully again later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias, final

from callgate import CallgateError


class CircuitState(str, Enum):
    """``CLOSED`` lets every call through, ``OPEN`` none, ``HALF_OPEN`` a few that try it out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


Changed: TypeAlias = Callable[[CircuitState, CircuitState], None]


@dataclass(frozen=True)
class CircuitBreakerConfig:
    """After ``failure_threshold`` failures in a row nothing passes for ``recovery_timeout``
    seconds; then ``half_open_max_calls`` calls do, and the first that ends decides.
    """

    failure_threshold: int = 5
    recovery_timeout: float = 30.0
    half_open_max_calls: int = 1

    def __post_init__(self) -> None:
        for name in ("failure_threshold", "half_open_max_calls"):
            if getattr(self, name) < 1:
                raise CallgateError(f"{name} must be at least 1", "INVALID_ARGUMENT", name)
        if not self.recovery_timeout >= 0:
            message = "recovery_timeout must be a number of seconds that is not negative"
            raise CallgateError(message, "INVALID_ARGUMENT", "recovery_timeout")


@final
class CircuitBreaker:
    """Ask ``can_execute`` before each call, and report how the call ended. Thread-safe.

    ``changed`` is called with the former and the new state, without a lock held.
    """

    def __init__(
        self,
        config: CircuitBreakerConfig | None = None,
        *,
        changed: Changed | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config: Final = config or CircuitBreakerConfig()
        self._changed: Final = changed
        self._clock: Final = clock
        self._lock: Final = threading.Lock()
        self._state = CircuitState.CLOSED
        self._failures = 0
        self._probes = 0
        self._since = 0.0  # when it opened, or when the latest probe began

    @property
    def state(self) -> CircuitState:
        """As of now: an open one is half open once ``recovery_timeout`` has passed."""
        return self._step(lambda: None)[1]

    def can_execute(self) -> bool:
        """Whether a call may be made now. Where it says yes, report the call's end.

        Half open, it says yes ``half_open_max_calls`` times, and that often again when
        ``recovery_timeout`` has passed without a report.
        """
        admitted, _ = self._step(self._admit)
        return bool(admitted)

    def record_success(self) -> None:
        """A call succeeded: half open, that closes; an open one stays so."""
        self._step(self._succeed)

    def record_failure(self) -> None:
        """A call failed: half open, or at the threshold, that opens."""
        self._step(self._fail)

    def reset(self) -> None:
        """Closed, without failures."""
        self._step(self._close)

    def _step(self, act: Callable[[], bool | None]) -> tuple[bool | None, CircuitState]:
        with self._lock:
            before = self._state
            if before is CircuitState.OPEN and self._waited():
                self._state = CircuitState.HALF_OPEN
                self._probes = 0
            between = self._state
            result = act()
            after = self._state
        if self._changed is not None:
            for former, latter in ((before, between), (between, after)):
                if former is not latter:
                    self._changed(former, latter)
        return result, after

    def _admit(self) -> bool:
        if self._state is not CircuitState.HALF_OPEN:
            return self._state is CircuitState.CLOSED
        if self._probes >= self._config.half_open_max_calls:
            if not self._waited():
                return False
            self._probes = 0  # those that were let through never reported
        self._probes += 1
        self._since = self._clock()
        return True

    def _succeed(self) -> None:
        if self._state is not CircuitState.OPEN:
            self._close()

    def _fail(self) -> None:
        if self._state is CircuitState.OPEN:
            return
        self._failures += 1
        threshold = self._config.failure_threshold
        if self._state is CircuitState.HALF_OPEN or self._failures >= threshold:
            self._state = CircuitState.OPEN
            self._since = self._clock()

    def _close(self) -> None:
        self._state = CircuitState.CLOSED
        self._failures = 0

    def _waited(self) -> bool:
        return self._clock() - self._since >= self._config.recovery_timeout
