"""The bounds that refuse a request before it is read, and how a refusal is reported.

The code that refuses calls an ``OnRefused``; the host decides how refusals are counted.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, get_args

from callgate import CallgateError

Bound: TypeAlias = Literal[
    "connections",  # as many are open as may be
    "connections_of_address",
    "connections_closed",  # the same, closed at accept, with no answer
    "slow_request",  # or a connection without one
    "malformed_http",  # headers above their bound are not told apart
    "origin",
    "content_type",
    "content_encoding",
    "body_size",
    "requests",  # as many are under way as may be
    "method",  # another one than an operation has
    "path",  # it names no operation, whatever else is wrong
]
BOUNDS: Final[frozenset[Bound]] = frozenset(get_args(Bound))


class OnRefused(Protocol):
    """Is told of each refusal. Must be cheap and must not raise: refusals come as a flood."""

    def __call__(
        self, bound: Bound, code_name: str, peer: str, trace_id: str | None = None
    ) -> None:
        """``trace_id`` is of a request; a connection has none."""


class OutOfBounds(CallgateError):
    """A request that is over a bound. It was not looked into.

    ``message`` is shown to the caller; ``retry_after`` is in seconds.
    """

    def __init__(
        self,
        bound: Bound,
        message: str,
        *,
        code_name: str = "LIMIT_EXCEEDED",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code_name)
        self.bound: Final = bound
        self.retry_after: Final = retry_after
