"""Charge: one rate limit of one context."""

from typing import NamedTuple


class Charge(NamedTuple):
    """At most ``calls`` in any ``per_seconds``, counted under ``key``; 0 calls is no limit."""

    key: str
    calls: int
    per_seconds: int
