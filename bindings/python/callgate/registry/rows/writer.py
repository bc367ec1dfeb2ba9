"""Writer: the one thread that writes to the database."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar, final

from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import SQLAlchemyError

from callgate import CallgateError
from callgate.registry.rows.database import lock
from callgate.registry.rows.lease import Lease
from callgate.registry.rows.tables import META

_T = TypeVar("_T")
# Writes that share a transaction, and so one wait for the disk.
MAX_BATCH: Final = 256


class StoreUnavailable(CallgateError):
    """The database did not take the write, and nothing of it stands there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "LEDGER_UNAVAILABLE")


@final
class Transaction:
    """What one write does its work with. Of the writer's thread."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._revision: int | None = None
        self._others: tuple[str, ...] | None = None

    @property
    def revision(self) -> int:
        """The number of this transaction, for rows that it changes."""
        if self._revision is None:
            statement = (
                update(META)
                .where(META.c.name == "revision")
                .values(value=META.c.value + 1)
                .returning(META.c.value)
            )
            self._revision = int(self.connection.execute(statement).scalar_one())
        return self._revision

    def others(self, lease: Lease) -> tuple[str, ...]:
        """The other registries that run, asked for once."""
        if self._others is None:
            self._others = lease.others(self.connection)
        return self._others

    @property
    def changed_rows(self) -> bool:
        """Whether other registries have something to read."""
        return self._revision is not None


@final
class Writer:
    """Runs writes in the order in which they came, several in one transaction.

    A write that raises must have changed nothing. Its error goes to its caller alone; an error of
    the database takes the whole transaction back, and every write of it is StoreUnavailable.
    ``failure`` says why the last transaction did not succeed. ``before_commit`` is called in the
    writer's thread, with each transaction.
    """

    def __init__(self, engine: Engine, before_commit: Callable[[Transaction], None]) -> None:
        self._engine = engine
        self._before_commit = before_commit
        self.failure: str | None = None
        self._queue: SimpleQueue[tuple[Callable[[Transaction], Any], Future[Any]] | None] = (
            SimpleQueue()
        )
        self._thread = threading.Thread(target=self._run, name="registry-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Transaction], _T]) -> _T:
        """Returns when it is committed. Raises what ``work`` raises, StoreUnavailable."""
        future: Future[_T] = Future()
        self._queue.put((work, future))
        # A caller that is cancelled does not take the write back.
        return await asyncio.shield(asyncio.wrap_future(future))

    def close(self) -> None:
        """What was handed over is written first."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            ended = False
            with contextlib.suppress(Empty):
                while len(batch) < MAX_BATCH:
                    following = self._queue.get_nowait()
                    if following is None:
                        ended = True
                        break
                    batch.append(following)
            self._commit(batch)
            if ended:
                return

    def _commit(self, batch: list[tuple[Callable[[Transaction], Any], Future[Any]]]) -> None:
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                lock(connection)
                transaction = Transaction(connection)
                for work, future in batch:
                    try:
                        results.append((future, work(transaction), None))
                    except SQLAlchemyError:
                        raise
                    except Exception as error:
                        results.append((future, None, error))
                self._before_commit(transaction)
        except Exception as error:
            self.failure = type(error).__name__
            for _, future in batch:
                failure = StoreUnavailable(type(error).__name__)
                failure.__cause__ = error
                future.set_exception(failure)
            return
        self.failure = None
        for future, result, failed in results:
            if failed is None:
                future.set_result(result)
            else:
                future.set_exception(failed)
