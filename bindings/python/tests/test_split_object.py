"""Messages taken apart, and results counted as they arrive: what the layers above are built on."""

import base64
import json
import random
from typing import Any

import callgate
import pytest
from callgate import JsonError
from callgate._native import (
    IdScanner,
    ResultMeter,
    compact_text,
    find_elements,
    find_members,
    split_object,
)


def test_each_member_is_compact_and_keeps_its_numbers() -> None:
    message = b' {"result" : {"b": 1.0,\n "a": [1e2, -0]}, "id":\t7.00}\n'
    assert split_object(message) == {"id": b"7.00", "result": b'{"a":[1e2,-0],"b":1.0}'}
    assert split_object("{}") == {}


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, bytes.decode])
def test_every_kind_of_text_is_read(kind: Any) -> None:
    assert split_object(kind(b'{"r\\u0065sult":"\\u00e9"}')) == {"result": '"é"'.encode()}


def test_no_key_means_anything() -> None:
    assert split_object(b'{"__proto__":1,"":2,"\\u0000":3}') == {
        "__proto__": b"1",
        "": b"2",
        "\0": b"3",
    }


@pytest.mark.vectors("json.json", "vectors")
def test_it_is_as_strict_as_the_parser(vector: dict[str, Any]) -> None:
    text = base64.b64decode(vector["base64"]) if "base64" in vector else vector["text"].encode()
    if vector["ok"] and text.lstrip(b" \t\r\n").startswith(b"{"):
        assert set(split_object(text)) == set(json.loads(text))
    else:
        with pytest.raises(JsonError) as refused:
            split_object(text)
        if not vector["ok"]:
            assert refused.value.code_name == vector["code"]
            assert refused.value.where == vector.get("where", refused.value.where)


def test_what_is_no_object_says_where() -> None:
    with pytest.raises(JsonError) as refused:
        split_object(b"\n [1]")
    assert refused.value.code_name == "INVALID_JSON"
    assert refused.value.where == "byte 2"


def test_more_bytes_are_taken_only_when_asked_for() -> None:
    large = b'{"result":[' + b",".join([b"1"] * 1_000_000) + b"]}"
    with pytest.raises(JsonError) as refused:
        split_object(large)
    assert refused.value.code_name == "LIMIT_EXCEEDED"
    # More bytes mean as many more values, and no more: 16 bytes for each.
    assert len(split_object(large, max_bytes=16 << 20)["result"]) == 2_000_001
    with pytest.raises(JsonError):
        split_object(large, max_bytes=len(large))


@pytest.mark.parametrize("max_bytes", ["1", 1.0, None])
def test_max_bytes_is_an_int(max_bytes: Any) -> None:
    with pytest.raises(TypeError):
        split_object(b"{}", max_bytes=max_bytes)


def test_max_bytes_is_not_negative() -> None:
    with pytest.raises(callgate.CallgateError) as refused:
        split_object(b"{}", -1)
    assert refused.value.code_name == "INVALID_ARGUMENT"


@pytest.mark.parametrize("value", [None, 1, {"a": 1}, [b"{}"]])
def test_other_types_are_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        split_object(value)
    for use in (
        ResultMeter(1).feed,
        IdScanner().feed,
        compact_text,
        lambda value: find_members(value, ["a"]),
        lambda value: find_elements(value, 1),
    ):
        with pytest.raises(TypeError):
            use(value)


def test_the_meter_agrees_with_the_parser_wherever_chunks_end() -> None:
    seed = 2006
    rng = random.Random(seed)
    for n in range(500):
        result = {"content": [{"text": '\n"é€😀/\\' * rng.randrange(4), "n": rng.random()}]}
        message = {"jsonrpc": "2.0", "x": {"result": 1}, "result": result, "id": n}
        text = json.dumps(message, indent=rng.choice([None, 1]), ensure_ascii=rng.random() < 0.5)
        data = text.replace('"result"', rng.choice(['"result"', '"r\\u0065sult"'])).encode()
        exact = len(split_object(data)["result"])
        meter = ResultMeter(exact)
        at = 0
        while at < len(data):
            size = rng.randint(1, 40)
            meter.feed(data[at : at + size])
            at += size
        assert meter.compact_bytes == exact, f"seed {seed}, message {n}: {data!r}"
        assert not meter.exceeded


@pytest.mark.vectors("json.json", "vectors")
def test_what_is_split_can_be_scanned(vector: dict[str, Any]) -> None:
    text = base64.b64decode(vector["base64"]) if "base64" in vector else vector["text"].encode()
    if not vector["ok"] or not text.lstrip(b" \t\r\n").startswith(b"{"):
        return
    for key, value in split_object(text).items():
        if key.isascii():
            begin, end, size = find_members(text, [key])[key]
            assert size == len(value)
            assert split_object(b'{"k":%b}' % compact_text(text[begin:end])) == {"k": value}


def test_a_member_stands_where_it_is_found() -> None:
    text = b' { "a": [1.0, 2],\n"b" : "\\ud83d" } '
    assert find_members(text, ["a", "b", "c"]) == {"a": (8, 16, 7), "b": (24, 32, 8)}
    assert find_elements(text[8:16], 2) == [(1, 4, 3), (6, 7, 1)]
    assert compact_text(text) == b'{"a":[1.0,2],"b":"\\ud83d"}'
    with pytest.raises(JsonError) as refused:
        find_elements(b"[1,2]", 1)
    assert refused.value.code_name == "LIMIT_EXCEEDED"
    with pytest.raises(JsonError) as refused:
        find_members(b'{"a":1,"a":2}', ["a"])
    assert (refused.value.code_name, refused.value.where) == ("INVALID_JSON", "byte 11")


def test_one_byte_over_the_limit_exceeds_it() -> None:
    meter = ResultMeter(limit=3)
    meter.feed(b'{"result": 123')
    assert (meter.compact_bytes, meter.exceeded) == (3, False)
    meter.feed(memoryview(b"4, "))
    assert (meter.compact_bytes, meter.exceeded) == (4, True)


def test_the_limit_of_a_meter_is_an_int_from_zero() -> None:
    for limit in (-1, 1.5, "1", None, 2**64):
        with pytest.raises(TypeError):
            ResultMeter(limit)  # type: ignore[arg-type]
