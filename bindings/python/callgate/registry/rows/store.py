"""Store: the rows on the disk, and what several registries tell each other there."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, final

from sqlalchemy import and_, bindparam, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from callgate import CallgateError
from callgate.registry.rows.database import READ_ONLY, open_database, url_of
from callgate.registry.rows.lease import Lease
from callgate.registry.rows.owner import Owner
from callgate.registry.rows.record import Record
from callgate.registry.rows.tables import AGENTS, META
from callgate.registry.rows.writer import StoreUnavailable, Transaction, Writer

# Of the notifications that a transaction has changed rows.
CHANNEL: Final = "callgate_registry"


# Who has a row now.
_OWNER: Final = select(AGENTS.c.status, AGENTS.c.entity, AGENTS.c.anchor_sha256).where(
    AGENTS.c.agent_id == bindparam("key")
)


class OwnedByAnother(CallgateError):
    """The id belongs to another entity."""

    def __init__(self) -> None:
        super().__init__("the id belongs to another entity", "WORKLOAD_VERIFICATION_FAILED")


@final
class Store:
    """The database of one registry. Writes go through one thread; reads have threads of their own.

    Every write raises StoreUnavailable where the database does not take it.
    """

    def __init__(self, reference: str | None, state: Path) -> None:
        """Opens it. Raises CallgateError."""
        self.url = url_of(reference, state)
        self._engine = open_database(self.url)
        self.registry = secrets.token_hex(8)
        self._read_to = 0
        self._lease = Lease(self.registry)
        self._upsert = _upsert(self._engine.dialect.name)
        self._writer = Writer(self._engine, self._notify)

    @property
    def failure(self) -> str | None:
        """Why the last write did not succeed; None: it did."""
        return self._writer.failure

    @property
    def notifies(self) -> bool:
        """Whether the database tells of changes by itself."""
        return self._engine.dialect.name == "postgresql"

    async def load(self) -> list[Record]:
        """All rows. Those that are damaged are left out. Raises StoreUnavailable."""
        return [one for one in await self.changes() if one.status != "removed"]

    async def changes(self) -> list[Record]:
        """Rows that other registries wrote since this was called last; all of them at first."""
        try:
            read_to, found = await asyncio.to_thread(self._changes)
        except SQLAlchemyError as error:
            raise StoreUnavailable(type(error).__name__) from error
        self._read_to = max(self._read_to, read_to)
        return found

    async def save(self, record: Record, still_trusted: Callable[[], None]) -> None:
        """Adds or replaces a row.

        ``still_trusted`` is called in the transaction, in another thread, and raises NotTrusted.
        So does this, where another registry that is running does not trust the certificate. Raises
        OwnedByAnother where another registry has given the id to another entity.
        """

        def work(transaction: Transaction) -> None:
            still_trusted()
            stored = transaction.connection.execute(_OWNER, {"key": record.agent_id}).first()
            if stored is not None and stored.status != "removed":
                owner = Owner(stored.entity, stored.anchor_sha256)
                if not owner.yields(Owner.of(record.identity), stored.status):
                    raise OwnedByAnother
            others = transaction.others(self._lease)
            self._lease.check(transaction.connection, others, record.identity)
            columns = {
                **record.columns,
                "writer": self.registry,
                "revision": transaction.revision,
            }
            transaction.connection.execute(self._upsert, columns)

        await self._writer.write(work)

    async def set_status(self, changes: Sequence[tuple[str, str, str | None]]) -> None:
        """(agent id, status, reason) each."""
        await self._update(
            [{"key": key, "status": status, "reason": why} for key, status, why in changes]
        )

    async def set_asked(self, counts: Mapping[str, int]) -> None:
        """How often rows were asked to register again."""
        await self._update([{"key": key, "asked": count} for key, count in counts.items()])

    async def set_seen(self, seen: Mapping[str, float]) -> None:
        """When rows were last heard of; never earlier than another registry says."""
        rows = [{"key": key, "seen": when} for key, when in seen.items()]
        if not rows:
            return
        statement = text(
            f"UPDATE {AGENTS.name} SET last_seen = :seen WHERE agent_id = :key "
            "AND last_seen < :seen"
        )
        await self._writer.write(lambda t: t.connection.execute(statement, rows))

    async def set_silent(self, ids: Collection[str], before: float) -> dict[str, float]:
        """Marks healthy rows that no registry has heard of since ``before``, in seconds since 1970.

        Returns those that one has, and when: they were not marked.
        """

        def work(transaction: Transaction) -> dict[str, float]:
            connection = transaction.connection
            heard: dict[str, float] = {}
            for part in _parts(ids):
                of_part = and_(AGENTS.c.agent_id.in_(part), AGENTS.c.status == "healthy")
                columns = (AGENTS.c.agent_id, AGENTS.c.last_seen)
                chosen = select(*columns).where(of_part, AGENTS.c.last_seen >= before)
                heard.update({row.agent_id: row.last_seen for row in connection.execute(chosen)})
                connection.execute(
                    update(AGENTS)
                    .where(of_part, AGENTS.c.last_seen < before)
                    .values(status="unhealthy", writer=self.registry, revision=transaction.revision)
                )
            return heard

        return await self._writer.write(work)

    async def remove(self, before: float) -> list[str]:
        """Removes what no registry has heard of since ``before``. Returns the ids.

        Other registries read so first; a row that was removed before is deleted.
        """

        def work(transaction: Transaction) -> list[str]:
            connection = transaction.connection
            old = and_(AGENTS.c.last_seen < before, AGENTS.c.status != "healthy")
            gone = and_(old, AGENTS.c.status == "removed")
            connection.execute(delete(AGENTS).where(gone))
            found = connection.execute(select(AGENTS.c.agent_id).where(old)).scalars().all()
            if found:
                connection.execute(
                    update(AGENTS)
                    .where(old)
                    .values(
                        status="removed",
                        last_seen=before,
                        writer=self.registry,
                        revision=transaction.revision,
                    )
                )
            return list(found)

        return await self._writer.write(work)

    async def publish(
        self, generation: int, anchors: Iterable[str], revoked: Iterable[str]
    ) -> None:
        """Says to other registries what this one trusts, and that it is running."""
        anchored, known_revoked = frozenset(anchors), frozenset(revoked)

        def work(transaction: Transaction) -> None:
            self._lease.publish(transaction.connection, generation, anchored, known_revoked)

        await self._writer.write(work)

    async def renew(self) -> None:
        """Says again that it is running. To be called every RENEW_SECONDS."""
        await self._writer.write(lambda transaction: self._lease.renew(transaction.connection))

    def close(self) -> None:
        """Ends the lease, and closes the database."""
        self._writer.close()
        try:
            with self._engine.begin() as connection:
                self._lease.end(connection)
        except SQLAlchemyError:
            pass  # The lease runs out by itself.
        self._engine.dispose()

    async def _update(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        columns = [name for name in rows[0] if name != "key"]
        assignments = ", ".join(f"{name} = :{name}" for name in columns)
        statement = text(
            f"UPDATE {AGENTS.name} SET {assignments}, writer = :writer, revision = :revision "
            "WHERE agent_id = :key"
        )

        def work(transaction: Transaction) -> None:
            common = {"writer": self.registry, "revision": transaction.revision}
            transaction.connection.execute(statement, [row | common for row in rows])

        await self._writer.write(work)

    def _changes(self) -> tuple[int, list[Record]]:
        with self._engine.connect().execution_options(**READ_ONLY) as connection:
            read_to = connection.execute(
                select(META.c.value).where(META.c.name == "revision")
            ).scalar_one()
            if read_to == self._read_to:
                return read_to, []
            statement = select(AGENTS).where(
                AGENTS.c.revision > self._read_to,
                AGENTS.c.revision <= read_to,
                AGENTS.c.writer != self.registry,
            )
            found = []
            for columns in connection.execute(statement).mappings():
                try:
                    found.append(Record.of_columns(dict(columns)))
                except (ValueError, AttributeError, TypeError):
                    continue
            return read_to, found

    def _notify(self, transaction: Transaction) -> None:
        if self.notifies and transaction.changed_rows:
            transaction.connection.execute(func.pg_notify(CHANNEL, "").select())


def _parts(ids: Iterable[str], size: int = 500) -> Iterable[list[str]]:
    every = list(ids)
    return [every[start : start + size] for start in range(0, len(every), size)]


def _upsert(dialect: str) -> Any:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(AGENTS)
    changed = {
        column.name: statement.excluded[column.name]
        for column in AGENTS.c
        if column.name != "agent_id"
    }
    return statement.on_conflict_do_update(index_elements=[AGENTS.c.agent_id], set_=changed)
