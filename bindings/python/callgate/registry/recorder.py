"""Recorder: what happens to agents, in the audit trail and for ``GET /events``."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, Final, Literal, NamedTuple, TypeAlias, final

from callgate.audit.log import AuditLog
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.row import Row

_LOG: Final = logging.getLogger("callgate.registry")
Kind: TypeAlias = Literal["register", "unregister", "unhealthy", "rotate", "evicted"]
KEPT_EVENTS: Final = 10_000


class Happened(NamedTuple):
    """One event of an agent, as ``GET /events`` shows it."""

    kind: Kind
    agent_id: str
    name: str
    when: float
    data: Mapping[str, Any]


@final
class Recorder:
    """Of one event loop. Nothing here waits for the disk: an eviction must not.

    A line of the audit trail has the kind ``trust``; ``what`` says what happened, ``cause`` why, as
    ``trust.<reason>``.
    """

    def __init__(self, audit: AuditLog, now: Callable[[], float] = time.time) -> None:
        self._audit = audit
        self._now = now
        self.events: deque[Happened] = deque(maxlen=KEPT_EVENTS)

    def registered(self, row: Row) -> None:
        """A row was added, or written again with another body or certificate."""
        self._happened("register", row, version=row.registration.version)
        self._note("registered", agent_id=row.agent_id, **_who(row.identity))

    def left(self, row: Row) -> None:
        """It unregistered."""
        self._happened("unregister", row)

    def silent(self, rows: Iterable[Row]) -> None:
        """Nothing was heard of them for too long."""
        for row in rows:
            self._happened("unhealthy", row)

    def asked_again(self, rows: Iterable[Row]) -> None:
        """An operator asked them to register again."""
        for row in rows:
            self._happened("rotate", row, reason="cert_rotation", entity_id=row.entity)

    def evicted(self, row: Row, reason: str) -> None:
        """Its certificate is not trusted any more."""
        self._happened("evicted", row, reason=reason, entity_id=row.entity)
        self._note("evicted", agent_id=row.agent_id, cause=f"trust.{reason}", **_who(row.identity))

    def refused(
        self,
        reason: str,
        peer: str,
        *,
        agent_id: str | None = None,
        entity: str | None = None,
        leaf_sha256: str | None = None,
    ) -> None:
        """A request that was answered 403. One line a second for each reason is written."""
        if self._audit.sampler.refused_unverified(f"trust.{reason}"):
            self._note(
                "refused",
                cause=f"trust.{reason}",
                peer=peer,
                agent_id=agent_id,
                entity=entity,
                certificate_sha256=leaf_sha256,
            )

    def trust_changed(self, generation: int, added: Iterable[str], removed: Iterable[str]) -> None:
        """Other anchors than before; both by SHA-256."""
        self._note("anchors", generation=generation, added=sorted(added), removed=sorted(removed))

    def operated(self, what: str, peer: str, **fields: Any) -> None:
        """An operator changed something."""
        self._note(what, peer=peer, **fields)

    def _happened(self, kind: Kind, row: Row, **data: Any) -> None:
        shown = {"agent_id": row.agent_id, "name": row.registration.name, **data}
        self.events.append(Happened(kind, row.agent_id, row.registration.name, self._now(), shown))

    def _note(self, what: str, **fields: Any) -> None:
        written = {name: value for name, value in fields.items() if value is not None}
        try:
            self._audit.note("trust", {"what": what, **written})
        except Exception:
            # The event has happened already; a line that is missing must not undo it.
            _LOG.exception("the audit trail did not take a line")


def time_text(seconds: float) -> str:
    """RFC 3339 in UTC, as the mesh writes times."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _who(identity: Identity | None) -> dict[str, Any]:
    if identity is None:
        return {}
    return {
        "entity": identity.entity,
        "spiffe_id": identity.spiffe_id,
        "certificate_sha256": identity.leaf_sha256,
        "anchor_sha256": identity.anchor_sha256,
    }
