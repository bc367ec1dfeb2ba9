"""ProxyBounds and ProxyError: what a call through the proxy may cost, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProxyBounds:
    """Sizes in bytes, times in seconds.

    ``call_seconds`` is what agents give each other for a call (``X-Mesh-Timeout``), from the first
    byte to the last.
    """

    request_bytes: int = 1 << 20
    answer_bytes: int = 10 << 20
    connect_seconds: float = 10
    call_seconds: float = 300
    calls: int = 64  # under way at one time


class ProxyError(Exception):
    """A call that is not made, or came to nothing. The text is for the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
