"""AuditLog: the trail as the gateway uses it, from one event loop."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, final

from callgate import SecretKey
from callgate.audit.chain import Line, time_text
from callgate.audit.chain_writer import Sealing
from callgate.audit.commit_queue import Item
from callgate.audit.decision_event import DecisionEvent
from callgate.audit.denial_sampler import DenialSampler
from callgate.audit.durable_file import Lock
from callgate.audit.entry import Entry, outcome_entry
from callgate.audit.errors import AuditUnavailable
from callgate.audit.events import Event
from callgate.audit.fields import fields_text
from callgate.audit.head import Head
from callgate.audit.journal import Journal, SnapshotSource, StateRecord, record_texts
from callgate.audit.recovery import open_trail, reserved_lines, write_reserved
from callgate.audit.redaction import Redaction
from callgate.audit.reserve import RESERVE_FULL
from callgate.audit.writer import CLOSED, Writer

_NOTE: Final = re.compile(r"[a-z][a-z_]{0,63}")
_RESERVED: Final = frozenset(
    {
        "event",
        "outcome",
        "checkpoint",
        "key",
        "opened",
        "acknowledged",
        "recovered",
        "refusals",
        RESERVE_FULL,
    }
)
# Seconds between two lines that count refusals.
SUMMARY_SECONDS: Final = 10.0


class Receipt(NamedTuple):
    """A line that is on the disk; sequence 0: in the reserve, until the trail can be written."""

    sequence: int
    forwarded: bool = False


@final
class AuditLog:
    """An async context manager; one event loop uses it, one process at a time has the folder open.

    ``journal`` is open already, and the state restored from it. ``snapshot`` is where the whole
    state comes from: at the start, when the journal has grown by ``compact_bytes``, and after a
    failure, which without it lasts until the next start. ``recover`` gets the lines that a crash or
    a full disk kept out of the journal, before the state is rewritten: what they say was ended must
    be.

    ``previous_key`` hands over to ``key``. ``acknowledge`` is the operator's word that a trail that
    is not what the journal knows may go on. ``synced`` gets the seconds of each group commit.
    Entering raises AuditError, OSError.
    """

    def __init__(
        self,
        directory: Path,
        *,
        key: SecretKey,
        journal: Journal,
        snapshot: SnapshotSource | None = None,
        previous_key: SecretKey | None = None,
        acknowledge: bool = False,
        redaction: Redaction | None = None,
        sealing: Sealing | None = None,
        sampler: DenialSampler | None = None,
        head_copy: Path | None = None,
        compact_bytes: int = 16 << 20,
        recover: Callable[[Sequence[Line]], object] = lambda lines: None,
        synced: Callable[[float], object] = lambda seconds: None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._key = key
        self._journal = journal
        self._snapshot = snapshot
        self._previous_key = previous_key
        self._acknowledge = acknowledge
        self._redaction = Redaction() if redaction is None else redaction
        self._sealing = Sealing() if sealing is None else sealing
        self._head_copy = head_copy
        self._compact_bytes = compact_bytes
        self._recover = recover
        self._synced = synced
        self._wall = wall
        self._open: set[int] = set()  # receipts whose outcome is still to come
        self._lock: Lock | None = None
        self._writer: Writer | None = None
        self._summaries: asyncio.Task[None] | None = None
        self.sampler = DenialSampler() if sampler is None else sampler
        self.crash_tail: tuple[Line, ...] = ()

    async def __aenter__(self) -> AuditLog:
        self._loop = asyncio.get_running_loop()
        lock, chain, self.crash_tail = await asyncio.to_thread(
            open_trail,
            self._directory,
            self._journal,
            key=self._key,
            previous_key=self._previous_key,
            acknowledge=self._acknowledge,
            sealing=self._sealing,
            wall=self._wall,
        )
        try:
            reserved = reserved_lines(self._journal.reserve, self.crash_tail)
            self._recover((*self.crash_tail, *reserved))
            records = () if self._snapshot is None else record_texts(self._snapshot.records())
            await asyncio.to_thread(self._save, chain.sign_head(), records)
            await asyncio.to_thread(write_reserved, chain, self._journal, reserved)
            self._writer = Writer(
                chain,
                self._journal,
                snapshot=self._snapshot,
                compact_bytes=self._compact_bytes,
                head_copy=self._head_copy,
                synced=self._synced,
                wall=self._wall,
            )
        except BaseException:
            chain.close()
            lock.close()
            raise
        self._lock = lock
        self._summaries = asyncio.create_task(self._summarize(self._writer))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        writer, self._writer = self._writer, None
        if self._summaries is not None:
            self._summaries.cancel()
        try:
            if writer is not None:
                self._write_summary(writer)
                await writer.close()
        finally:
            if writer is not None:
                writer.chain.close()
            if self._lock is not None:
                self._lock.close()

    async def record(
        self, event: Event | DecisionEvent, state: Sequence[StateRecord] = (), *, ends: bool = False
    ) -> Receipt:
        """Returns when the line and the journal's records are on the disk.

        ``ends``: ``recover`` can do again what the line says. So on a full disk the line alone is
        enough, and there is a reserve for some. Raises AuditUnavailable.

        A call may be forwarded only after this returned.
        A caller that is cancelled while it waits has forwarded nothing; its outcome says so.
        """
        entry = Entry(
            "event",
            event.text(self._redaction),
            self._now(),
            record_texts(state),
            event.forwarded,
            ends=ends,
        )
        # Only an event that allows can be refused with the call it is about; the others tell what
        # is so already.
        future = self._submit(entry, keep=event.name != "ToolCallAuthorized")
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.outcome(future.result(), error="CANCELLED", dispatched=False)
            raise

    def post(self, event: Event | DecisionEvent) -> None:
        """Queues a line without waiting for it, which stops nothing when it cannot be written.

        For refusals before a verified token, of which ``sampler`` says which are written.
        """
        self._queue(Item(Entry("event", event.text(self._redaction), self._now())))

    def outcome(
        self,
        receipt: Receipt,
        *,
        result: bytes | None = None,
        duration: float | None = None,
        error: str | None = None,
        dispatched: bool | None = None,
    ) -> None:
        """Queues the second line of a forwarded call; the first outcome of a receipt counts.

        ``result`` is what the tool answered, of which the digest is written; ``duration`` is in
        seconds; ``error`` is a code's name; ``dispatched`` whether the tool may have run.
        """
        if receipt.sequence not in self._open:
            return
        self._open.discard(receipt.sequence)
        entry = outcome_entry(
            receipt.sequence,
            "succeeded" if error is None else "failed",
            self._now(),
            result=result,
            duration=duration,
            error=error,
            dispatched=dispatched,
        )
        self._queue(Item(entry, keep=True))

    def note(
        self,
        kind: str,
        fields: Mapping[str, Any],
        state: Sequence[StateRecord] = (),
        *,
        ends: bool = False,
    ) -> Awaitable[Receipt]:
        """A line that is no event (``reload``, …). Awaited, it is as durable as ``record``.

        Raises ValueError for a kind that is not ``[a-z_]+`` or that this package writes itself.
        """
        if _NOTE.fullmatch(kind) is None or kind in _RESERVED:
            raise ValueError(f"{kind!r} cannot be the kind of a note")
        entry = Entry(kind, fields_text(fields), self._now(), record_texts(state), ends=ends)
        future = self._submit(entry, keep=True)
        # It need not be awaited; then only the operator is to be told that it failed.
        future.add_done_callback(_retrieve)
        return future

    async def rotate_key(self, key: SecretKey) -> None:
        """From now on ``key`` signs; the old key's last line says so.

        Raises AuditUnavailable.
        """
        future: asyncio.Future[Receipt] = self._loop.create_future()
        self._writing().rotate_key(key, self._resolver(future, forwarded=False))
        await future

    def head(self) -> Head:
        """How far the trail reaches on the disk, signed."""
        return self._writing().head

    @property
    def failure(self) -> str | None:
        """Why calls are refused at present, for readiness and metrics; None: they are not."""
        return CLOSED if self._writer is None else self._writer.failure

    @property
    def lines(self) -> int:
        """Written since the start, checkpoints not counted."""
        return 0 if self._writer is None else self._writer.lines

    @property
    def batches(self) -> int:
        """Group commits since the start."""
        return 0 if self._writer is None else self._writer.batches

    def _save(self, head: Head, records: Sequence[bytes]) -> None:
        if self._snapshot is None:
            self._journal.append((), head)
        else:
            # Effects can be applied to the state that they were made from alone.
            self._journal.compact(self._snapshot.engine_state(), records, head)

    def _submit(self, entry: Entry, *, keep: bool) -> asyncio.Future[Receipt]:
        future: asyncio.Future[Receipt] = self._loop.create_future()
        resolve = self._resolver(future, forwarded=entry.forwarded)
        if self._writer is None:
            resolve(None)
        else:
            self._writer.submit(Item(entry, resolve, keep))
        return future

    def _resolver(
        self, future: asyncio.Future[Receipt], *, forwarded: bool
    ) -> Callable[[int | None], None]:
        def resolve(sequence: int | None) -> None:
            if sequence is None:
                if not future.done():
                    future.set_exception(AuditUnavailable())
                return
            receipt = Receipt(sequence, forwarded)
            if forwarded:
                self._open.add(sequence)
            if not future.done():
                future.set_result(receipt)
            elif forwarded:
                self.outcome(receipt, error="CANCELLED", dispatched=False)

        return resolve

    def _queue(self, item: Item) -> None:
        if self._writer is not None:
            self._writer.submit(item)

    def _writing(self) -> Writer:
        if self._writer is None:
            raise AuditUnavailable()
        return self._writer

    async def _summarize(self, writer: Writer) -> None:
        while True:
            await asyncio.sleep(SUMMARY_SECONDS)
            self._write_summary(writer)

    def _write_summary(self, writer: Writer) -> None:
        summary = self.sampler.summary()
        if summary is not None:
            entry = Entry("refusals", fields_text(summary), self._now())
            writer.submit(Item(entry, keep=True))

    def _now(self) -> str:
        return time_text(self._wall())


def _retrieve(future: asyncio.Future[Receipt]) -> None:
    if not future.cancelled():
        future.exception()
