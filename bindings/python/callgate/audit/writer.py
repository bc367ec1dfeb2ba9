"""Writer: makes durable at once what many callers wait for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, final

from callgate import SecretKey
from callgate.audit.appender import Appender
from callgate.audit.canonical import canonical
from callgate.audit.chain import time_text
from callgate.audit.chain_writer import ChainWriter
from callgate.audit.durable_file import replace_file
from callgate.audit.entry import Entry, outcome_entry
from callgate.audit.gathering import Gathering, Item
from callgate.audit.head import Head
from callgate.audit.journal import Journal, SnapshotSource, record_texts
from callgate.audit.kept import Kept

LOGGER: Final = logging.getLogger("callgate.audit")
# Callers at once; more are refused.
MAX_WAITING: Final = 10_000
# Between attempts to write again, in seconds.
RETRY: Final = 1.0
_T = TypeVar("_T")


@final
class Writer:
    """One task of the event loop, which is the loop that uses it. Nothing here blocks: what a batch
    needs of the disk is a thread's of the engine, whatever else is done there another thread's, and
    this waits for one of them at a time.

    Fails closed: after a failed write every waiting and later item is refused until what was kept,
    a line that says what happened, and a snapshot of the state are durable.
    """

    def __init__(
        self,
        chain: ChainWriter,
        journal: Journal,
        *,
        snapshot: SnapshotSource | None,
        compact_bytes: int = 16 << 20,
        head_copy: Path | None = None,
        synced: Callable[[float], object] = lambda seconds: None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.chain = chain
        self._journal = journal
        self._snapshot = snapshot
        self._compact_bytes = compact_bytes
        self._head_copy = head_copy
        self._synced = synced
        self._wall = wall
        self._loop = asyncio.get_running_loop()
        self._appender = Appender(self._loop)
        self._aside = ThreadPoolExecutor(1, "callgate-audit")
        self._queue = Gathering(self._loop, self._wake)
        self._kept = Kept()
        self._closing = False
        self._new_key: tuple[SecretKey, Callable[[int | None], None]] | None = None
        self._failed_at: str | None = None
        self._retry_at = 0.0
        self._woken: asyncio.Future[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self.failure: str | None = None
        self.head = chain.sign_head()
        self.lines = self.batches = 0
        self._task = self._loop.create_task(self._run())

    def submit(self, item: Item) -> None:
        """Queues it. Who is refused is told at once; what is to be kept is kept."""
        if self.failure is not None:
            self._keep([item])
        elif item.done is not None and (self._closing or len(self._queue) >= MAX_WAITING):
            self._kept.refuse()
            item.done(None)
        else:
            self._queue.add(item)

    def rotate_key(self, key: SecretKey, done: Callable[[int | None], None]) -> None:
        """``key`` signs from then on, unless another comes before it did."""
        if self._new_key is not None:
            self._new_key[1](None)
        self._new_key = (key, done)
        self._wake()

    async def close(self) -> None:
        """Writes what is queued and a checkpoint."""
        self._closing = True
        self._wake()
        await asyncio.shield(self._task)

    async def _run(self) -> None:
        try:
            await self._copy_head(self.head)
            closing = False
            while not closing or self._queue:
                await self._something_to_do()
                closing = self._closing
                await self._step(closing=closing)
            if self._kept:
                LOGGER.error("%d lines of the audit trail were never written", len(self._kept))
        finally:
            if self._alarm is not None:
                self._alarm.cancel()
            self._queue.close()
            self._appender.close()
            self._aside.shutdown(wait=False)

    async def _something_to_do(self) -> None:
        while (wait := self._wait()) > 0:
            self._woken = self._loop.create_future()
            at = self._loop.time() + wait
            if self._alarm is None or self._alarm.when() > at:
                if self._alarm is not None:
                    self._alarm.cancel()
                self._alarm = self._loop.call_at(at, self._ring)
            await self._woken

    def _wait(self) -> float:
        """Seconds until there is something to do, unless somebody brings it."""
        if self._closing or self._new_key is not None:
            return 0
        if self.failure is not None:
            return self._retry_at - time.monotonic()
        if self._queue.due:
            return 0
        due = self.chain.seconds_to_checkpoint()
        return 60.0 if due is None else due

    def _ring(self) -> None:
        self._alarm = None
        self._wake()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    async def _step(self, *, closing: bool) -> None:
        batch: list[Item] = []
        new_key, self._new_key = self._new_key, None
        done = None if new_key is None else new_key[1]
        try:
            if self.failure is not None:
                await self._recover()
            else:
                if not closing:
                    await self._queue.neighbours()
                batch = self._queue.take()
                if batch or closing or self.chain.seconds_to_checkpoint() == 0:
                    await self._commit(batch, seal=closing)
            if new_key is not None:
                await self._rotate_key(new_key[0])
        except Exception as error:
            # A defect. What is queued and what comes is refused; nothing is allowed.
            LOGGER.exception("the audit trail cannot be written")
            self._fail(f"a defect: {type(error).__name__}", batch)
            self._snapshot = None
        if done is not None:
            done(None if self.failure is not None else self.chain.position.sequence)

    async def _commit(self, batch: Sequence[Item], *, seal: bool = False) -> None:
        began = time.monotonic()
        try:
            if self.chain.rotation_due:
                await self._blocking(self.chain.rotate)
            lines = self.chain.prepare([item.entry for item in batch], seal=seal)
        except OSError as error:
            self._fail(_reason(error), batch)
            return
        head = self.chain.sign_head(lines)
        records = [record for item in batch for record in item.entry.state]
        # The trail, and when it is durable the journal.
        durable, failure = await self._appender.append_in_order(
            (lines.file, lines.data), self._journal.prepare(records, head)
        )
        if durable:
            self.chain.accept(lines)
        if failure is not None:
            if durable:
                self._disown(batch, lines.sequences)
            self._fail(_reason(failure), [] if durable else batch)
            return
        for item, sequence in zip(batch, lines.sequences, strict=True):
            if item.done is not None:
                item.done(sequence)
        self._synced(time.monotonic() - began)
        await self._wrote(head, len(batch))
        if self._snapshot is not None and self._journal.grown > self._compact_bytes:
            await self._compact(self._snapshot, head)

    async def _wrote(self, head: Head, lines: int) -> None:
        self.head = head
        self.lines += lines
        self.batches += 1
        if self.chain.position.unsealed == 0:
            await self._copy_head(head)

    async def _copy_head(self, head: Head) -> None:
        if self._head_copy is not None:
            try:
                await self._blocking(replace_file, self._head_copy, head.to_json() + b"\n")
            except OSError as error:
                reason = _reason(error)
                LOGGER.error("the head's second place cannot be written: %s", reason)

    async def _compact(self, snapshot: SnapshotSource, head: Head) -> None:
        try:
            await self._save(snapshot, head)
        except OSError as error:  # the old journal is whole, and grows on
            LOGGER.error("the journal cannot be compacted: %s", _reason(error))
            self._compact_bytes *= 2

    async def _save(self, snapshot: SnapshotSource, head: Head) -> None:
        records = record_texts(snapshot.records())
        compact = self._journal.compact
        await self._blocking(lambda: compact(snapshot.engine_state(), records, head))

    def _fail(self, reason: str, batch: Sequence[Item]) -> None:
        if self.failure is None:
            LOGGER.error("the audit trail cannot be written, calls are refused: %s", reason)
            self._failed_at = time_text(self._wall())
        self.failure = reason
        self._retry_at = time.monotonic() + RETRY
        self._keep([*batch, *self._queue.take(len(self._queue))])

    def _keep(self, items: Sequence[Item]) -> None:
        """Tells all that wait; only what has happened already is written later."""
        for item in items:
            if item.keep:
                self._kept.hold(item.entry)
            else:
                self._kept.refuse()
            if item.done is not None:
                item.done(None)

    def _disown(self, batch: Sequence[Item], sequences: Sequence[int]) -> None:
        """The lines are in the trail, but nobody was told so: what they allow did not happen."""
        now = time_text(self._wall())
        for item, sequence in zip(batch, sequences, strict=True):
            if item.entry.forwarded:
                outcome = outcome_entry(
                    sequence, "failed", now, dispatched=False, error="AUDIT_UNAVAILABLE"
                )
                self._kept.hold(outcome)
            if item.done is not None:
                item.done(None)

    async def _recover(self) -> None:
        """Once what was kept and the whole state are durable, calls go on."""
        self._retry_at = time.monotonic() + RETRY
        if self.chain.broken or self._snapshot is None:
            return
        kept, counts = self._kept.held()
        fields = {"failed_at": self._failed_at, "failure": self.failure, **counts._asdict()}
        happened = Entry("recovered", canonical(fields), time_text(self._wall()))
        entries = [happened, *kept]
        try:
            await self._blocking(self.chain.append, entries, seal=True)
            self._kept.written(len(kept), counts)
            head = self.chain.sign_head()
            # What the failed journal lacks is in the snapshot.
            await self._save(self._snapshot, head)
        except OSError as error:
            self.failure = _reason(error)
            return
        await self._wrote(head, len(entries))
        LOGGER.warning("the audit trail is written again")
        # Held since the snapshot was taken: their state goes the way of all others.
        for entry in self._kept.release():
            self._queue.add(Item(entry, keep=True))
        self.failure = None

    async def _rotate_key(self, key: SecretKey) -> None:
        if self.failure is None:
            try:
                await self._blocking(self.chain.rotate_key, key)
            except OSError as error:
                self._fail(_reason(error), [])
            else:
                await self._commit([])

    async def _blocking(self, function: Callable[..., _T], *args: Any, **named: Any) -> _T:
        return await self._loop.run_in_executor(self._aside, partial(function, *args, **named))


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
