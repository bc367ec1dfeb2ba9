"""The real audit trail, and what was handed to it; it can be made to fail, or to take its time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from callgate import SecretKey
from callgate.audit import AuditUnavailable
from callgate.audit.decision_event import DecisionEvent
from callgate.audit.denial_sampler import DenialSampler
from callgate.audit.events import Event
from callgate.audit.journal import Journal
from callgate.audit.log import AuditLog, Receipt


class ObservedAudit:
    def __init__(self, log: AuditLog, directory: Path, journal: Path) -> None:
        self._log = log
        self._directory = directory
        self._journal = journal
        self.sampler = log.sampler
        self.events: list[Event | DecisionEvent] = []
        self.outcomes: list[tuple[int, str | None, bool | None]] = []
        self.failing = False
        # What happens while a record is on its way to the disk.
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def record(
        self,
        event: Event | DecisionEvent,
        state: Sequence[Mapping[str, Any]] = (),
        *,
        ends: bool = False,
    ) -> Receipt:
        if self.failing:
            raise AuditUnavailable
        receipt = await self._log.record(event, state, ends=ends)
        self.events.append(event)
        if self.meanwhile is not None:
            await self.meanwhile()
        return receipt

    def post(self, event: Event | DecisionEvent) -> None:
        self._log.post(event)

    def note(
        self, kind: str, fields: Mapping[str, Any], state: Any = (), *, ends: bool = False
    ) -> Awaitable[Receipt]:
        return self._log.note(kind, fields, state, ends=ends)

    def outcome(self, receipt: Receipt, **outcome: Any) -> None:
        self.outcomes.append((receipt.sequence, outcome.get("error"), outcome.get("dispatched")))
        self._log.outcome(receipt, **outcome)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """The fields of the trail's lines as they are on the disk."""
        texts = [
            line
            for file in sorted(self._directory.glob("*.jsonl"))
            for line in file.read_bytes().splitlines()
        ]
        return [line["fields"] for line in map(json.loads, texts) if line["kind"] == kind]

    def effects(self) -> int:
        """How many of the engine's records the journal holds."""
        return self._journal.read_bytes().count(b'"kind":"effects"')


@contextlib.asynccontextmanager
async def observed_audit(
    folder: Path, *, monotonic: Callable[[], float] | None = None
) -> AsyncIterator[ObservedAudit]:
    """A trail and its journal in an empty folder. ``monotonic``: the sampler's clock."""
    path = folder / "journal"
    with Journal(path) as journal, SecretKey.generate() as key:
        sampler = DenialSampler() if monotonic is None else DenialSampler(monotonic=monotonic)
        async with AuditLog(folder / "audit", key=key, journal=journal, sampler=sampler) as log:
            yield ObservedAudit(log, folder / "audit", path)
