"""Lease: what a registry says to the others that share its database.

A registry that runs holds a row with a time, and with it the anchors it has and the keys it knows
to be revoked. A row of an agent is written only where every registry that runs has its anchor, and
none knows a key of its path to be revoked: so an entity that was revoked at one is revoked at all.
"""

from __future__ import annotations

import time
from typing import Any, Final, final

from sqlalchemy import Connection, bindparam, case, delete, exists, insert, select, text, update

from callgate import CallgateError
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.tables import REGISTRIES, REGISTRY_TRUST

# Seconds that a registry counts as running after it last said so, and how often it says so.
LEASE_SECONDS: Final = 10.0
RENEW_SECONDS: Final = 3.0


_RUNNING: Final = select(REGISTRIES.c.id).where(REGISTRIES.c.lease_until > bindparam("now"))


class NotTrusted(CallgateError):
    """The transaction found that the row's certificate is not trusted (any more)."""

    def __init__(self, reason: str, entity: str | None = None) -> None:
        super().__init__(reason, "WORKLOAD_VERIFICATION_FAILED")
        self.reason = reason
        self.entity = entity


@final
class Lease:
    """Of one registry. Every method is called within a transaction of the writer."""

    def __init__(self, registry: str) -> None:
        self._id = registry
        self._generation = 0
        self._anchors: frozenset[str] = frozenset()
        self._revoked: frozenset[str] = frozenset()

    def publish(
        self,
        connection: Connection,
        generation: int,
        anchors: frozenset[str],
        revoked: frozenset[str],
    ) -> None:
        """Says what this registry trusts from now on."""
        self._generation, self._anchors, self._revoked = generation, anchors, revoked
        self._say(connection)

    def renew(self, connection: Connection) -> None:
        """Extends it; writes everything again where it had run out."""
        now = now_of(connection)
        renewed = connection.execute(
            update(REGISTRIES)
            .where(REGISTRIES.c.id == self._id, REGISTRIES.c.lease_until > now)
            .values(lease_until=now + LEASE_SECONDS)
        )
        if not renewed.rowcount:
            self._say(connection)

    def end(self, connection: Connection) -> None:
        """Deletes it."""
        _forget(connection, REGISTRIES.c.id == self._id)

    def others(self, connection: Connection) -> tuple[str, ...]:
        """The other registries that run now. Once in each transaction that writes rows.

        Writes everything again where this one's lease had run out: since then, the others wrote
        rows without regard to it.
        """
        running = connection.execute(_RUNNING, {"now": now_of(connection)}).scalars().all()
        if self._id not in running:
            self._say(connection)
        return tuple(one for one in running if one != self._id)

    @staticmethod
    def check(connection: Connection, others: tuple[str, ...], identity: Identity | None) -> None:
        """Raises NotTrusted where one of the others does not trust the certificate."""
        if identity is None or not others:
            return
        has_anchor = exists().where(
            REGISTRY_TRUST.c.registry == REGISTRIES.c.id,
            REGISTRY_TRUST.c.kind == "anchor",
            REGISTRY_TRUST.c.sha256 == identity.anchor_sha256,
        )
        has_revoked = exists().where(
            REGISTRY_TRUST.c.registry == REGISTRIES.c.id,
            REGISTRY_TRUST.c.kind == "revoked",
            REGISTRY_TRUST.c.sha256.in_(identity.path_spki_sha256),
        )
        reason = connection.execute(
            select(case((has_revoked, "revoked"), else_="untrusted")).where(
                REGISTRIES.c.id.in_(others), has_revoked | ~has_anchor
            )
        ).scalar()
        if reason is not None:
            raise NotTrusted(reason, identity.entity)

    def _say(self, connection: Connection) -> None:
        now = now_of(connection)
        _forget(connection, (REGISTRIES.c.id == self._id) | (REGISTRIES.c.lease_until <= now))
        lease = {
            "id": self._id,
            "generation": self._generation,
            "lease_until": now + LEASE_SECONDS,
        }
        connection.execute(insert(REGISTRIES), [lease])
        rows = [
            {"registry": self._id, "kind": kind, "sha256": digest}
            for kind, digests in (("anchor", self._anchors), ("revoked", self._revoked))
            for digest in digests
        ]
        if rows:
            connection.execute(insert(REGISTRY_TRUST), rows)


def now_of(connection: Connection) -> float:
    """Seconds since 1970 by the one clock of all that share the database."""
    if connection.dialect.name == "postgresql":
        clock = text("SELECT extract(epoch FROM clock_timestamp())::float8")
        return float(connection.execute(clock).scalar_one())
    return time.time()


def _forget(connection: Connection, which: Any) -> None:
    ids = connection.execute(select(REGISTRIES.c.id).where(which)).scalars().all()
    connection.execute(delete(REGISTRY_TRUST).where(REGISTRY_TRUST.c.registry.in_(ids)))
    connection.execute(delete(REGISTRIES).where(REGISTRIES.c.id.in_(ids)))
