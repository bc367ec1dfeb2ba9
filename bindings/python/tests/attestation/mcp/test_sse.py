"""Event streams: each event whole, in whatever pieces it comes."""

import pytest
from callgate.attestation.enforcement.sse import MAX_EVENT_BYTES, EventRewriter, EventTooLong

EVENTS = b'event: message\r\nid: 1\r\ndata: {"a":1}\r\n\r\n: ping\r\n\r\ndata: {"b":2}\n\n'


def doubled(data: bytes) -> bytes:
    return data.replace(b"1", b"11")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_data_is_changed_and_the_rest_kept(size: int) -> None:
    rewriter = EventRewriter(doubled)
    pieces = [EVENTS[at : at + size] for at in range(0, len(EVENTS), size)]
    assert b"".join(rewriter.feed(piece) for piece in pieces) == (
        b'event: message\r\nid: 1\r\ndata: {"a":11}\r\n\r\n: ping\r\n\r\ndata: {"b":2}\n\n'
    )


def test_data_of_several_lines_is_one_text() -> None:
    seen: list[bytes] = []

    def note(data: bytes) -> bytes:
        seen.append(data)
        return b"{}"

    assert EventRewriter(note).feed(b"data: {\ndata:}\n\n") == b"data: {}\r\n\r\n"
    assert seen == [b"{\n}"]


def test_an_event_is_not_sent_before_it_is_whole() -> None:
    rewriter = EventRewriter(doubled)
    assert rewriter.feed(b'data: {"a":1}\n') == b""
    assert rewriter.feed(b"\n") == b'data: {"a":11}\r\n\r\n'


def test_an_event_is_bounded() -> None:
    with pytest.raises(EventTooLong):
        EventRewriter(doubled).feed(b"a" * (MAX_EVENT_BYTES + 1))
