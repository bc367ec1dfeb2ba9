"""Texts and numbers of a server's schema, in the words of a policy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from callgate.cli.skeleton.kinds import NOTHING, Kinds
from callgate.cli.skeleton.names import Role
from callgate.cli.skeleton.pattern import whole_value
from callgate.cli.skeleton.resolve import LeftOut

MAX_INTEGER: Final = 2**53 - 1
_FORMATS: Final = {
    **dict.fromkeys(("uri", "url", "iri", "uri-reference", "iri-reference"), Role.URL),
    **dict.fromkeys(("hostname", "idn-hostname", "ipv4", "ipv6"), Role.HOST),
    **dict.fromkeys(("path", "file-path", "directory-path", "new-path"), Role.PATH),
}

_MOST_SHOWN: Final = 100


def string(schema: Mapping[str, Any], role: Role, kinds: Kinds) -> tuple[dict[str, Any], list[str]]:
    """A text; by its format and role one of the kinds."""
    notes: list[str] = []
    format = schema.get("format")
    if isinstance(format, str):
        role = _FORMATS.get(format, role)
        if format not in _FORMATS:
            notes.append(f"left to the server: format {format[:40]}")
    kind = kinds.get(role)
    result: dict[str, Any] = {"type": "string"} if kind is None else dict(kind.schema)
    if kind is not None and role is not Role.TEXT:
        notes += [] if kind.note is None else [kind.note]
        if role in (Role.COMMAND, Role.ARGUMENTS, Role.CODE):
            return result, notes
    for keyword in ("minLength", "maxLength"):
        number = count(schema.get(keyword))
        if number is not None and (keyword, number) != ("minLength", 0):
            result[keyword] = number
    if result.get("minLength", 0) > result.get("maxLength", MAX_INTEGER):
        raise LeftOut("no text meets its bounds")
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        translated = whole_value(pattern)
        if translated is not None:
            result["pattern"] = translated
        elif role is Role.TEXT or kind is None:
            notes.append(f"REVIEW: write what this pattern means in RE2: {_cut(pattern)}")
            return dict(NOTHING), notes
        else:
            notes.append(f"left to the server: pattern {_cut(pattern)}")
    is_bounded = "maxLength" in result or "pattern" in result
    if role is Role.TEXT and not is_bounded and kind is not None and kind.note is not None:
        notes.append(kind.note)
    return result, notes


def number(schema: Mapping[str, Any], name: str) -> tuple[dict[str, Any], list[str]]:
    """A number or integer within its bounds."""
    result: dict[str, Any] = {"type": name}
    notes: list[str] = []
    bounds = dict(schema)
    for side in ("minimum", "maximum"):
        exclusive = f"exclusive{side.capitalize()}"
        if bounds.get(exclusive) is True:  # as in draft 4
            bounds[exclusive] = bounds.pop(side, None)
        for keyword in (side, exclusive):
            bound = bounds.get(keyword)
            if type_of(bound) not in ("integer", "number"):
                continue
            assert isinstance(bound, int | float)
            if name == "number" or abs(bound) < MAX_INTEGER:  # as every integer is
                result[keyword] = bound
    least = max(result.get("minimum", -math.inf), result.get("exclusiveMinimum", -math.inf))
    most = min(result.get("maximum", math.inf), result.get("exclusiveMaximum", math.inf))
    if least > most:
        raise LeftOut("no number meets its bounds")
    multiple = bounds.get("multipleOf")
    if multiple is not None:
        if whole := count(multiple):
            result |= (
                {"type": "integer"} if whole == 1 else {"type": "integer", "multipleOf": whole}
            )
        else:
            notes.append("left to the server: multipleOf")
    if isinstance(format := schema.get("format"), str) and format not in ("int32", "int64"):
        notes.append(f"left to the server: format {format[:40]}")
    return result, notes


def meets_bounds(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether a value of an enum meets the other keywords, patterns aside."""
    if isinstance(value, str):
        least, most = count(schema.get("minLength")), count(schema.get("maxLength"))
        return (least or 0) <= len(value) <= (MAX_INTEGER if most is None else most)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    try:
        bounds, _ = number(schema, "number")
    except LeftOut:
        return False
    return bool(
        bounds.get("minimum", value) <= value <= bounds.get("maximum", value)
        and bounds.get("exclusiveMinimum", -math.inf) < value
        and value < bounds.get("exclusiveMaximum", math.inf)
        and (bounds["type"] == "number" or value % bounds.get("multipleOf", 1) == 0)
    )


def count(value: object) -> int | None:
    """A length or number of things that a policy can say."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    if abs(value) > MAX_INTEGER or value != int(value) or value < 0:
        return None
    return int(value)


def type_of(value: object) -> str | None:
    """The JSON type of a scalar that a policy can list."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        # Half a surrogate pair is no character that a file can hold.
        return None if any("\ud800" <= c <= "\udfff" for c in value) else "string"
    if isinstance(value, int):
        return "integer" if len(str(value)) <= 128 else None
    if isinstance(value, float) and math.isfinite(value):
        return "integer" if value == int(value) else "number"
    return None


def _cut(pattern: str) -> str:
    return pattern if len(pattern) <= _MOST_SHOWN else f"{pattern[:_MOST_SHOWN]}…"
