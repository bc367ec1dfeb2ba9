"""RetryBuffer: as much as is allowed is held for the disk, and what is not is counted."""

from __future__ import annotations

from callgate.audit.entry import Entry
from callgate.audit.retry_buffer import MAX_HELD, MAX_HELD_BYTES, Counts, RetryBuffer


def line(number: int = 0, size: int = 0) -> Entry:
    return Entry("outcome", b"x" * size, str(number))


def test_lines_beyond_the_most_are_lost_and_counted() -> None:
    buffer = RetryBuffer()
    for number in range(MAX_HELD + 3):
        buffer.hold(line(number))
    entries, counts = buffer.held()
    assert entries == [line(number) for number in range(MAX_HELD)]
    assert counts == Counts(lost=3, refused=0)


def test_lines_beyond_the_most_bytes_are_lost_and_smaller_ones_are_not() -> None:
    buffer = RetryBuffer()
    half = line(size=MAX_HELD_BYTES // 2)
    buffer.hold(half)
    buffer.hold(line(size=MAX_HELD_BYTES // 2 + 1))
    buffer.hold(half)
    buffer.hold(line(size=1))
    assert buffer.held() == ([half, half], Counts(lost=2, refused=0))


def test_what_came_while_it_was_written_is_held_and_counted_on() -> None:
    buffer = RetryBuffer()
    large = line(size=MAX_HELD_BYTES)
    buffer.hold(large)
    buffer.hold(line(1, size=1))
    buffer.refuse()
    entries, counts = buffer.held()
    assert (entries, counts) == ([large], Counts(lost=1, refused=1))
    buffer.hold(line(2, size=1))
    buffer.hold(line(3))
    buffer.refuse()
    buffer.refuse()
    buffer.written(len(entries), counts)
    assert buffer.held() == ([line(3)], Counts(lost=1, refused=2))


def test_what_was_written_makes_room() -> None:
    buffer = RetryBuffer()
    large = line(size=MAX_HELD_BYTES)
    for _ in range(2):
        buffer.hold(large)
        buffer.written(1, Counts(0, 0))
    buffer.hold(large)
    assert buffer.held() == ([large], Counts(0, 0))


def test_what_is_released_is_held_no_more_and_makes_room() -> None:
    buffer = RetryBuffer()
    large = line(size=MAX_HELD_BYTES)
    buffer.hold(large)
    buffer.hold(line(1))
    buffer.hold(line(2, size=1))
    assert buffer.release() == [large, line(1)]
    assert len(buffer) == 0
    buffer.hold(large)
    assert buffer.held() == ([large], Counts(lost=1, refused=0))
