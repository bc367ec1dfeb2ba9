"""RequestsUnderWay: no more of them at a time than there is memory for."""

from __future__ import annotations

from typing import final

from callgate.serving.bounds import OutOfBounds


@final
class RequestsUnderWay:
    """Bounds the POST requests whose reply is not yet sent; more get 429. Health is not bounded.

    A context manager around each, from when its body is there; before, the bounds of connections
    hold.
    """

    __slots__ = ("_limit", "_under_way")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._under_way = 0

    def __enter__(self) -> None:
        """Raises OutOfBounds."""
        if self._under_way >= self._limit:
            message = "too many requests are under way"
            raise OutOfBounds("requests", message, retry_after=1)
        self._under_way += 1

    def __exit__(self, *raised: object) -> None:
        self._under_way -= 1
