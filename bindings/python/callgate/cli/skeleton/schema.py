"""A server's JSON Schema as the schema of a declared argument: never one that accepts more
unsaid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from callgate.cli.skeleton import names, scalars
from callgate.cli.skeleton.converted import Converted, Place
from callgate.cli.skeleton.kinds import CLOSED, Kinds
from callgate.cli.skeleton.members import members
from callgate.cli.skeleton.names import Role
from callgate.cli.skeleton.resolve import ANNOTATIONS, LeftOut, Resolver

MAX_DEPTH: Final = 10
MAX_BRANCHES: Final = 8
_NOT_JUDGED: Final = (
    *("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies"),
    *("contains", "minContains", "maxContains", "additionalItems", "unevaluatedItems"),
    *("patternProperties", "minProperties", "unevaluatedProperties"),
    *("contentEncoding", "contentMediaType", "contentSchema"),
)
_IMPLIED: Final = {
    "object": ("properties", "additionalProperties", "required"),
    "array": ("items", "prefixItems", "minItems", "maxItems"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_SCALARS: Final = ("string", "number", "boolean")


class Converter:
    """For the schemas of one tool. ``role_of`` says what a parameter is for, by its name."""

    def __init__(
        self,
        root: Mapping[str, Any],
        kinds: Kinds = CLOSED,
        role_of: Callable[[str], Role] = names.role_of,
    ) -> None:
        self._resolver = Resolver(root)
        self._kinds = kinds
        self._role_of = role_of

    def convert(self, schema: object, place: Place) -> Converted:
        """Raises LeftOut where no schema of a policy accepts some of the same values alone."""
        if schema is True:
            schema = {}
        if not isinstance(schema, Mapping):
            raise LeftOut("the server accepts nothing for it")
        if place.depth > MAX_DEPTH:
            raise LeftOut(f"schemas stand in each other more than {MAX_DEPTH} deep")
        resolved, following, notes = self._resolver.resolve(schema, place.following)
        place = Place(place.role, place.depth, following)
        if lost := [keyword for keyword in _NOT_JUDGED if keyword in resolved]:
            notes.append(f"left to the server: {', '.join(lost)}")
        converted = self._by_form(resolved, place)
        converted.notes[:0] = notes
        converted.nullable |= resolved.get("nullable") is True
        converted.default = resolved.get("default")
        return converted

    def _by_form(self, schema: dict[str, Any], place: Place) -> Converted:
        if "const" in schema:
            return _constants([schema["const"]], schema)
        if isinstance(schema.get("enum"), list):
            return _constants(schema["enum"], schema)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(schema.get(keyword), list):
                base = {
                    name: value
                    for name, value in schema.items()
                    if name != keyword and name not in ANNOTATIONS
                }
                branches = [{"allOf": [base, one]} if base else one for one in schema[keyword]]
                converted = self._any_of(branches, place)
                constants = (converted.schema or {}).get("enum", [])
                if keyword == "oneOf" and len(branches) > max(1, len(constants)):
                    converted.notes.append("oneOf is taken as anyOf: several branches may hold")
                return converted
        types = _types(schema)
        if len(types) == 1:
            return self._of_type(types[0], schema, place)
        if not types:
            return self._of_any_type(place)
        return self._any_of([{**schema, "type": one} for one in types], place, deeper=False)

    def _of_type(self, name: str, schema: dict[str, Any], place: Place) -> Converted:
        if name == "null":
            return Converted(None, nullable=True)
        if name == "string":
            return _of(*scalars.string(schema, place.role, self._kinds))
        if name in ("number", "integer"):
            return _of(*scalars.number(schema, name))
        if name == "boolean":
            return Converted({"type": "boolean"})
        if name == "array":
            return self._array(schema, place)
        if name == "object":
            return self._object(schema, place)
        raise LeftOut(f"there is no type {json.dumps(name)[:40]}")

    def _of_any_type(self, place: Place) -> Converted:
        if place.role is not Role.TEXT and place.role in self._kinds:
            return _of(*scalars.string({}, place.role, self._kinds))
        note = "REVIEW: the server does not say what it takes; lists and objects are left out"
        return Converted({"type": list(_SCALARS)}, notes=[note])

    def _any_of(self, schemas: Sequence[object], place: Place, *, deeper: bool = True) -> Converted:
        notes: list[str] = []
        branches: list[dict[str, Any]] = []
        nullable = False
        reason = "it has no branches"
        for schema in schemas:
            try:
                one = self.convert(schema, place.below() if deeper else place)
            except LeftOut as left:
                reason = str(left)
                notes.append(f"a branch is left out: {reason}")
                continue
            nullable |= one.nullable
            notes += one.notes
            if one.schema is not None:
                branches += one.schema.get("anyOf", [one.schema])
        branches = _merged(branches)
        if len(branches) > MAX_BRANCHES:
            notes.append(f"REVIEW: of {len(branches)} branches these are the first {MAX_BRANCHES}")
        notes = list(dict.fromkeys(notes))
        if not branches and not nullable:
            raise LeftOut(reason)
        if len(branches) < 2:
            return Converted(branches[0] if branches else None, nullable, notes)
        return Converted({"anyOf": branches[:MAX_BRANCHES]}, nullable, notes)

    def _array(self, schema: dict[str, Any], place: Place) -> Converted:
        items = schema.get("items", True)
        most = scalars.count(schema.get("maxItems"))
        listed = schema.get("prefixItems", items if isinstance(items, list) else None)
        if isinstance(listed, list) and listed:
            element = self._any_of(listed, place.below(), deeper=False)
            most = len(listed) if most is None else min(most, len(listed))
        else:
            element = self.convert(items, place.below())
        if place.role is Role.COMMAND and "command" in (element.schema or {}):
            return element  # the kind of a command reads a list, too
        least = scalars.count(schema.get("minItems"))
        if element.schema is None or (least is not None and most is not None and least > most):
            raise LeftOut("no list meets its bounds")
        array: dict[str, Any] = {"type": "array", "items": element.written()}
        array |= {} if least in (None, 0) else {"minItems": least}
        array |= {} if most is None else {"maxItems": most}
        if schema.get("uniqueItems") is True:
            if most is not None and most <= 64 and _is_scalar(element.schema):
                array["uniqueItems"] = True
            else:
                element.notes.append("left to the server: uniqueItems")
        return Converted(array, notes=element.notes)

    def _object(self, schema: dict[str, Any], place: Place) -> Converted:
        found = members(self.convert, self._role_of, schema, place)
        result: dict[str, Any] = {"type": "object", "properties": found.collection}
        notes = found.notes
        additional, keys = schema.get("additionalProperties"), schema.get("propertyNames")
        if isinstance(additional, Mapping) and isinstance(keys, Mapping) and keys:
            try:
                result |= self._additional(additional, keys, place, notes)
                most = scalars.count(schema.get("maxProperties"))
                if most is None:
                    notes.append("REVIEW: the server sets no maxProperties")
                result["maxProperties"] = 64 if most is None else most
            except LeftOut as left:
                notes.append(f"other members are left out: {left}")
        elif additional not in (None, False) or (additional is None and "properties" not in schema):
            notes.append("REVIEW: members that are not named here are refused")
        return Converted(result, notes=notes)

    def _additional(
        self,
        additional: Mapping[str, Any],
        names_schema: Mapping[str, Any],
        place: Place,
        notes: list[str],
    ) -> dict[str, Any]:
        member = self.convert(additional, place.below(Role.TEXT))
        keys = self.convert({"type": "string", **names_schema}, place.below(Role.TEXT))
        if member.schema is None or keys.schema is None:
            raise LeftOut("they are null alone")
        notes += [*member.notes, *keys.notes]
        return {"additionalProperties": member.written(), "propertyNames": keys.schema}


def _of(schema: dict[str, Any], notes: list[str]) -> Converted:
    return Converted(schema, notes=notes)


def _constants(values: Sequence[object], schema: Mapping[str, Any]) -> Converted:
    types = _types(schema)
    kept: list[Any] = []
    for value in values:
        name = scalars.type_of(value)
        fits = not types or name in types or (name == "integer" and "number" in types)
        if name is not None and fits and scalars.meets_bounds(value, schema):
            kept.append(value)
    kept = _distinct(kept)
    nullable = any(value is None for value in values) and (not types or "null" in types)
    others = any(scalars.type_of(value) is None and value is not None for value in values)
    notes = ["values that are lists or objects are left out"] if others else []
    rivals = [name for name in ("pattern", "enum", "anyOf", "oneOf") if name in schema]
    if lost := [name for name in rivals if schema[name] is not values]:
        notes.append(f"left to the server: {', '.join(lost)}")
    if not kept and not nullable:
        raise LeftOut("it lists no text, number or boolean")
    if not kept:
        return Converted(None, True, notes)
    one: dict[str, Any] = {"const": kept[0]} if len(kept) == 1 else {"enum": kept}
    return Converted(one, nullable, notes)


def _distinct(values: Iterable[Any]) -> list[Any]:
    """Scalars, each once: numbers by value, and never a number for a boolean."""
    found: dict[tuple[bool, Any], Any] = {}
    for value in values:
        found.setdefault((isinstance(value, bool), value), value)
    return list(found.values())


def _types(schema: Mapping[str, Any]) -> list[str]:
    named = schema.get("type")
    if isinstance(named, str):
        return [named]
    if isinstance(named, list):
        types = list(dict.fromkeys(str(one) for one in named))
        return [one for one in types if one != "integer" or "number" not in types]
    return [name for name, words in _IMPLIED.items() if any(word in schema for word in words)][:1]


def _merged(branches: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Constants in one list, plain types in one, nothing twice."""
    constants: list[object] = []
    types: list[str] = []
    rest: list[dict[str, Any]] = []
    for branch in branches:
        named = branch.get("type")
        names = named if isinstance(named, list) else [str(named)]
        if set(branch) <= {"const", "enum"}:
            constants += branch.get("enum", [branch.get("const")])
        elif set(branch) == {"type"} and "object" not in names:
            types += [name for name in names if name not in types]
        elif branch not in rest:
            rest.append(branch)
    plain: list[dict[str, Any]] = []
    constants = _distinct(constants)
    if types:
        plain.append({"type": types[0] if len(types) == 1 else types})
    if constants:
        plain.append({"const": constants[0]} if len(constants) == 1 else {"enum": constants})
    return [*plain, *rest]


def _is_scalar(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") not in ("array", "object") and "anyOf" not in schema
