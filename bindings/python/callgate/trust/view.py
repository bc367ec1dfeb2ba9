"""What a server asks of its trust store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from callgate.trust import TrustSnapshot, Verdict
from callgate.trust.backends.source import SourceState


class TrustView(Protocol):
    """What is trusted now. Of one event loop, but for ``judge``, which any thread may call."""

    @property
    def snapshot(self) -> TrustSnapshot:
        """All of it."""

    @property
    def generation(self) -> int:
        """Of the snapshot."""

    @property
    def states(self) -> Sequence[SourceState]:
        """Of the sources, in their order."""

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        """A chain, DER, leaf first."""

    def subscribe(self, changed: Callable[[TrustSnapshot, TrustSnapshot], None]) -> object:
        """``changed`` is called with the old and the new snapshot after each change."""
