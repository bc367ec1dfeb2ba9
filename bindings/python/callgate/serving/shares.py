"""Shares: an amount of something, of which one party may not hold all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias, final

from callgate import CallgateError

# An entity, or None: all callers without one together.
Party: TypeAlias = str | None
PERCENT: Final = 50


class Busy(CallgateError):
    """There is no place now. The text is for the caller, who may try again in a second."""

    retry_after: Final = 1

    def __init__(self, message: str) -> None:
        super().__init__(message, "LIMIT_EXCEEDED")


@final
class Shares:
    """Places, or bytes. Of one event loop.

    ``most`` in all, and ``percent`` of that for one party; one place at the least.
    """

    def __init__(self, most: int, percent: int = PERCENT, *, what: str) -> None:
        """``what`` there are too many of, for the message."""
        self.most: Final = most
        self.of_one: Final = share_of(most, percent)
        self.in_use = 0
        self._what = what
        self._held: Counter[Party] = Counter()

    @contextmanager
    def held(self, party: Party, amount: int = 1) -> Iterator[None]:
        """Held while the block runs. Raises Busy."""
        self.take(party, amount)
        try:
            yield
        finally:
            self.give_back(party, amount)

    def take(self, party: Party, amount: int = 1) -> None:
        """To be given back. Raises Busy, and then takes nothing."""
        if self.in_use + amount > self.most:
            raise Busy(f"too many {self._what}: try again")
        if self._held[party] + amount > self.of_one:
            whose = "callers without an entity" if party is None else "this entity"
            raise Busy(f"too many {self._what} of {whose}: try again")
        self._held[party] += amount
        self.in_use += amount

    def give_back(self, party: Party, amount: int = 1) -> None:
        """What was taken."""
        self.in_use -= amount
        self._held[party] -= amount
        if not self._held[party]:
            del self._held[party]


def share_of(most: int, percent: int) -> int:
    """How much of it one party may have."""
    return max(1, most * percent // 100)
