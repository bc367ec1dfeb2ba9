"""Writer: one thread that makes durable at once what many callers wait for."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, final

from callgate import SecretKey
from callgate.audit.canonical import canonical
from callgate.audit.chain import time_text
from callgate.audit.chain_writer import ChainWriter
from callgate.audit.durable_file import append_in_order, replace_file
from callgate.audit.entry import Entry, outcome_entry
from callgate.audit.head import Head
from callgate.audit.journal import Journal

LOGGER: Final = logging.getLogger("callgate.audit")
# Of one batch: what is waiting, but not more than a sync should have to carry.
MAX_BATCH: Final = 1000
# Callers at once; more are refused.
MAX_WAITING: Final = 10_000
# Between attempts to write again, in seconds.
RETRY: Final = 1.0
# Lines, and their bytes, kept while the disk fails: each tells what has happened already.
MAX_KEPT: Final = 10_000
MAX_KEPT_BYTES: Final = 32 << 20


class Item(NamedTuple):
    """An entry, and who is told: with its sequence, or with None when it is not durable.

    ``keep``: it tells what has happened already, so it is written when the disk is back.
    """

    entry: Entry
    done: Callable[[int | None], None] | None = None
    keep: bool = False


# Engine state and JSON records, complete.
Snapshot: TypeAlias = Callable[[], tuple[bytes, Sequence[bytes]]]
# Takes a batch's answers to where they are waited for, at once.
Tell: TypeAlias = Callable[[list[tuple[Callable[[int | None], None], int | None]]], object]


@final
class Writer:
    """``submit`` from one thread; everything else happens in the writer's own.

    Fails closed: after a failed write every waiting and later item is refused until what was kept,
    a line that says what happened, and a snapshot of the state are durable.
    """

    def __init__(
        self,
        chain: ChainWriter,
        journal: Journal,
        *,
        snapshot: Snapshot | None,
        tell: Tell,
        compact_bytes: int = 16 << 20,
        head_copy: Path | None = None,
        synced: Callable[[float], object] = lambda seconds: None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.chain = chain
        self._journal = journal
        self._snapshot = snapshot
        self._tell = tell
        self._compact_bytes = compact_bytes
        self._head_copy = head_copy
        self._synced = synced
        self._wall = wall
        self._changed = threading.Condition()
        self._queue: deque[Item] = deque()
        self._closing = False
        self._new_key: tuple[SecretKey, Callable[[int | None], None]] | None = None
        self._kept: deque[Item] = deque()
        self._kept_bytes = self._lost = self._refused = 0
        self._failed_at: str | None = None
        self._retry_at = 0.0
        self.failure: str | None = None
        self.head = chain.sign_head()
        self.lines = self.batches = 0
        self._copy_head(self.head)
        self._thread = threading.Thread(target=self._run, name="callgate-audit", daemon=True)
        self._thread.start()

    def submit(self, items: Sequence[Item]) -> list[Item]:
        """Queues them together. Those that are refused at once: what is to be kept is kept."""
        refused: list[Item] = []
        with self._changed:
            idle = not self._queue
            for item in items:
                if self.failure is not None:
                    self._hold(item)
                    refused.append(item)
                elif item.done is not None and (self._closing or len(self._queue) >= MAX_WAITING):
                    self._refused += 1
                    refused.append(item)
                else:
                    self._queue.append(item)
            if idle and self._queue:
                self._changed.notify()
        return refused

    def rotate_key(self, key: SecretKey, done: Callable[[int | None], None]) -> None:
        """The thread signs with ``key`` from then on."""
        with self._changed:
            self._new_key = (key, done)
            self._changed.notify()

    def close(self) -> None:
        """Writes what is queued and a checkpoint. Blocks; not for the event loop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, new_key, closing = self._next()
            try:
                if self.failure is not None:
                    self._keep(batch)
                    self._recover()
                elif batch or closing or self._checkpoint_due():
                    self._commit(batch, seal=closing)
                if new_key is not None:
                    self._rotate_key(*new_key)
            except Exception as error:
                # A defect. What is queued and what comes is refused; nothing is allowed.
                LOGGER.exception("the audit trail cannot be written")
                self._fail(f"a defect: {type(error).__name__}", batch)
                self._snapshot = None
            if closing and not self._queue:
                break
        if self._kept:
            LOGGER.error("%d lines of the audit trail were never written", len(self._kept))

    def _next(
        self,
    ) -> tuple[list[Item], tuple[SecretKey, Callable[[int | None], None]] | None, bool]:
        with self._changed:
            while (wait := self._wait()) > 0:
                self._changed.wait(wait)
            size = min(len(self._queue), MAX_BATCH)
            batch = [self._queue.popleft() for _ in range(size)]
            new_key, self._new_key = self._new_key, None
            return batch, new_key, self._closing

    def _wait(self) -> float:
        """Seconds until there is something to do, unless somebody brings it."""
        if self._closing or self._new_key is not None:
            return 0
        if self.failure is not None:
            return self._retry_at - time.monotonic()
        if self._queue:
            return 0
        due = self.chain.seconds_to_checkpoint()
        return 60.0 if due is None else due

    def _checkpoint_due(self) -> bool:
        return self.chain.seconds_to_checkpoint() == 0

    def _commit(self, batch: Sequence[Item], *, seal: bool = False) -> None:
        began = time.monotonic()
        try:
            lines = self.chain.prepare([item.entry for item in batch], seal=seal)
        except OSError as error:
            self._fail(_reason(error), batch)
            return
        head = self.chain.sign_head(lines)
        records = [record for item in batch for record in item.entry.state]
        # The trail, and when it is durable the journal.
        durable, failure = append_in_order(
            (lines.file, lines.data), self._journal.prepare(records, head)
        )
        if durable:
            self.chain.accept(lines)
        if failure is not None:
            if durable:
                self._disown(batch, lines.sequences)
            self._fail(_reason(failure), [] if durable else batch)
            return
        self._wrote(head, len(batch))
        self._answer(batch, lines.sequences)
        self._synced(time.monotonic() - began)
        if self._snapshot is not None and self._journal.grown > self._compact_bytes:
            self._compact(self._snapshot, head)

    def _wrote(self, head: Head, lines: int) -> None:
        self.head = head
        self.lines += lines
        self.batches += 1
        if self.chain.position.unsealed == 0:
            self._copy_head(head)

    def _copy_head(self, head: Head) -> None:
        if self._head_copy is not None:
            try:
                replace_file(self._head_copy, head.to_json() + b"\n")
            except OSError as error:
                LOGGER.error("the head's second place cannot be written: %s", _reason(error))

    def _compact(self, snapshot: Snapshot, head: Head) -> None:
        try:
            self._journal.compact(*snapshot(), head)
        except OSError as error:  # the old journal is whole, and grows on
            LOGGER.error("the journal cannot be compacted: %s", _reason(error))
            self._compact_bytes *= 2

    def _fail(self, reason: str, batch: Sequence[Item]) -> None:
        if self.failure is None:
            LOGGER.error("the audit trail cannot be written, calls are refused: %s", reason)
            self._failed_at = time_text(self._wall())
        with self._changed:
            self.failure = reason
            self._retry_at = time.monotonic() + RETRY
            waiting = [*batch, *self._queue]
            self._queue.clear()
        self._keep(waiting)

    def _keep(self, items: Sequence[Item]) -> None:
        """Tells all that wait; only what has happened already is written later."""
        with self._changed:
            for item in items:
                self._hold(item)
        self._answer(items, None)

    def _hold(self, item: Item) -> None:
        """Under the lock. Bounded, whatever callers do while the disk fails."""
        if not item.keep:
            self._refused += 1
            return
        size = len(item.entry.fields)
        if len(self._kept) >= MAX_KEPT or self._kept_bytes + size > MAX_KEPT_BYTES:
            self._lost += 1
            return
        self._kept.append(Item(item.entry, keep=True))
        self._kept_bytes += size

    def _disown(self, batch: Sequence[Item], sequences: Sequence[int]) -> None:
        """The lines are in the trail, but nobody was told so: what they allow did not happen."""
        now = time_text(self._wall())
        for item, sequence in zip(batch, sequences, strict=True):
            if item.entry.forwarded:
                outcome = outcome_entry(
                    sequence, "failed", now, dispatched=False, error="AUDIT_UNAVAILABLE"
                )
                self._keep([Item(outcome, keep=True)])
        self._answer(batch, None)

    def _recover(self) -> None:
        """Once what was kept and the whole state are durable, calls go on."""
        self._retry_at = time.monotonic() + RETRY
        if self.chain.broken or self._snapshot is None:
            return
        with self._changed:
            kept = list(self._kept)
            counts = {"lost": self._lost, "refused": self._refused}
        fields = canonical({"failed_at": self._failed_at, "failure": self.failure, **counts})
        happened = Entry("recovered", fields, time_text(self._wall()))
        entries = [happened, *(item.entry for item in kept)]
        try:
            self.chain.append(entries, seal=True)
            self._forget(len(kept), **counts)
            head = self.chain.sign_head()
            # What the failed journal lacks is in the snapshot.
            self._journal.compact(*self._snapshot(), head)
        except OSError as error:
            self.failure = _reason(error)
            return
        self._wrote(head, len(entries))
        LOGGER.warning("the audit trail is written again")
        with self._changed:
            # Held since the snapshot was taken: their state goes the way of all others.
            self._queue.extend(self._kept)
            self._kept.clear()
            self._kept_bytes = 0
            self.failure = None

    def _forget(self, kept: int, *, lost: int, refused: int) -> None:
        """What was just written, not what was held meanwhile."""
        with self._changed:
            for _ in range(kept):
                self._kept_bytes -= len(self._kept.popleft().entry.fields)
            self._lost -= lost
            self._refused -= refused

    def _rotate_key(self, key: SecretKey, done: Callable[[int | None], None]) -> None:
        if self.failure is None:
            try:
                self.chain.rotate_key(key)
            except OSError as error:
                self._fail(_reason(error), [])
            else:
                self._commit([], seal=False)
        sequence = None if self.failure is not None else self.chain.position.sequence
        self._tell([(done, sequence)])

    def _answer(self, batch: Sequence[Item], sequences: Sequence[int] | None) -> None:
        told = [
            (item.done, None if sequences is None else sequences[number])
            for number, item in enumerate(batch)
            if item.done is not None
        ]
        if told:
            self._tell(told)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
