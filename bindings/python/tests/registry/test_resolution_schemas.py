"""The schema stage: only where a dependency sets a mode."""

from typing import Any

import pytest
from callgate.registry.resolution.schemas import MAX_DEPTH, contains
from described import agent, found, resolver

WHOLE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "n": {"type": "integer"}},
    "required": ["id", "n"],
}
EXPECTED = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}


def asked(mode: str | None, schema: Any = EXPECTED, digest: str = "sha256:e") -> dict[str, Any]:
    return {
        "capability": "c",
        "matchMode": mode,
        "expectedSchemaCanonical": schema,
        "expectedSchemaHash": digest,
    }


def offering(schema: Any, digest: str | None) -> Any:
    return resolver(agent("p", "c", outputSchemaCanonical=schema, outputSchemaHash=digest))


@pytest.mark.parametrize(
    ("mode", "schema", "digest", "passes"),
    [
        (None, {"type": "array"}, "sha256:a", True),
        ("strict", WHOLE, "sha256:e", True),
        ("strict", EXPECTED, "sha256:a", False),
        ("strict", None, None, False),
        ("subset", WHOLE, "sha256:e", True),
        ("subset", WHOLE, "sha256:a", True),
        ("subset", {"type": "object"}, "sha256:a", False),
        ("subset", None, None, True),
        # It says that it has a schema, and what that is cannot be compared.
        ("subset", None, "sha256:a", False),
    ],
)
def test_each_match_mode_compares_hash_or_structure(
    mode: str | None, schema: Any, digest: str | None, passes: bool
) -> None:
    assert found(offering(schema, digest), asked(mode)) == ("p" if passes else None)


def test_a_dependency_without_schema_expects_nothing() -> None:
    assert found(offering(WHOLE, "sha256:a"), asked("subset", schema=None)) == "p"


def test_two_agents_with_one_hash_are_judged_each_by_its_schema() -> None:
    liar = agent("a", "c", outputSchemaCanonical={"type": "array"}, outputSchemaHash="sha256:a")
    honest = agent("b", "c", outputSchemaCanonical=WHOLE, outputSchemaHash="sha256:a")
    assert found(resolver(liar, honest), asked("subset")) == "b"


@pytest.mark.parametrize(
    ("offered", "expected", "fits"),
    [
        ({"type": "integer"}, {"type": "number"}, True),
        ({"type": "number"}, {"type": "integer"}, False),
        ({}, {"type": "string"}, True),
        ({"type": "string"}, {}, True),
        ({"type": ["string", "null"]}, {"type": "string"}, True),
        ({"type": "string"}, {"type": ["string", "null"]}, False),
        ({"type": "array", "items": {"type": "integer"}}, {"items": {"type": "number"}}, True),
        ({"type": "array", "items": {"type": "string"}}, {"items": {"type": "number"}}, False),
        ({"type": "array"}, {"items": {"type": "number"}}, False),
        ({"properties": {"a": EXPECTED}}, {"properties": {"a": WHOLE}, "required": ["a"]}, False),
        ({"properties": {"a": WHOLE}}, {"properties": {"a": EXPECTED}, "required": ["a"]}, True),
        # A field that nothing requires, one without schema, and forms that say nothing.
        ({"properties": {}}, {"properties": {"a": WHOLE}}, True),
        ({"properties": {"a": {"type": "null"}}}, {"required": ["a"]}, True),
        ({"properties": {"a": True}}, {"properties": {"a": WHOLE}, "required": ["a"]}, True),
        ({"properties": 3, "type": 7}, {"required": ["a"]}, False),
        ({}, {"required": "a", "type": [1, ""], "properties": []}, True),
        ({}, {"required": [1, None]}, True),
    ],
)
def test_required_fields_need_a_type_that_fits(
    offered: dict[str, Any], expected: dict[str, Any], fits: bool
) -> None:
    assert contains(offered, expected) is fits


def test_schemas_that_nest_without_end_do_not_fit() -> None:
    deep: dict[str, Any] = {}
    for _ in range(MAX_DEPTH):
        deep = {"items": deep}
    assert contains(deep, deep)
    assert not contains({"items": deep}, {"items": deep})
