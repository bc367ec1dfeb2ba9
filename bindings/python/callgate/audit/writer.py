"""Writer: makes durable at once what many callers wait for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, final

from callgate import SecretKey
from callgate.audit.appender import Appender
from callgate.audit.canonical import canonical
from callgate.audit.chain import time_text
from callgate.audit.chain_writer import ChainWriter, Seal
from callgate.audit.commit_queue import CommitQueue, Item
from callgate.audit.durable_file import replace_file
from callgate.audit.entry import Entry, outcome_entry
from callgate.audit.head import Head
from callgate.audit.journal import Journal, SnapshotSource, record_texts
from callgate.audit.retry_buffer import RetryBuffer
from callgate.audit.wakeup import Wakeup

LOGGER: Final = logging.getLogger("callgate.audit")
CLOSED: Final = "the audit trail is closed"
# Callers at once; more are refused.
MAX_WAITING: Final = 10_000
# In place of a sequence: the line waits in the reserve.
IN_RESERVE: Final = 0
# Between attempts to write again, in seconds.
RETRY: Final = 1.0
_T = TypeVar("_T")


@final
class Writer:
    """One task of the event loop, which is the loop that uses it. Nothing here blocks: what a batch
    needs of the disk is a thread's of the engine, whatever else is done there another thread's, and
    this waits for one of them at a time.

    Fails closed: after a failed write every waiting and later item is refused until what was kept,
    a line that says what happened, and a snapshot of the state are durable. Meanwhile what ends
    something is written into the journal's reserve, and is then as durable as ever.
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
        self._reserve = journal.reserve
        self._snapshot = snapshot
        self._compact_bytes = compact_bytes
        self._head_copy = head_copy
        self._synced = synced
        self._wall = wall
        self._loop = asyncio.get_running_loop()
        self._appender = Appender(self._loop)
        self._aside = ThreadPoolExecutor(1, "callgate-audit")
        self._wakeup = Wakeup(self._loop)
        self._queue = CommitQueue(self._loop, self._wakeup.notify)
        self._batch: list[Item] = []  # under way
        self._retries = RetryBuffer()
        self._endings: list[Item] = []  # for the reserve
        self._over = False
        self._closing = False
        # The first may be under way.
        self._new_keys: deque[tuple[SecretKey, Callable[[int | None], None]]] = deque()
        self._failed_at: str | None = None
        self._retry_at = 0.0
        self.failure: str | None = None
        self.head = chain.sign_head()
        self.lines = self.batches = 0
        self._task = self._loop.create_task(self._run())

    def submit(self, item: Item) -> None:
        """Queues it. Who is refused is told at once; what is to be kept is kept."""
        if self.failure is not None:
            self._keep([item])
        elif item.done is not None and not item.entry.ends and self._takes_no_more:
            self._retries.refuse()
            item.done(None)
        else:
            self._queue.add(item)

    @property
    def _takes_no_more(self) -> bool:
        # But endings: there are no more of them than sessions, and none may be lost.
        return self._closing or len(self._queue) >= MAX_WAITING

    def rotate_key(self, key: SecretKey, done: Callable[[int | None], None]) -> None:
        """``key`` signs from then on."""
        self._new_keys.append((key, done))
        self._wakeup.notify()

    async def close(self) -> None:
        """Writes what is queued and a checkpoint. Who is cancelled meanwhile waits all the same:
        the files are not to be closed before.
        """
        self._closing = True
        self._wakeup.notify()
        cancelled: asyncio.CancelledError | None = None
        while not self._task.done():
            try:
                await asyncio.wait([self._task])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled

    async def _run(self) -> None:
        try:
            await self._copy_head(self.head)
            closing = False
            while not closing or self._queue or self._endings:
                while (wait := self._wait()) > 0:
                    await self._wakeup.wait(wait)
                closing = self._closing
                await self._step(closing=closing)
            kept, counts = self._retries.held()
            if unwritten := len(kept) + counts.lost:
                LOGGER.error("%d lines of the audit trail were never written", unwritten)
            self.failure = CLOSED
        except Exception:
            LOGGER.exception("the writer of the audit trail ended")
        finally:
            # However it ended, no caller is to wait for a writer that is gone.
            self._over = True
            self._fail(CLOSED)
            self._wakeup.close()
            self._queue.close()
            self._appender.close()
            self._aside.shutdown(wait=False)

    def _wait(self) -> float:
        """Seconds until there is something to do, unless somebody brings it."""
        if self._closing or self._new_keys or self._endings:
            return 0
        if self.failure is not None:
            return self._retry_at - time.monotonic()
        if self._queue.due:
            return 0
        due = self.chain.seconds_to_checkpoint()
        return 60.0 if due is None else due

    async def _step(self, *, closing: bool) -> None:
        try:
            if self._endings:
                await self._write_endings()
            if self.failure is not None:
                await self._recover()
            else:
                if not closing:
                    await self._queue.neighbours()
                self._batch = self._queue.take()
                if self._batch or closing or self.chain.seconds_to_checkpoint() == 0:
                    await self._commit("now" if closing else "due")
            if self._new_keys:
                await self._rotate_key(self._new_keys[0][0])
        except Exception as error:
            # A defect. What is queued and what comes is refused; nothing is allowed.
            LOGGER.exception("the audit trail cannot be written")
            self._fail(f"a defect: {type(error).__name__}")
            self._snapshot = None

    async def _commit(self, seal: Seal = "due") -> None:
        began = time.monotonic()
        batch = self._batch
        try:
            if self.chain.rotation_due:
                await self._blocking(self.chain.rotate)
            lines = self.chain.prepare([item.entry for item in batch], seal=seal)
        except OSError as error:
            self._fail(_reason(error))
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
                self._batch = []
                self._disown(batch, lines.sequences)
            self._fail(_reason(failure))
            return
        self._batch = []
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
            except (OSError, ValueError) as error:  # a path may be none
                LOGGER.error("the head's second place cannot be written: %s", error)

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

    def _fail(self, reason: str) -> None:
        """Nothing that waits is durable."""
        if self.failure is None:
            LOGGER.error("the audit trail cannot be written, calls are refused: %s", reason)
            self._failed_at = time_text(self._wall())
        self.failure = reason
        self._retry_at = time.monotonic() + RETRY
        batch, self._batch = self._batch, []
        self._keep([*batch, *self._queue.take(len(self._queue))])
        while self._new_keys:
            self._rotated(None)

    def _keep(self, items: Sequence[Item]) -> None:
        """Tells all that wait; only what has happened already is written later."""
        for item in items:
            if item.entry.ends and not self._over:
                self._endings.append(item)
                self._wakeup.notify()
                continue
            if item.keep:
                self._retries.hold(item.entry)
            else:
                self._retries.refuse()
            if item.done is not None:
                item.done(None)

    def _disown(self, batch: Sequence[Item], sequences: Sequence[int]) -> None:
        """The lines are in the trail, but no caller was told so: what they allow did not happen."""
        now = time_text(self._wall())
        for item, sequence in zip(batch, sequences, strict=True):
            if item.entry.forwarded:
                outcome = outcome_entry(
                    sequence, "failed", now, dispatched=False, error="AUDIT_UNAVAILABLE"
                )
                self._retries.hold(outcome)
            if item.done is not None:
                # What a crash leaves like this is ended again at the start.
                item.done(sequence if item.entry.ends else None)

    async def _write_endings(self) -> None:
        """Into the reserve. Callers are told whether it is durable; the lines are written later."""
        items, self._endings = self._endings, []
        durable = False
        try:
            durable = await self._blocking(self._reserve.add, [item.entry for item in items])
            if not durable:
                LOGGER.error("the reserve is full: at the next start all sessions end")
        except OSError as error:
            LOGGER.error("what was ended cannot be written: %s", _reason(error))
        finally:
            for item in items:
                self._retries.hold(item.entry)
                if item.done is not None:
                    item.done(IN_RESERVE if durable else None)

    async def _recover(self) -> None:
        """Once what was kept and the whole state are durable, calls go on."""
        self._retry_at = time.monotonic() + RETRY
        if self.chain.broken or self._snapshot is None:
            return
        kept, counts = self._retries.held()
        fields = {"failed_at": self._failed_at, "failure": self.failure, **counts._asdict()}
        happened = Entry("recovered", canonical(fields), time_text(self._wall()))
        entries = [happened, *kept]
        try:
            await self._blocking(self.chain.append, entries, seal="now")
            self._retries.written(len(kept), counts)
            head = self.chain.sign_head()
            # What the failed journal lacks is in the snapshot.
            await self._save(self._snapshot, head)
            # All that it holds was kept, too. Where it cannot be cleared, all is done again: what
            # it says must not be done to what is opened later.
            await self._blocking(self._reserve.clear)
        except OSError as error:
            self.failure = _reason(error)
            return
        await self._wrote(head, len(entries))
        LOGGER.warning("the audit trail is written again")
        # Held since the snapshot was taken: their state goes the way of all others.
        for entry in self._retries.release():
            self._queue.add(Item(entry, keep=True))
        for item in self._endings:
            self._queue.add(item)
        self._endings.clear()
        self.failure = None

    async def _rotate_key(self, key: SecretKey) -> None:
        if self.failure is not None:
            self._rotated(None)
            return
        try:
            await self._blocking(self.chain.rotate_key, key)
        except OSError as error:
            self._fail(_reason(error))
            return
        await self._commit()
        if self.failure is None:
            self._rotated(self.chain.position.sequence)

    def _rotated(self, sequence: int | None) -> None:
        _, done = self._new_keys.popleft()
        done(sequence)

    async def _blocking(self, function: Callable[..., _T], *args: Any, **named: Any) -> _T:
        return await self._loop.run_in_executor(self._aside, partial(function, *args, **named))


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
