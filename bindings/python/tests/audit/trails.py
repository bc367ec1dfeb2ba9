"""Trails as a gateway writes them, and what was written."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callgate import SecretKey
from callgate.audit import Event, Head, Sealing
from callgate.audit.journal import Journal, Restored, SnapshotSource
from callgate.audit.log import AuditLog
from callgate.audit.trail import trail_files
from callgate.audit.trail_report import TrailReport
from callgate.audit.verify import verify_trail

PAYLOAD = (
    b'{"id":1,"jsonrpc":"2.0","method":"tools/call",'
    b'"params":{"arguments":{"path":"/workspace/a"},"name":"fs.read"}}'
)


def call(session: str = "session-1", **changes: Any) -> Event:
    """A call that policy allowed."""
    fields: dict[str, Any] = {
        "name": "ToolCallAuthorized",
        "workload": "exec-1",
        "session": session,
        "method": "tools/call",
        "tool": "fs.read",
        "payload": PAYLOAD,
        "allowed": True,
    }
    return Event(**{**fields, **changes})


@dataclass
class Place:
    """A folder with a trail and its journal, and the key that signs."""

    root: Path
    key: SecretKey = field(default_factory=SecretKey.generate)
    # The whole state, as a gateway would have it in memory.
    state: list[dict[str, Any]] = field(default_factory=list)

    @property
    def trail(self) -> Path:
        return self.root / "audit"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @contextlib.asynccontextmanager
    async def open(self, **settings: Any) -> AsyncIterator[AuditLog]:
        settings.setdefault("key", self.key)
        settings.setdefault("snapshot", SnapshotSource(lambda: b"engine", lambda: self.state))
        with Journal(self.journal) as journal:
            async with AuditLog(self.trail, journal=journal, **settings) as audit:
                yield audit

    def run(self, use: Callable[[AuditLog], Coroutine[Any, Any, Any]], **settings: Any) -> Any:
        async def opened() -> Any:
            async with self.open(**settings) as audit:
                return await use(audit)

        return asyncio.run(opened())

    def restored(self) -> Restored:
        with Journal(self.journal) as journal:
            return journal.restored

    def head(self) -> Head:
        head = self.restored().head
        assert head is not None
        return head

    def files(self) -> list[Path]:
        return trail_files(self.trail)

    def lines(self, kind: str | None = None) -> list[dict[str, Any]]:
        lines = [
            json.loads(text) for file in self.files() for text in file.read_bytes().splitlines()
        ]
        return [line for line in lines if kind in (None, line["kind"])]

    def verify(self, *anchors: Head, **settings: Any) -> TrailReport:
        return verify_trail(self.files(), [self.key.public_key], anchors, **settings)


def calls(number: int, **outcome: Any) -> Callable[[AuditLog], Coroutine[Any, Any, None]]:
    """So many calls, one after the other, each with its outcome."""

    async def use(audit: AuditLog) -> None:
        for count in range(number):
            receipt = await audit.record(call(), state=[{"kind": "test", "call": count}])
            audit.outcome(receipt, **{"result": b"{}", "duration": 0.25, **outcome})

    return use


def defect(*arguments: object, **named: object) -> None:
    """In place of a method."""
    raise ZeroDivisionError


SMALL = Sealing(checkpoint_lines=5, rotate_bytes=3000)
