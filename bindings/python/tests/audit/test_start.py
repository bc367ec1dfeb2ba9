"""The start: a trail that is not what the journal knows goes on only on an operator's word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from callgate import SecretKey
from callgate.audit import AuditDiffers, AuditError, AuditTruncated, Head, Sealing
from callgate.audit.log import AuditLog
from trails import SMALL, Place, call, calls


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.run(calls(3))
    return place


def cut(place: Place, lines: int) -> None:
    """Takes the last lines away."""
    file = place.files()[-1]
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-lines]))


def lose_from_journal(place: Place, use: Callable[[AuditLog], Awaitable[None]]) -> None:
    """A run whose lines are in the trail, and of which the journal knows the start alone."""
    journal = b""

    async def noting(audit: AuditLog) -> None:
        nonlocal journal
        journal = place.journal.read_bytes()
        await use(audit)

    place.run(noting)
    place.journal.write_bytes(journal)


def test_a_log_goes_on_where_it_ended(place: Place) -> None:
    before = place.head()
    place.run(calls(1))
    assert [line["seq"] for line in place.lines()] == list(range(1, len(place.lines()) + 1))
    assert [line["fields"]["reason"] for line in place.lines("opened")] == ["created", "started"]
    assert len(place.files()) == 1
    assert place.verify(before, place.head()).status == "whole"


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_shorter_file_stops_the_start(place: Place, lines: int) -> None:
    cut(place, lines)
    with pytest.raises(AuditTruncated):
        place.run(calls(1))


def test_a_trail_that_is_gone_stops_the_start(place: Place) -> None:
    place.files()[0].unlink()
    with pytest.raises(AuditTruncated, match="lines are gone"):
        place.run(calls(1))


def test_a_changed_line_stops_the_start_and_is_named(place: Place) -> None:
    (file,) = place.files()
    file.write_bytes(file.read_bytes().replace(b'"duration_ms":250', b'"duration_ms":251', 1))
    with pytest.raises(AuditDiffers) as differs:
        place.run(calls(1))
    assert str(differs.value).startswith(f"{file}:")


def test_another_log_stops_the_start(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path / "other", place.key)
    other.root.mkdir()
    other.run(calls(3))
    place.files()[0].write_bytes(other.files()[0].read_bytes())
    with pytest.raises(AuditDiffers):
        place.run(calls(1))


def test_a_journal_that_is_gone_stops_the_start(place: Place) -> None:
    place.journal.unlink()
    with pytest.raises(AuditDiffers, match="the journal knows nothing of this trail"):
        place.run(calls(1))


class TestJournalPutBack:
    """An older journal has forgotten what was spent: no crash explains what the trail says."""

    def test_that_of_the_run_before_stops_the_start(self, place: Place) -> None:
        journal = place.journal.read_bytes()

        async def refuse(audit: AuditLog) -> None:
            await audit.record(call(name="AttestationFailed", payload=None, allowed=False))

        place.run(refuse)
        place.journal.write_bytes(journal)
        with pytest.raises(AuditDiffers, match="the journal ends with line"):
            place.run(calls(0))

    @pytest.mark.parametrize("number", [1, 3])
    def test_that_of_before_a_call_that_was_answered_stops_the_start(
        self, place: Place, number: int
    ) -> None:
        lose_from_journal(place, calls(number))
        with pytest.raises(AuditDiffers):
            place.run(calls(0))

    def test_that_of_before_a_checkpoint_stops_the_start(self, place: Place) -> None:
        async def refuse(audit: AuditLog) -> None:
            for _ in range(8):
                await audit.record(call(name="PolicyViolationBlocked", allowed=False))

        async def refuse_sealed(audit: AuditLog) -> None:
            await refuse(audit)
            await audit.rotate_key(place.key)
            await refuse(audit)

        lose_from_journal(place, refuse)
        place.run(calls(0))
        lose_from_journal(place, refuse_sealed)
        with pytest.raises(AuditDiffers):
            place.run(calls(0))

    def test_that_of_before_more_than_a_crash_can_leave_stops_the_start(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("callgate.audit.crash_tail.MAX_BATCH", 8)

        async def refuse(audit: AuditLog) -> None:
            for _ in range(9):
                await audit.record(call(name="PolicyViolationBlocked", allowed=False))

        lose_from_journal(place, refuse)
        with pytest.raises(AuditDiffers):
            place.run(calls(0))

    def test_an_operator_acknowledges_it_and_what_was_ended_is_handed_to_recovery(
        self, place: Place
    ) -> None:
        journal = place.journal.read_bytes()

        async def revoke(audit: AuditLog) -> None:
            await audit.record(call(name="SessionRevoked", payload=None))

        place.run(revoke)
        place.journal.write_bytes(journal)
        recovered: list[str] = []
        place.run(
            calls(0),
            acknowledge=True,
            recover=lambda lines: recovered.extend(line.fields.get("event", "") for line in lines),
        )
        assert "SessionRevoked" in recovered
        place.run(calls(1))
        assert place.verify(place.head(), accept_acknowledged=True).status == "whole"

    def test_starts_that_died_are_no_older_journal(self, place: Place) -> None:
        def die(lines: object) -> None:
            raise InterruptedError

        async def leave_open(audit: AuditLog) -> None:
            await audit.record(call())

        lose_from_journal(place, leave_open)
        for _ in range(3):
            with pytest.raises(InterruptedError):
                place.run(calls(0), recover=die)
        place.run(calls(1))
        assert place.verify(place.head()).status == "whole"


def test_an_incomplete_last_line_is_moved_aside_and_nothing_else(place: Place) -> None:
    head = place.head()
    (file,) = place.files()
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"fields":{"torn')
    place.run(calls(1))
    (torn,) = place.trail.glob("*.torn-*")
    assert torn.read_bytes() == b'{"fields":{"torn'
    assert file.read_bytes().startswith(whole)
    assert place.verify(head, place.head()).status == "whole"


def test_a_last_line_that_the_journal_knows_is_never_taken_for_torn(place: Place) -> None:
    (file,) = place.files()
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(AuditTruncated):
        place.run(calls(1))
    assert not list(place.trail.glob("*.torn-*"))


def test_a_call_without_an_outcome_gets_one_that_says_unknown(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        await audit.record(call())

    place.run(use)
    place.run(calls(0))
    place.run(calls(0))
    event = place.lines("event")[-1]["seq"]
    unknown = [
        line["fields"] for line in place.lines("outcome") if line["fields"]["outcome"] == "unknown"
    ]
    assert unknown == [{"event": event, "outcome": "unknown"}]


def test_a_call_whose_line_a_crash_kept_out_of_the_journal_was_not_dispatched(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        await audit.record(call())

    lose_from_journal(place, use)
    place.run(calls(0))
    (unknown,) = [
        line["fields"] for line in place.lines("outcome") if line["fields"]["outcome"] == "unknown"
    ]
    assert unknown["dispatched"] is False


def test_an_open_call_of_an_older_file_is_known_too(tmp_path: Path) -> None:
    place = Place(tmp_path)

    async def use(audit: AuditLog) -> None:
        await audit.record(call())
        for _ in range(20):
            await audit.record(call(name="PolicyViolationBlocked"))

    place.run(use, sealing=SMALL)
    assert len(place.files()) > 2
    place.run(calls(0), sealing=SMALL)
    assert [line["fields"]["event"] for line in place.lines("outcome")] == [
        place.lines("event")[0]["seq"]
    ]


class TestAcknowledgement:
    """An operator's signed word lets a log go on; what is gone stays visible."""

    def test_after_a_cut_the_lost_sequences_are_not_given_out_again(self, place: Place) -> None:
        lost = place.head()
        cut(place, 2)
        place.run(calls(1), acknowledge=True)
        (line,) = place.lines("acknowledged")
        assert line["seq"] == lost.sequence + 1
        assert line["fields"]["found"]["sequence"] == lost.sequence - 2
        assert line["fields"]["expected"] == {"hash": lost.hash, "sequence": lost.sequence}
        place.run(calls(1))  # and needs no word again
        assert len(place.lines("acknowledged")) == 1

    def test_verify_says_so_and_passes_only_when_told(self, place: Place) -> None:
        lost = place.head()
        cut(place, 2)
        place.run(calls(1), acknowledge=True)
        report = place.verify(place.head())
        assert report.status == "tampered"
        assert report.fault is not None
        assert report.fault.startswith("an operator acknowledged: it ends with line")
        accepted = place.verify(place.head(), accept_acknowledged=True)
        assert accepted.status == "whole"
        assert any("the loss of lines" in notice for notice in accepted.notices)
        gone = place.verify(lost, place.head(), accept_acknowledged=True)
        assert gone.fault == f"line {lost.sequence}, which a head vouches for, is gone"

    def test_a_forged_acknowledgement_is_found(self, place: Place) -> None:
        cut(place, 2)
        thief = SecretKey.generate()
        place.run(calls(1), acknowledge=True, key=thief)
        report = place.verify(accept_acknowledged=True)
        assert report.status == "tampered"
        assert report.fault is not None
        assert "which was not given" in report.fault

    def test_nothing_that_was_there_is_touched(self, place: Place) -> None:
        (file,) = place.files()
        changed = file.read_bytes().replace(b'"duration_ms":250', b'"duration_ms":251', 1)
        file.write_bytes(changed)
        place.run(calls(1), acknowledge=True)
        assert file.read_bytes() == changed
        assert place.verify(accept_acknowledged=True).status == "tampered"
        place.run(calls(1))

    @pytest.mark.parametrize("gone", ["trail", "journal"])
    def test_a_loss_of_everything_can_be_acknowledged(self, place: Place, gone: str) -> None:
        lost = place.head()
        (place.files()[0] if gone == "trail" else place.journal).unlink()
        place.run(calls(1), acknowledge=True)
        place.run(calls(1))
        head = place.head()
        assert head.log == lost.log
        assert head.sequence > lost.sequence


def test_lines_that_never_reached_the_journal_are_handed_to_recovery(place: Place) -> None:
    async def revoke(audit: AuditLog) -> None:
        await audit.record(call(name="SessionRevoked", payload=None), state=[{"kind": "revoked"}])

    lose_from_journal(place, revoke)
    recovered: list[str] = []
    place.run(
        calls(0),
        recover=lambda lines: recovered.extend(line.fields.get("event", "") for line in lines),
    )
    assert "SessionRevoked" in recovered
    recovered.clear()
    place.run(calls(0), recover=lambda lines: recovered.extend(line.kind for line in lines))
    assert recovered == []


def test_a_start_that_dies_leaves_the_lines_for_the_next_start(place: Place) -> None:
    async def revoke(audit: AuditLog) -> None:
        await audit.record(call(name="SessionRevoked", payload=None))

    def die(lines: object) -> None:
        raise InterruptedError

    lose_from_journal(place, revoke)
    with pytest.raises(InterruptedError):
        place.run(calls(0), recover=die)
    recovered: list[str] = []
    place.run(
        calls(0),
        recover=lambda lines: recovered.extend(line.fields.get("event", "") for line in lines),
    )
    assert "SessionRevoked" in recovered


def test_a_new_log_whose_first_start_died_goes_on(tmp_path: Path) -> None:
    place = Place(tmp_path)

    def die(lines: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        place.run(calls(0), recover=die)
    place.run(calls(1))
    assert place.verify(place.head()).status == "whole"


def test_the_head_of_the_journal_is_signed(place: Place) -> None:
    head = place.head()
    assert head.verify(place.key.public_key)
    with pytest.raises(AuditError):
        Head.from_json(b"{}")
    assert Head.from_json(head.to_json()) == head


def test_an_empty_file_that_a_crash_left_is_passed_over(place: Place) -> None:
    (place.trail / "audit-000000000099.jsonl").write_bytes(b"")
    (place.trail / "audit-000000000100.jsonl").write_bytes(b'{"fie')
    place.run(calls(1), sealing=Sealing(rotate_seconds=0))
    place.run(calls(1))
    assert place.verify(place.head()).status == "whole"
