"""A server's schema without references: each ``$ref`` replaced, each ``allOf`` joined."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

MAX_SCHEMAS: Final = 2000
"""Of one tool. A few references to references stand for any number of schemas."""
MAX_REFERRED: Final = 1_000_000
"""Characters of JSON that the references of one tool stand for. One long list may be referred to
by each of many schemas."""
ANNOTATIONS: Final = frozenset(("title", "description", "default", "examples", "$comment"))


class LeftOut(Exception):
    """A part of a tool that the skeleton does not declare, and why."""


class Resolver:
    """For the schemas of one tool."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._count = 0
        self._referred = 0

    def resolve(
        self, schema: Mapping[str, Any], following: tuple[str, ...]
    ) -> tuple[dict[str, Any], tuple[str, ...], list[str]]:
        """The schema, the references it came by, and what was lost. Raises LeftOut."""
        self._count += 1
        if self._count > MAX_SCHEMAS:
            raise LeftOut(f"it has more than {MAX_SCHEMAS} schemas")
        joined = dict(schema)
        notes: list[str] = []
        while "$ref" in joined or "$dynamicRef" in joined:
            dynamic = joined.pop("$dynamicRef", None)
            reference = joined.pop("$ref", dynamic)
            if reference in following:
                raise LeftOut("it holds itself")
            following = (*following, str(reference))
            _join(joined, self._target(reference), notes)
        for part in _schemas(joined.pop("allOf", [])):
            resolved, followed, lost = self.resolve(part, following)
            following = followed
            notes += lost
            _join(joined, resolved, notes)
        return joined, following, notes

    def _target(self, reference: object) -> Mapping[str, Any]:
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise LeftOut("it refers to another document")
        if reference != "#" and not reference.startswith("#/"):
            raise LeftOut("it refers to a schema by an anchor")
        target: object = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(target, Mapping) and name in target:
                target = target[name]
            else:
                raise LeftOut("it refers to a schema that is not there")
        if not isinstance(target, Mapping):
            raise LeftOut("it refers to what is no schema")
        self._referred += len(json.dumps(target))
        if self._referred > MAX_REFERRED:
            raise LeftOut(f"its references stand for more than {MAX_REFERRED} characters")
        return target


def _schemas(value: object) -> list[Mapping[str, Any]]:
    parts = value if isinstance(value, list) else []
    if False in parts:
        raise LeftOut("the server accepts nothing for it")
    return [one for one in parts if isinstance(one, Mapping)]


def _join(joined: dict[str, Any], more: Mapping[str, Any], notes: list[str]) -> None:
    """What holds of both. Of two values of one keyword the first holds, and a note says so."""
    if "properties" in joined or "properties" in more:
        joined["properties"] = _join_members(joined, more)
    for keyword, value in more.items():
        if keyword not in joined:
            joined[keyword] = value
        elif keyword == "type":
            joined[keyword] = _common_types(joined[keyword], value)
        elif keyword == "required":
            joined[keyword] = [*_list(joined[keyword]), *_list(value)]
        elif keyword == "additionalProperties" and value is False:
            joined[keyword] = False
        elif keyword not in (*ANNOTATIONS, "properties") and joined[keyword] != value:
            notes.append(f"of two keywords {keyword} one is kept")


def _join_members(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Those of both objects, without what one of them refuses by its additionalProperties."""
    members, others = (
        found if isinstance(found := schema.get("properties"), Mapping) else {}
        for schema in (one, other)
    )
    return {
        name: _both(_member(one, members, name), _member(other, others, name))
        for name in {**members, **others}
    }


def _member(schema: Mapping[str, Any], members: Mapping[str, Any], name: str) -> Any:
    return members[name] if name in members else schema.get("additionalProperties", True)


def _both(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    return (
        {"allOf": [one, other]}
        if one is not True and other is not True
        else (other if one is True else one)
    )


def _common_types(one: object, other: object) -> list[Any]:
    names, others = ([value] if isinstance(value, str) else _list(value) for value in (one, other))
    common = [
        name for name in names if name in others or (name == "integer" and "number" in others)
    ]
    if "number" in names and "integer" in others:
        common.append("integer")
    if not common:
        raise LeftOut("no value has all of its types")
    return common


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
