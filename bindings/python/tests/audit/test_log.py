"""AuditLog: what is durable when, in which form, and in what order."""

from __future__ import annotations

import asyncio
import hashlib
import json
import multiprocessing
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from callgate.audit import AuditInUse, AuditUnavailable, Head, Redaction, Sealing
from callgate.audit.journal import Journal
from callgate.audit.log import AuditLog
from trails import SMALL, Place, call, calls


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_line_and_its_state_are_on_the_disk_when_record_returns(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        receipt = await audit.record(call(), state=[{"kind": "test", "number": 7}])
        (line,) = place.lines("event")
        assert line["seq"] == receipt.sequence
        assert b'{"kind":"test","number":7}' in place.journal.read_bytes()
        assert audit.head().hash in place.journal.read_text()

    place.run(use)


def test_lines_are_canonical_and_chained_by_sha256(place: Place) -> None:
    place.run(calls(3))
    (file,) = place.files()
    prev = "0" * 64
    for number, text in enumerate(file.read_bytes().splitlines(), 1):
        line = json.loads(text)
        assert set(line) == {"fields", "kind", "prev", "seq", "time"}
        assert (line["seq"], line["prev"]) == (number, prev)
        prev = hashlib.sha256(text).hexdigest()


def test_a_forwarded_call_has_two_lines(place: Place) -> None:
    place.run(calls(1, result=b'{"content":[]}', duration=0.25, dispatched=True))
    (event,), (outcome,) = place.lines("event"), place.lines("outcome")
    assert outcome["fields"] == {
        "event": event["seq"],
        "outcome": "succeeded",
        "result": hashlib.sha256(b'{"content":[]}').hexdigest(),
        "result_bytes": 14,
        "duration_ms": 250,
        "dispatched": True,
    }


def test_only_the_first_outcome_of_a_call_is_written(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        receipt = await audit.record(call())
        audit.outcome(receipt, error="UPSTREAM_TIMEOUT", dispatched=True)
        audit.outcome(receipt, result=b"{}")
        denial = await audit.record(call(name="PolicyViolationBlocked", allowed=False))
        audit.outcome(denial)

    place.run(use)
    (outcome,) = place.lines("outcome")
    assert outcome["fields"]["error"] == "UPSTREAM_TIMEOUT"


def test_many_callers_share_a_sync(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        before = audit.batches
        receipts = await asyncio.gather(*(audit.record(call()) for _ in range(300)))
        assert len({receipt.sequence for receipt in receipts}) == 300
        assert audit.batches - before < 10

    place.run(use)
    assert place.verify(place.head()).status == "whole"


def test_callers_beyond_the_most_that_wait_are_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callgate.audit.writer.MAX_WAITING", 3)

    async def use(audit: AuditLog) -> None:
        many = [audit.record(call(session=f"s{number}")) for number in range(5)]
        revoked = audit.record(call(name="SessionRevoked", session="ended"), ends=True)
        answers = await asyncio.gather(*many, revoked, return_exceptions=True)
        refused = [isinstance(answer, AuditUnavailable) for answer in answers]
        assert refused == [False, False, False, True, True, False]
        await audit.record(call(session="later"))
        assert audit.failure is None

    place.run(use)
    sessions = [line["fields"]["session"] for line in place.lines("event")]
    assert sessions == ["s0", "s1", "s2", "ended", "later"]


def test_the_loop_goes_on_while_the_disk_writes(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        steps = 0
        waiting = asyncio.ensure_future(audit.record(call()))
        while not waiting.done():
            await asyncio.sleep(0)
            steps += 1
        assert steps > 1

    place.run(use)


def test_a_caller_that_is_cancelled_while_it_waits_forwarded_nothing(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        waiting = asyncio.ensure_future(audit.record(call()))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await audit.record(call(name="PolicyViolationBlocked"))

    place.run(use)
    (outcome,) = place.lines("outcome")
    assert outcome["fields"]["dispatched"] is False
    assert outcome["fields"]["error"] == "CANCELLED"


def test_a_closed_log_refuses(place: Place) -> None:
    async def use(audit: AuditLog) -> AuditLog:
        return audit

    async def later() -> None:
        async with place.open() as audit:
            pass
        with pytest.raises(AuditUnavailable) as refused:
            await audit.record(call())
        assert refused.value.code_name == "AUDIT_UNAVAILABLE"
        with pytest.raises(AuditUnavailable):
            audit.head()

    asyncio.run(later())


def test_notes_are_lines_of_their_own_kind(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        await audit.note("reload", {"before": "a", "after": "b", "nothing": None})
        audit.note("reload", {"awaited": False})
        for kind in ("event", "checkpoint", "Reload", "", "a b"):
            with pytest.raises(ValueError, match="kind"):
                audit.note(kind, {})

    place.run(use)
    assert [line["fields"] for line in place.lines("reload")] == [
        {"after": "b", "before": "a"},
        {"awaited": False},
    ]


def test_checkpoints_come_by_number_by_time_and_at_the_close(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        for _ in range(9):
            await audit.record(call(name="PolicyViolationBlocked"))
        assert len(place.lines("checkpoint")) == 2  # at the start, and of five
        await asyncio.wait_for(sealed(), 20)

    async def sealed() -> None:
        while len(place.lines("checkpoint")) < 3:  # the disk has no event
            await asyncio.sleep(0.02)

    place.run(use, sealing=Sealing(checkpoint_lines=6, checkpoint_seconds=0.2))
    assert place.lines()[-1]["kind"] == "checkpoint"


def test_the_head_can_be_kept_in_a_second_place(place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "head.json"
    copy.parent.mkdir()
    place.run(calls(3), head_copy=copy)
    head = Head.from_json(copy.read_bytes())
    assert head.sequence == place.lines()[-1]["seq"]
    assert place.verify(head).status == "whole"


def test_files_rotate_by_age_too(place: Place) -> None:
    place.run(calls(3), sealing=Sealing(rotate_seconds=0))
    assert len(place.files()) >= 3
    assert place.verify(place.head()).status == "whole"


def test_open_calls_are_known_across_rotated_files(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        receipt = await audit.record(call())
        for _ in range(20):
            await audit.record(call(name="PolicyViolationBlocked"))
        assert len(place.files()) > 2
        os._exit(0) if receipt.sequence == 0 else audit.outcome(receipt)

    place.run(use, sealing=SMALL)
    first = place.lines("event")[0]["seq"]
    openings = [line["fields"]["open"] for line in place.lines("opened")]
    assert openings[0] == []
    assert openings[1:] == [[first]] * (len(openings) - 1)


def test_files_are_readable_by_their_owner_only(place: Place) -> None:
    place.run(calls(1))
    for path in (*place.files(), place.journal):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _open_again(root: str, queue: Any) -> None:
    place = Place(Path(root))

    async def use(audit: AuditLog) -> None:
        raise AssertionError

    try:
        place.run(use)
    except AuditInUse as error:
        queue.put(type(error).__name__)


def test_a_second_writer_is_refused(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        context = multiprocessing.get_context("spawn")
        queue = context.Queue()
        other = context.Process(target=_open_again, args=(str(place.root), queue))
        other.start()
        assert await asyncio.to_thread(queue.get, True, 60) == "AuditInUse"
        await asyncio.to_thread(other.join, 60)
        with pytest.raises(AuditInUse):
            Journal(place.journal)

    place.run(use)


def test_a_file_that_somebody_else_touches_stops_calls_for_good(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        (file,) = place.files()
        with file.open("ab") as stranger:
            stranger.write(b"{}\n")
        for _ in range(2):
            with pytest.raises(AuditUnavailable):
                await audit.record(call())
        assert audit.failure is not None

    place.run(use)


def test_a_file_that_was_moved_away_stops_calls(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        (file,) = place.files()
        file.rename(file.with_name("audit.jsonl.1"))
        with pytest.raises(AuditUnavailable):
            await audit.record(call())

    place.run(use)


def test_arguments_are_redacted_before_they_are_written(place: Place) -> None:
    payload = b'{"method":"tools/call","params":{"arguments":{"api-key":"hush","path":"/a"}}}'

    async def use(audit: AuditLog) -> None:
        await audit.record(call(payload=payload))

    place.run(use, redaction=Redaction(["api_key"]))
    (event,) = place.lines("event")
    assert event["fields"]["arguments"] == {"api-key": "[redacted]", "path": "/a"}
    assert event["fields"]["redacted"] == ["/api-key"]
    assert "payload" not in event["fields"]
    assert b"hush" not in place.files()[0].read_bytes()
