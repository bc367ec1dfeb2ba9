"""Record: a row as the database has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from callgate.registry.rows.identity import Identity
from callgate.registry.rows.row import Row, Status
from callgate.trust.der import split_der

# More than the engine takes of a peer.
MAX_CHAIN: Final = 64
StoredStatus: TypeAlias = Literal["healthy", "unhealthy", "evicted", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is kept of a row. ``removed``: it was, and other registries are to forget it."""

    agent_id: str
    status: StoredStatus
    reason: str | None
    body: bytes
    created_at: float
    last_seen: float
    asked: int
    identity: Identity | None

    @classmethod
    def of_row(cls, row: Row, status: Status | None = None) -> Record:
        """A row as it is."""
        return cls(
            agent_id=row.agent_id,
            status=status or row.status,
            reason=row.reason,
            body=row.registration.text,
            created_at=row.created_at,
            last_seen=row.last_seen,
            asked=row.asked,
            identity=row.identity,
        )

    @classmethod
    def of_columns(cls, columns: Mapping[str, Any]) -> Record:
        """From one row of the table. Raises ValueError where it is damaged."""
        identity = None
        if columns["entity"] is not None:
            identity = Identity(
                entity=columns["entity"],
                backend=columns["backend"],
                spiffe_id=columns["spiffe_id"],
                anchor_sha256=columns["anchor_sha256"],
                anchor_spki_sha256=columns["anchor_spki_sha256"],
                path_spki_sha256=tuple(columns["path_spki_sha256"].split(",")),
                leaf_sha256=columns["leaf_sha256"],
                chain=split_der(columns["chain"], MAX_CHAIN),
                valid_until=columns["valid_until"],
            )
        return cls(
            agent_id=columns["agent_id"],
            status=cast("StoredStatus", columns["status"]),
            reason=columns["reason"],
            body=columns["body"],
            created_at=columns["created_at"],
            last_seen=columns["last_seen"],
            asked=columns["asked"],
            identity=identity,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """For the table, without ``writer`` and ``revision``."""
        identity = self.identity
        return {
            "agent_id": self.agent_id,
            "status": self.status,
            "reason": self.reason,
            "body": self.body,
            "created_at": self.created_at,
            "last_seen": self.last_seen,
            "asked": self.asked,
            "entity": identity and identity.entity,
            "backend": identity and identity.backend,
            "spiffe_id": identity and identity.spiffe_id,
            "anchor_sha256": identity and identity.anchor_sha256,
            "anchor_spki_sha256": identity and identity.anchor_spki_sha256,
            "path_spki_sha256": identity and ",".join(identity.path_spki_sha256),
            "leaf_sha256": identity and identity.leaf_sha256,
            "chain": identity and b"".join(identity.chain),
            "valid_until": identity and identity.valid_until,
        }
