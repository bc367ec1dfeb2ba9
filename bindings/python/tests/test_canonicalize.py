"""canonicalize: the shared vectors, the types it takes, and PyPI rfc8785 as a peer."""

import base64
import json
import math
import random
from typing import Any

import callgate
import pytest
import rfc8785
from callgate import JsonError

LARGEST_SAFE_INTEGER = 2**53 - 1


@pytest.mark.vectors("canonical.json", "vectors")
def test_the_canonical_form_is_the_vectors(vector: dict[str, Any]) -> None:
    if vector.get("canonical") is None:
        with pytest.raises(JsonError):
            callgate.canonicalize(vector["text"])
    else:
        canonical = callgate.canonicalize(vector["text"])
        assert canonical == vector["canonical"].encode()
        assert callgate.canonicalize(canonical) == canonical


@pytest.mark.vectors("json.json", "vectors")
def test_what_is_json_is_the_vectors(vector: dict[str, Any]) -> None:
    text = base64.b64decode(vector["base64"]) if "base64" in vector else vector["text"].encode()
    if vector.get("canonical") is not None:
        assert callgate.canonicalize(text) == vector["canonical"].encode()
    elif not vector["ok"]:
        with pytest.raises(JsonError) as refused:
            callgate.canonicalize(text)
        assert refused.value.code_name == vector["code"]
        assert refused.value.where == vector.get("where", refused.value.where)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_buffer_is_read(kind: Any) -> None:
    assert callgate.canonicalize(kind(b'{"b":1,"a":2}')) == b'{"a":2,"b":1}'


def test_text_is_read_as_utf8() -> None:
    assert callgate.canonicalize('["\u20ac"]') == '["\u20ac"]'.encode()


def test_a_view_with_steps_is_read_as_its_elements() -> None:
    assert callgate.canonicalize(memoryview(b"[x1x]x")[::2]) == b"[1]"


@pytest.mark.parametrize("value", [None, 1, 1.5, {"a": 1}, ["[]"], object()])
def test_other_types_are_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match="text must be str, bytes, bytearray or memoryview"):
        callgate.canonicalize(value)


def test_a_lone_surrogate_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="lone surrogate"):
        callgate.canonicalize('["\ud800"]')


def test_an_error_says_what_and_where() -> None:
    with pytest.raises(JsonError) as refused:
        callgate.canonicalize(b'{"a":1,"a":2}')
    assert refused.value.code_name == "INVALID_JSON"
    assert refused.value.code == 9009
    assert refused.value.where is not None
    assert refused.value.where.startswith("byte ")
    assert str(refused.value).startswith(refused.value.where)


def random_text(rng: random.Random) -> str:
    planes = [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)]
    return "".join(chr(rng.randint(*rng.choice(planes))) for _ in range(rng.randint(0, 8)))


def random_number(rng: random.Random) -> int | float:
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randint(-100, 100)
    if kind == 1:
        return rng.randint(-(2**70), 2**70) >> rng.randrange(70)
    if kind == 2:
        return rng.uniform(-1, 1) * 10.0 ** rng.randint(-30, 30)
    return math.ldexp(rng.uniform(-2, 2), rng.randint(-1074, 1000))  # down to subnormals


def random_document(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.randrange(8 if depth < 4 else 6)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind in (1, 2, 3):
        return random_number(rng)
    if kind in (4, 5):
        return random_text(rng)
    if kind == 6:
        return [random_document(rng, depth + 1) for _ in range(rng.randrange(5))]
    return {random_text(rng): random_document(rng, depth + 1) for _ in range(rng.randrange(6))}


def numbers(document: Any) -> list[int | float]:
    if isinstance(document, dict):
        return [number for value in document.values() for number in numbers(value)]
    if isinstance(document, list):
        return [number for value in document for number in numbers(value)]
    return [document] if isinstance(document, (int, float)) else []


def is_large_integer(number: int | float) -> bool:
    """Whether RFC 8785 writes it as an integer that readers disagree about."""
    return LARGEST_SAFE_INTEGER < abs(number) < 1e21 and number == int(number)


def test_20000_random_documents_agree_with_rfc8785_but_for_large_integers() -> None:
    seed = 8785
    rng = random.Random(seed)
    agreed = refused = 0
    for n in range(20_000):
        document = random_document(rng)
        text = json.dumps(document, ensure_ascii=rng.random() < 0.5).encode()
        large = [number for number in numbers(document) if is_large_integer(number)]
        huge = [
            number
            for number in numbers(document)
            if isinstance(number, int) and abs(number) > LARGEST_SAFE_INTEGER
        ]
        where = f"seed {seed}, document {n}: {text!r}"
        if large or huge:
            # Both refuse integers beyond 2^53 - 1. rfc8785 still writes such a float as an integer,
            # which a reader of the canonical text cannot tell from one; we refuse that, too.
            with pytest.raises(JsonError):
                callgate.canonicalize(text)
            if huge:
                with pytest.raises(rfc8785.IntegerDomainError):
                    rfc8785.dumps(document)
            refused += 1
        else:
            assert callgate.canonicalize(text) == rfc8785.dumps(document), where
            agreed += 1
    assert agreed > 10_000
    assert refused > 1_000
