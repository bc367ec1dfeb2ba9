"""What a caller may cost before anything of it was verified."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds before authentication. Sizes are bytes, times are seconds."""

    # The engine's own bound of an envelope; a longer body could only be refused.
    body_bytes: int = 1 << 20
    header_bytes: int = 32 << 10
    # To the end of the headers, from the connection or the request's first byte; then of the body.
    header_seconds: float = 10
    body_seconds: float = 10
    connections: int = 1024
    connections_per_address: int = 256
    # Requests whose reply is not yet sent. Each may hold one body and one result of a tool.
    requests: int = 512

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(f"{field.name} must be more than 0")
