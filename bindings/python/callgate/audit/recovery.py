"""Recovery: from what a start finds to a chain that goes on."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from callgate import SecretKey
from callgate.audit.canonical import canonical
from callgate.audit.chain import ORIGIN, Line, time_text
from callgate.audit.chain_writer import ChainWriter, Sealing
from callgate.audit.durable_file import DurableFile, Lock, sync_directory
from callgate.audit.entry import Entry, outcome_entry
from callgate.audit.errors import AuditKeyChanged
from callgate.audit.head import Head, sign_head, sign_statement
from callgate.audit.journal import Journal
from callgate.audit.position import Position
from callgate.audit.reserve import Reserve
from callgate.audit.start import Found, find_end
from callgate.audit.trail import LOCK_NAME


class Resumed(NamedTuple):
    """A trail that is open again, this process's own until the lock is closed."""

    lock: Lock
    chain: ChainWriter
    # What a crash kept out of the journal.
    crash_tail: tuple[Line, ...]


def open_trail(
    directory: Path,
    journal: Journal,
    *,
    key: SecretKey,
    previous_key: SecretKey | None,
    acknowledge: bool,
    sealing: Sealing,
    wall: Callable[[], float],
) -> Resumed:
    """Goes on with what is in the folder, or begins there. Raises as ``resume_chain``, AuditInUse.

    ``journal`` says how far the trail reached.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(directory / LOCK_NAME)
    try:
        head = journal.restored.head
        found = find_end(directory, head)
        chain = resume_chain(
            directory,
            found,
            head,
            key=key,
            previous_key=previous_key,
            acknowledge=acknowledge,
            sealing=sealing,
            wall=wall,
            save_head=lambda head: journal.append((), head),
        )
    except BaseException:
        lock.close()
        raise
    return Resumed(lock, chain, found.crash_tail)


def resume_chain(
    directory: Path,
    found: Found,
    head: Head | None,
    *,
    key: SecretKey,
    previous_key: SecretKey | None,
    acknowledge: bool,
    sealing: Sealing,
    wall: Callable[[], float],
    save_head: Callable[[Head], None],
) -> ChainWriter:
    """Goes on where the trail ends. ``save_head`` makes the head of a new log durable first.

    Raises OSError, and AuditError: the fault that was found, unless it is acknowledged.
    """
    if found.fault is not None and not acknowledge:
        raise found.fault
    for path, whole in found.torn:
        move_aside(path, whole, wall())
    for path in found.empty:
        path.unlink()
    now = time_text(wall())
    thumbprint = key.public_key.thumbprint
    position = found.position
    if position is None:
        log = secrets.token_hex(16) if head is None else head.log
        if head is None:
            # Before the first line, so that no trail ever is there that no journal knows.
            save_head(sign_head(key, log, 0, ORIGIN, now))
        position = Position(log=log, key=thumbprint)
    elif not position.log:
        position = replace(position, log=secrets.token_hex(16))
    signer = _signer(position, key, previous_key, acknowledge=acknowledge)
    chain = ChainWriter(directory, signer, position, sealing, wall=wall)
    # A new key without the old one's word is a fault like any other.
    stranger = signer.public_key.thumbprint != position.key
    if found.fault is not None or stranger:
        fault = "the audit key changed" if found.fault is None else str(found.fault.message)
        chain.begin("acknowledged", acknowledgement(signer, position, head, fault, now))
    elif found.path is None:
        chain.begin("opened", {"reason": "created"})
    else:
        chain.resume(found.path)
        chain.append([chain.opened("started")])
    if signer is not key:
        chain.rotate_key(key)
    acknowledged = -1 if head is None else head.sequence
    outcomes = [
        # No caller was told of a line that the journal does not know, so nothing was forwarded.
        outcome_entry(event, "unknown", now, dispatched=False if event > acknowledged else None)
        for event in chain.position.open
    ]
    chain.append(outcomes, seal="now")
    return chain


def reserved_lines(reserve: Reserve, crash_tail: Sequence[Line]) -> tuple[Line, ...]:
    """What was ended on a full disk, as far as it did not reach the trail. Lines without place."""
    there = {(line.kind, line.time, canonical(line.fields)) for line in crash_tail}
    return tuple(
        Line(0, "", entry.kind, entry.time, json.loads(entry.fields), "")
        for entry in reserve.entries
        if (entry.kind, entry.time, entry.fields) not in there
    )


def write_reserved(chain: ChainWriter, journal: Journal, lines: Sequence[Line]) -> None:
    """Their place is the trail, now that the journal knows what they ended. Raises OSError.

    A crash in between leaves the reserve as it is.
    """
    if lines:
        entries = [Entry(line.kind, canonical(line.fields), line.time) for line in lines]
        chain.append(entries, seal="now")
        journal.append((), chain.sign_head())
    journal.reserve.clear()


def acknowledgement(
    key: SecretKey, position: Position, head: Head | None, fault: str, now: str
) -> dict[str, Any]:
    """That an operator knows of a fault: what was found, what was expected, signed."""
    found = {"hash": position.hash, "sequence": position.sequence}
    expected = None if head is None else {"hash": head.hash, "sequence": head.sequence}
    fields: dict[str, Any] = {"expected": expected, "fault": fault, "found": found}
    members = {**fields, "key": key.public_key.thumbprint, "log": position.log}
    fields["acknowledged_at"] = members["acknowledged_at"] = now
    return {**fields, "signature": sign_statement(key, "acknowledgement", members)}


def move_aside(path: Path, whole: int, now: float) -> None:
    """Bytes after the last complete line into a file of their own. Raises OSError."""
    with path.open("rb") as file:
        file.seek(whole)
        rest = file.read()
    stamp = time_text(now).replace(":", "").replace(".", "")
    aside = DurableFile(path.with_name(f"{path.name}.torn-{stamp}-{whole}"))
    try:
        aside.append(rest)
    finally:
        aside.close()
    if whole == 0:
        path.unlink()
        sync_directory(path.parent)
        return
    with path.open("r+b") as file:
        file.truncate(whole)
        os.fsync(file.fileno())


def _signer(
    position: Position, key: SecretKey, previous_key: SecretKey | None, *, acknowledge: bool
) -> SecretKey:
    if not position.key or position.key == key.public_key.thumbprint:
        return key
    if previous_key is not None and previous_key.public_key.thumbprint == position.key:
        return previous_key
    if acknowledge:
        return key
    raise AuditKeyChanged(f"this log is signed by the key {position.key}; give it to rotate it")
