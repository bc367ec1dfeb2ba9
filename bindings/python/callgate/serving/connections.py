"""Connections: the open ones of all listeners, for those who close some of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from callgate.serving.peer import Peer

# Closes those whose peer is as the predicate says, and returns how many, as TrustTls does.
CloseWhere: TypeAlias = Callable[[Callable[[Peer], bool]], int]


@dataclass
class Connections:
    """Where open connections are closed: the listeners say so when there are any."""

    closers: list[CloseWhere] = field(default_factory=list)

    def close_where(self, predicate: Callable[[Peer], bool]) -> int:
        """Of all listeners. Returns how many."""
        return sum(close(predicate) for close in self.closers)

    def chains(self) -> set[tuple[bytes, ...]]:
        """Those that open connections were last trusted by."""
        found: set[tuple[bytes, ...]] = set()

        def note(peer: Peer) -> bool:
            if peer.subject is not None:
                found.add(peer.chain)
            return False

        self.close_where(note)
        return found
