"""AttestationEventHandler: a program's own code that hears of what happens."""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable
from typing import Final

_LOG: Final = logging.getLogger("callgate.attestation")


class AttestationEventHandler:
    """Override what you want to hear of.

    Methods are called in the thread, and on the event loop, that does the work: they must return at
    once. What they raise is logged, and changes no verdict. An issuer that is not configured is
    told as None; no method gets a token, or text of a token that was not verified.
    """

    def on_verification_success(self, issuer: str, subject: str, trust_level: str) -> None:
        """A token was verified; its single use, if it has one, was recorded."""

    def on_verification_failure(
        self, issuer: str | None, error: str, error_code: int | None
    ) -> None:
        """A token was refused. ``error`` names the reason and its meaning."""

    def on_replay_detected(self, issuer: str | None, jti: str) -> None:
        """A token, or a proof, that was otherwise valid was seen before. It is refused too."""

    def on_token_created(self, issuer: str, audience: str, lifetime_seconds: int) -> None:
        """A token was issued. Of several audiences, all, separated by spaces."""

    def on_circuit_breaker_state_change(self, issuer: str, old_state: str, new_state: str) -> None:
        """The circuit breaker in front of an issuer's keys: closed, open or half_open."""


_lock: Final = threading.Lock()
_handlers: list[AttestationEventHandler] = []


def register_event_handler(handler: AttestationEventHandler) -> None:
    """``handler`` hears of everything in this process from now on. Registered twice, it hears once.

    Raises TypeError for what is no handler, and for a handler with asynchronous methods, which
    would never run.
    """
    if not isinstance(handler, AttestationEventHandler):
        raise TypeError(f"handler must be AttestationEventHandler, not {type(handler).__name__}")
    for name, method in inspect.getmembers(handler, inspect.iscoroutinefunction):
        if name.startswith("on_"):
            raise TypeError(f"{name} must be a plain function: {method.__qualname__} is async")
    with _lock:
        if not any(known is handler for known in _handlers):
            _handlers.append(handler)


def unregister_event_handler(handler: AttestationEventHandler) -> None:
    """``handler`` hears of nothing any more. One that is not registered is ignored."""
    with _lock:
        _handlers[:] = [known for known in _handlers if known is not handler]


def are_registered() -> bool:
    """Whether there is any handler to tell."""
    return bool(_handlers)


def emit_verification_success(issuer: str, subject: str, trust_level: str) -> None:
    """Tells every handler. Never raises."""
    _emit(lambda handler: handler.on_verification_success(issuer, subject, trust_level))


def emit_verification_failure(issuer: str | None, error: str, error_code: int | None) -> None:
    """Tells every handler. Never raises."""
    _emit(lambda handler: handler.on_verification_failure(issuer, error, error_code))


def emit_replay_detected(issuer: str | None, jti: str) -> None:
    """Tells every handler. Never raises."""
    _emit(lambda handler: handler.on_replay_detected(issuer, jti))


def emit_token_created(issuer: str, audience: str, lifetime_seconds: int) -> None:
    """Tells every handler. Never raises."""
    _emit(lambda handler: handler.on_token_created(issuer, audience, lifetime_seconds))


def emit_circuit_breaker_state_change(issuer: str, old_state: str, new_state: str) -> None:
    """Tells every handler. Never raises."""
    _emit(lambda handler: handler.on_circuit_breaker_state_change(issuer, old_state, new_state))


def _emit(tell: Callable[[AttestationEventHandler], None]) -> None:
    if not _handlers:
        return
    with _lock:
        handlers = tuple(_handlers)
    for handler in handlers:
        try:
            tell(handler)
        except Exception:  # a handler must neither change a verdict nor keep others from hearing
            _LOG.exception("an event handler of attestation failed: %s", type(handler).__name__)
