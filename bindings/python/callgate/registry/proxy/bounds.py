"""ProxyBounds and ProxyError: what a call through the proxy may cost, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from callgate import CallgateError
from callgate.serving.shares import PERCENT


@dataclass(frozen=True, slots=True)
class ProxyBounds:
    """Sizes in bytes, times in seconds.

    ``call_seconds`` is what agents give each other for a call (``X-Mesh-Timeout``), from the first
    byte to the last. ``share`` is what the callers of one entity may have of ``calls`` and of
    ``all_answers_bytes``, in percent.
    """

    request_bytes: int = 1 << 20
    answer_bytes: int = 10 << 20
    connect_seconds: float = 10
    call_seconds: float = 300
    calls: int = 64  # under way at one time, until the caller has read the answer
    all_answers_bytes: int = 64 << 20  # of these calls
    share: int = PERCENT


class ProxyError(CallgateError):
    """A call that is not made, or came to nothing. The text is for the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message, "UPSTREAM_FAILED")
        self.status = status
