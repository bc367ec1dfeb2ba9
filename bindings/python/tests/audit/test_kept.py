"""Kept: as much as is allowed is held for the disk, and what is not is counted."""

from __future__ import annotations

from callgate.audit.entry import Entry
from callgate.audit.kept import MAX_KEPT, MAX_KEPT_BYTES, Counts, Kept


def line(number: int = 0, size: int = 0) -> Entry:
    return Entry("outcome", b"x" * size, str(number))


def test_lines_beyond_the_most_are_lost_and_counted() -> None:
    kept = Kept()
    for number in range(MAX_KEPT + 3):
        kept.hold(line(number))
    entries, counts = kept.held()
    assert entries == [line(number) for number in range(MAX_KEPT)]
    assert counts == Counts(lost=3, refused=0)


def test_lines_beyond_the_most_bytes_are_lost_and_smaller_ones_are_not() -> None:
    kept = Kept()
    half = line(size=MAX_KEPT_BYTES // 2)
    kept.hold(half)
    kept.hold(line(size=MAX_KEPT_BYTES // 2 + 1))
    kept.hold(half)
    kept.hold(line(size=1))
    assert kept.held() == ([half, half], Counts(lost=2, refused=0))


def test_what_came_while_it_was_written_is_held_and_counted_on() -> None:
    kept = Kept()
    large = line(size=MAX_KEPT_BYTES)
    kept.hold(large)
    kept.hold(line(1, size=1))
    kept.refuse()
    entries, counts = kept.held()
    assert (entries, counts) == ([large], Counts(lost=1, refused=1))
    kept.hold(line(2, size=1))
    kept.hold(line(3))
    kept.refuse()
    kept.refuse()
    kept.written(len(entries), counts)
    assert kept.held() == ([line(3)], Counts(lost=1, refused=2))


def test_what_was_written_makes_room() -> None:
    kept = Kept()
    large = line(size=MAX_KEPT_BYTES)
    for _ in range(2):
        kept.hold(large)
        kept.written(1, Counts(0, 0))
    kept.hold(large)
    assert kept.held() == ([large], Counts(0, 0))


def test_what_is_released_is_held_no_more_and_makes_room() -> None:
    kept = Kept()
    large = line(size=MAX_KEPT_BYTES)
    kept.hold(large)
    kept.hold(line(1))
    kept.hold(line(2, size=1))
    assert kept.release() == [large, line(1)]
    assert len(kept) == 0
    kept.hold(large)
    assert kept.held() == ([large], Counts(lost=1, refused=0))
