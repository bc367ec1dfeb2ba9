"""The readers below the transports, fed in every way that bytes can arrive."""

import json
import random
from collections.abc import Iterator

import pytest
from callgate import JsonError
from callgate._native import IdScanner, compact_text, find_elements, find_members
from callgate.gateway.upstreams.messages.event_stream import EventStream
from callgate.gateway.upstreams.messages.frames import read_frame
from callgate.gateway.upstreams.messages.message_buffer import Allowance, MessageBuffer

TEXTS = ['a"b', "\\", "\\\\", '{"id":9}', "[,:]", "é\u2028", "", "x" * 50, '","id":1,"', "\t"]


def value(seed: random.Random, depth: int) -> object:
    kind = seed.randrange(5 if depth else 3)
    if kind == 0:
        return seed.choice([None, True, 0, -1.5, 12345678901234567890])
    if kind <= 2:
        return seed.choice(TEXTS)
    size = seed.randrange(4)
    if kind == 3:
        return [value(seed, depth - 1) for _ in range(size)]
    return {seed.choice(TEXTS) + str(n): value(seed, depth - 1) for n in range(size)}


def objects() -> Iterator[dict[str, object]]:
    seed = random.Random(1)
    for _ in range(300):
        yield {f"{seed.choice(TEXTS)}{n}": value(seed, 4) for n in range(seed.randrange(1, 5))}


def written(one: object, seed: random.Random) -> bytes:
    return json.dumps(
        one,
        ensure_ascii=seed.random() < 0.5,
        indent=seed.choice([None, 1]),
        separators=seed.choice([(",", ":"), (", ", ": "), (" ,\t", "\r\n: ")]),
    ).encode()


def test_compact_takes_away_white_space_and_nothing_else() -> None:
    seed = random.Random(2)
    for one in objects():
        text = written(one, seed)
        short = compact_text(text)
        ascii_only = "\\u00e9" in text.decode() or text.isascii()
        assert json.loads(short) == one
        if ascii_only:
            assert short == json.dumps(one, separators=(",", ":")).encode()


def test_members_and_elements_are_what_the_text_holds() -> None:
    seed = random.Random(3)
    for one in objects():
        text = written(one, seed)
        keys = [key for key in one if key.isascii()]
        places = find_members(text, keys)
        assert sorted(places) == sorted(keys)
        for key, (begin, end, size) in places.items():
            assert json.loads(text[begin:end]) == one[key]
            short = json.dumps(one[key], separators=(",", ":"), ensure_ascii=False)
            assert size == len(short.encode())
        array = written([one, *one.values()], seed)
        elements = [json.loads(array[begin:end]) for begin, end, _ in find_elements(array, 9)]
        assert elements == [one, *one.values()]
    assert find_members(b"{}", ["a"]) == {}
    assert find_elements(b"[]", 0) == []


def test_a_message_is_read_whatever_the_order_of_its_members() -> None:
    seed = random.Random(4)
    for result in objects():
        members = [("jsonrpc", "2.0"), ("id", 7), ("result", result), ("x", {"result": {"no": 1}})]
        seed.shuffle(members)
        frame = read_frame(written(dict(members), seed))
        assert frame.id == b"7"
        assert frame.result is not None
        assert json.loads(frame.result) == result


def test_the_size_of_a_result_counts_each_string_in_its_shortest_form() -> None:
    frame = read_frame(b'{"jsonrpc":"2.0","id":1,"result":{"a": "\\u0061\\u00e9", "b": 1e2}}')
    assert frame.result == b'{"a":"\\u0061\\u00e9","b":1e2}'
    assert frame.size == len('{"a":"aé","b":1e2}'.encode())


def test_the_id_scanner_finds_the_id_of_the_message_and_no_other() -> None:
    seed = random.Random(5)
    for result in objects():
        members = [("jsonrpc", "2.0"), ("id", 7), ("result", [result]), ("id2", '"id":8}')]
        seed.shuffle(members)
        text = written(dict(members), seed)
        scanner = IdScanner()
        at = 0
        while at < len(text):
            size = seed.randrange(1, 20)
            scanner.feed(text[at : at + size])
            at += size
        assert scanner.id == b"7", text


@pytest.mark.parametrize(
    "text",
    [
        b'{"result":{"id":7}}',
        b'{"result":"\\",\\"id\\":7,\\""}',
        b'{"result":["id",7]}',
        b'{"id":7,"id":8}',
        b'{"id":{"id":7}}',
        b'{"x":"id","y":7}',
    ],
)
def test_the_id_scanner_finds_no_id_where_there_is_no_one_id(text: bytes) -> None:
    scanner = IdScanner()
    scanner.feed(text)
    assert scanner.id is None


def test_events_are_the_same_however_they_are_cut() -> None:
    stream = (
        b": comment\r\n\r\ndata: one\r\ndata:two\n\nevent: other\ndata: no\n\n"
        b'event:message\rid: 4\rdata:  {"a":1}\r\r\ndata\n\n'
        b"retry: 3\ndata: x\n\ndata: y\r\n\ndata: cut"
    )
    expected = [b"one\ntwo", b' {"a":1}', b"x", b"y"]
    for size in range(1, len(stream)):
        events = EventStream(Allowance(100, 100))
        found = []
        for at in range(0, len(stream), size):
            found += [bytes(event.take()) for event in events.feed(stream[at : at + size])]
        assert found == expected, size


def test_an_event_is_kept_no_further_than_its_allowance() -> None:
    events = EventStream(Allowance(10, 64))
    list(events.feed(b"data: "))
    for _ in range(1000):
        list(events.feed(b"x" * 100))
    assert events.current.oversized


def test_a_message_is_kept_to_the_byte_of_its_allowance() -> None:
    head, tail = b'{"result":{"t":"', b'"},"id":7}'
    for over in (0, 1):
        buffer = MessageBuffer(Allowance(100, 10_000))
        text = head + b"x" * (100 - len(b'{"t":""}') + over) + tail
        for byte in text:
            buffer.feed(bytes([byte]))
        assert buffer.oversized == bool(over)
    assert buffer.id_if_oversized == b"7"


@pytest.mark.parametrize(
    "result",
    [
        b'{"a":1,"a":2}',
        b'{"text":"\\ud83d"}',
        b'{"n":1e999}',
        b'{"n":[' + b"0," * 70_000 + b"0]}",
        b'{"n":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["twin keys", "half a pair", "no double", "many elements", "deep"],
)
def test_what_a_result_holds_is_the_servers_affair(result: bytes) -> None:
    frame = read_frame(b'{"result":%b,"jsonrpc":"2.0","id":7}' % result)
    assert (frame.id, frame.result, frame.size) == (b"7", result, len(result))


def test_an_error_needs_one_code_and_one_message() -> None:
    for error, invalid in (
        (b'{"code":-1,"message":"no","data":{"a":1,"a":2}}', False),
        (b'{"code":-1,"code":-2,"message":"no"}', True),
        (b'{"code":-1,"message":"no","m\\u0065ssage":"yes"}', True),
        (b'{"code":1.5,"message":"no"}', True),
        (b'{"code":1}', True),
        (b"[]", True),
    ):
        frame = read_frame(b'{"jsonrpc":"2.0","id":7,"error":%b}' % error)
        assert (frame.invalid, frame.error) == (invalid, None if invalid else error)


def test_an_id_is_the_same_however_it_is_spelled() -> None:
    frame = read_frame(b'{"jsonrpc":"2.0","id":"a\\/\\u0062","result":{}}')
    assert frame.id == b'"a/b"'


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"1",
        b'{"a":1',
        b"\xff",
        b'{"method":1}',
        b'{"id":1.5,"result":{}}',
        b'{"jsonrpc":"2.0","id":1,"id":1,"result":{}}',
        b'{"jsonrpc":"2.0","id":1,"\\u0069d":2,"result":{}}',
        b'{"jsonrpc":"2.0","id":1,"result":{},"result":{}}',
        b'{"jsonrpc":"2.0","id":1,"result":{}}x',
        b'{"jsonrpc":"2.0","id":1,"result":{"t":"\x01"}}',
        b'{"jsonrpc":"2.0","id":1,"result":{"t":"\xff"}}',
        b'{"jsonrpc":"2.0","id":1,"result":' + b'{"a":' * 100_000,
    ],
)
def test_what_is_no_message_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError):
        read_frame(text)
