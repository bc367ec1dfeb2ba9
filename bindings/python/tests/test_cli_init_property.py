"""policy init on random schemas: what the policy allows, the server's schema allows."""

import json
import random
import re
from typing import Any

import jsonschema
import pytest
from callgate import PolicySet
from callgate.cli.skeleton.document import skeleton
from callgate.cli.skeleton.pattern import whole_value

SAID = ("left to the server", "taken as anyOf", "of two keywords")
"""Of what is wider than the server's schema a comment says so."""

LEAVES: list[Any] = [None, True, 0, 1, 2.5, -3, 1e300, "", "a", "ab", "a\nb", "7", "é"]
KEYS = ("a", "b", "path", "env", "items")


def schema(rng: random.Random, depth: int = 0) -> Any:
    """A JSON Schema, now and then an odd one."""
    found: dict[str, Any] = {}
    kind = rng.choice(["type", "types", "enum", "const", "anyOf", "oneOf", "allOf", "none"])
    inner = [] if depth > 2 else ["object", "array"]
    if kind == "type":
        found["type"] = rng.choice(["string", "number", "integer", "boolean", *inner])
    elif kind == "types":
        found["type"] = rng.sample(["string", "number", "integer", "null", *inner], 2)
    elif kind == "enum":
        found["enum"] = rng.sample([*LEAVES, [1], {"a": 1}], rng.randint(1, 4))
    elif kind == "const":
        found["const"] = rng.choice(LEAVES)
    elif kind in ("anyOf", "oneOf", "allOf") and depth < 3:
        found[kind] = [schema(rng, depth + 1) for _ in range(rng.randint(1, 3))]
    keywords: dict[str, list[Any]] = {
        "minLength": [0, 1, 2], "maxLength": [0, 1, 5], "minimum": [0, 1.5], "maximum": [2, 0],
        "exclusiveMinimum": [0, 1], "multipleOf": [1, 2, 0.5], "minItems": [0, 1],
        "maxItems": [1, 2], "uniqueItems": [True], "pattern": ["^a", "b$", "^[ab]+$", "a|b", "^.$"],
        "not": [{"const": "a"}], "minProperties": [1], "format": ["date"],
        "additionalProperties": [False, True, {"type": "string"}],
    }  # fmt: skip
    for keyword, values in keywords.items():
        if rng.random() < 0.08:
            found[keyword] = rng.choice(values)
    if depth < 3 and rng.random() < 0.4:
        found["items"] = schema(rng, depth + 1)
        names = rng.sample(KEYS, rng.randint(0, 3))
        found["properties"] = {name: schema(rng, depth + 1) for name in names}
        found["required"] = rng.sample(KEYS, rng.randint(0, 1))
    return found


def value(rng: random.Random, depth: int = 0) -> Any:
    if depth < 3 and rng.random() < 0.25:
        return [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    if depth < 3 and rng.random() < 0.3:
        names = rng.sample(KEYS, rng.randint(0, 2))
        return {name: value(rng, depth + 1) for name in names}
    return rng.choice(LEAVES)


@pytest.mark.parametrize("seed", range(8))
def test_a_skeleton_is_within_the_schema_of_the_server(seed: int) -> None:
    rng = random.Random(seed)
    allowed = 0
    for _ in range(150):
        given = {"type": "object", "properties": {"a": schema(rng)}, "required": ["a"]}
        found = skeleton([{"name": "t", "inputSchema": given}], "c")
        if found.left_out or any(said in found.text for said in SAID):
            continue
        policy = PolicySet.parse(found.text)
        judge = jsonschema.Draft202012Validator(given)
        for _ in range(40):
            arguments = {"a": value(rng)}
            if policy.evaluate("c", "t", json.dumps(arguments)).allowed:
                allowed += 1
                assert judge.is_valid(arguments), f"{given} {arguments} {found.text}"
    assert allowed > 200


def compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_a_pattern_is_within_that_of_the_server(seed: int) -> None:
    rng = random.Random(seed)
    pieces = ["^", "$", "a", "b", ".", "|", "(", ")", "[ab]", "[^a]", "+", "*", "\\.", "\\d", "\\w"]
    texts = ["", "a", "b", "ab", "ba", "a\nb", "7", ".", "aab", "b.a", "\n", "_"]
    tried = 0
    for _ in range(1500):
        pattern = "".join(rng.choices(pieces, k=rng.randint(1, 6)))
        # As ECMA-262 has it, $ stands before no line break.
        judge = re.sub(r"(?<!\\)\$", r"\\Z", pattern)
        translated = whole_value(pattern)
        if translated is None or not compiles(judge):
            continue
        tried += 1
        arguments = {"a": {"type": "string", "pattern": translated}}
        capability = {"tool_pattern": "t", "arguments": arguments}
        policy = PolicySet.parse(json.dumps({"name": "c", "capabilities": [capability]}))
        for text in texts:
            is_allowed = policy.evaluate("c", "t", {"a": text}).allowed
            assert is_allowed == bool(re.search(judge, text)), (pattern, translated, text)
    assert tried > 200
