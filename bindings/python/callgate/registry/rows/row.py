"""Row: one agent, as the registry knows it at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, TypeAlias

from callgate.registry.rows.identity import Identity
from callgate.registry.rows.registration import Registration

Status: TypeAlias = Literal["healthy", "unhealthy", "evicted"]


@dataclass(slots=True, eq=False, kw_only=True)
class Row:
    """One agent. Changed by its Directory alone.

    ``identity`` is None of an anonymous row. ``reason`` says why a row is evicted.
    ``created_at`` and ``last_seen`` are seconds since the epoch, for people; ``seen_at`` is of the
    monotonic clock, and is what counts. ``catalog`` is the generation that the last answer to a
    POST was made from. ``asked`` is how often it was asked to register again, ``answered`` how
    often it had been when it last did. ``address`` is where its last heartbeat came from.
    """

    registration: Registration
    identity: Identity | None
    status: Status
    created_at: float
    last_seen: float
    seen_at: float
    reason: str | None = None
    catalog: int = -1
    asked: int = 0
    answered: int = 0
    address: str | None = None

    @property
    def agent_id(self) -> str:
        """The key of the row."""
        return self.registration.agent_id

    @property
    def size(self) -> int:
        """The bytes that it holds: the body and the chain."""
        chain = () if self.identity is None else self.identity.chain
        return len(self.registration.text) + sum(map(len, chain))

    @property
    def is_local(self) -> bool:
        """Whether its last heartbeat came from this machine."""
        return self.address is not None and ip_address(self.address).is_loopback

    @property
    def entity(self) -> str | None:
        """The entity that owns it; None of an anonymous row."""
        return None if self.identity is None else self.identity.entity
