"""What a caller may cost, before anything of it was verified and after."""

from __future__ import annotations

from dataclasses import dataclass

from callgate.serving.http_limits import HttpLimits


@dataclass(frozen=True, slots=True)
class CallLimits(HttpLimits):
    """The bounds of HTTP, and one after authentication."""

    # As ``requests``, for one session, of calls that were authorized.
    requests_per_session: int = 64
