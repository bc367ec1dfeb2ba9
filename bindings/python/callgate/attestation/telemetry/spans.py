"""Spans of OpenTelemetry around the work, where its API is installed.

A program may put a context manager of ours around a call of ours: the call then works in the
program's span and leaves the counting to one of the two.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeAlias

try:
    from opentelemetry import trace as _trace
except ImportError:  # optional: spans then lead nowhere
    _TRACER = None
else:
    _TRACER = _trace.get_tracer("callgate.attestation")

SpanName: TypeAlias = Literal[
    "attestation.verify", "attestation.create_token", "attestation.jwks_fetch"
]


class Span(Protocol):
    """What of a span of OpenTelemetry is used."""

    def set_attribute(self, key: str, value: Any) -> Any:
        """One attribute."""


class NoOpSpan:
    """Takes what a span takes, where OpenTelemetry is not installed."""

    def set_attribute(self, key: str, value: Any) -> None:
        """Nothing."""

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Nothing."""

    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Nothing."""

    def set_status(self, status: Any, description: str | None = None) -> None:
        """Nothing."""

    def record_exception(self, exception: BaseException) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""

    def __enter__(self) -> NoOpSpan:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()


@dataclass(slots=True)
class OpenSpan:
    """A span that a program opened. ``taken`` once a call of ours works in it."""

    span: Span
    taken: bool = False


_open: Final[ContextVar[Mapping[SpanName, OpenSpan]]] = ContextVar("callgate_open_spans")


@contextlib.contextmanager
def opened(name: SpanName, attributes: Mapping[str, str]) -> Iterator[OpenSpan]:
    """A span for the program's block."""
    with _started(name, attributes) as span:
        one = OpenSpan(span)
        token = _open.set({**_open.get({}), name: one})
        try:
            yield one
        finally:
            _open.reset(token)


@contextlib.contextmanager
def working(name: SpanName) -> Iterator[tuple[Span, bool]]:
    """The span for a call of ours, and whether it is the program's."""
    one = _open.get({}).get(name)
    if one is not None and not one.taken:
        one.taken = True
        yield one.span, True
        return
    with _started(name, {}) as span:
        yield span, False


@contextlib.contextmanager
def _started(name: SpanName, attributes: Mapping[str, str]) -> Iterator[Span]:
    if _TRACER is None:
        yield NoOpSpan()
        return
    # An exception's text may say anything: of one that passes through, the span gets the class.
    with _TRACER.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_status(_trace.StatusCode.ERROR, type(error).__name__)
            raise
