"""Spans of OpenTelemetry around the work, where its API is installed.

A program may put a context manager of ours around a call of ours: the call then works in the
program's span and leaves the counting to one of the two.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, Final, Literal, Protocol, TypeAlias, final

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


_NO_SPAN: Final = NoOpSpan()
_NONE_OPEN: Final[Mapping[SpanName, OpenSpan]] = MappingProxyType({})
_open: Final = ContextVar("callgate_open_spans", default=_NONE_OPEN)


@contextlib.contextmanager
def opened(name: SpanName, attributes: Mapping[str, str]) -> Iterator[OpenSpan]:
    """A span for the program's block."""
    with _started(name, attributes) as span:
        one = OpenSpan(span)
        token = _open.set({**_open.get(), name: one})
        try:
            yield one
        finally:
            _open.reset(token)


@final
class Working:
    """The span for a call of ours: the program's, or one of its own.

    A class, since it is around every verification, where a generator is felt.
    """

    __slots__ = ("_name", "_started", "of_program")

    def __init__(self, name: SpanName) -> None:
        self._name: Final = name
        self._started: contextlib.AbstractContextManager[Span] | None = None
        self.of_program = False

    def __enter__(self) -> Span:
        one = _open.get().get(self._name)
        if one is not None and not one.taken:
            one.taken = self.of_program = True
            return one.span
        if not _is_traced():
            return _NO_SPAN
        self._started = _started(self._name, {})
        return self._started.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._started is not None:
            self._started.__exit__(kind, error, traceback)


@dataclass(slots=True)
class _Provider:
    """Whether the program has set a provider of spans, and until when no is taken for an answer.

    It can set one at any time, and asking takes as long as a tenth of a signature.
    """

    is_set: bool = False
    unset_until: float = 0.0


_provider: Final = _Provider()
_UNSET_SECONDS: Final = 1.0


def _is_traced() -> bool:
    """Whether spans lead anywhere: without a provider, not even the API's own span is made."""
    if _TRACER is None or _provider.is_set:
        return _TRACER is not None
    now = time.monotonic()
    if now >= _provider.unset_until:
        proxy = _trace.ProxyTracerProvider
        _provider.is_set = not isinstance(_trace.get_tracer_provider(), proxy)
        _provider.unset_until = now + _UNSET_SECONDS
    return _provider.is_set


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
