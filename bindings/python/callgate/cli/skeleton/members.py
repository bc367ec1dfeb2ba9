"""The parameters of a tool, or the members of an object, as the arguments of a capability."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from callgate import PolicyError, PolicySet
from callgate.cli.layout.nodes import Collection, Item, node, scalar
from callgate.cli.layout.write import write
from callgate.cli.skeleton.comment import comment
from callgate.cli.skeleton.converted import Converted, Place
from callgate.cli.skeleton.kinds import CLOSED, RUNS_IN
from callgate.cli.skeleton.names import Role, is_directory_to_run_in, reason_to_leave_out
from callgate.cli.skeleton.resolve import LeftOut

Convert: TypeAlias = Callable[[object, Place], Converted]
RoleOf: TypeAlias = Callable[[str], Role]


@dataclass
class Members:
    """What is declared, with comments; ``notes`` are about the whole."""

    collection: Collection
    notes: list[str] = field(default_factory=list)


def members(convert: Convert, role_of: RoleOf, schema: Mapping[str, Any], place: Place) -> Members:
    """Raises LeftOut where the server requires what is never declared by itself."""
    listed = schema.get("properties")
    properties = dict(listed) if isinstance(listed, Mapping) else {}
    required = set(_texts(schema.get("required")))
    for name in sorted(required - properties.keys()):
        # Such a member is one of the others.
        properties[name] = schema.get("additionalProperties", True)
    continued = _continuation(properties, role_of)
    beside_command = any(role_of(name) is Role.COMMAND for name in properties)
    found = Members(Collection(mapping=True, flow=True))
    for name, member in properties.items():
        if continued is not None and name == continued[1]:
            continue
        try:
            found.collection.items.append(
                _member(
                    convert,
                    name,
                    member,
                    place.below(role_of(name)),
                    is_required=name in required,
                    continued=continued,
                    runs_in=is_directory_to_run_in(name, beside_command=beside_command),
                )
            )
        except LeftOut as left:
            if name in required:
                raise LeftOut(f"it requires {name}: {left}") from left
            found.notes.append(f"{name} is left out: {left}")
    return found


def _member(
    convert: Convert,
    name: str,
    schema: object,
    place: Place,
    *,
    is_required: bool,
    continued: tuple[str, str] | None,
    runs_in: bool,
) -> Item:
    if reason := reason_to_leave_out(name):
        raise LeftOut(reason)
    converted = convert(schema, place)
    if converted.schema is None:
        raise LeftOut("it is null alone")
    written = converted.written()
    notes = converted.notes
    if runs_in and CLOSED[Role.PATH].note in notes:
        notes = [RUNS_IN if note == CLOSED[Role.PATH].note else note for note in notes]
    if continued is not None and name == continued[0]:
        if "command" not in written:
            raise LeftOut(f"it is no text that {continued[1]} could continue")
        written["command"] = {**written["command"], "args": continued[1]}
    if not is_required:
        denied = _denied_default(written, converted.default)
        if denied is None:
            written["optional"] = True
        else:
            notes.append(f"required: the server's own value, {denied}, would be denied")
    return Item(node(written), scalar(name), [comment(note) for note in dict.fromkeys(notes)])


def _continuation(properties: Mapping[str, Any], role_of: RoleOf) -> tuple[str, str] | None:
    """A command and the parameter that continues it, where there is one of each."""
    texts = [
        name
        for name, schema in properties.items()
        if isinstance(schema, Mapping)
        and schema.get("type") in ("string", "array")
        and not schema.keys() & {"enum", "const"}
    ]
    commands = [name for name in texts if role_of(name) is Role.COMMAND]
    arguments = [name for name in texts if role_of(name) is Role.ARGUMENTS]
    if len(commands) == 1 and len(arguments) == 1:
        return commands[0], arguments[0]
    return None


def _denied_default(written: Mapping[str, Any], default: object) -> str | None:
    """The server's own value for an absent argument as text, where the schema would deny it."""
    if default is None:
        return None
    capability = {"tool_pattern": "t", "arguments": {"a": node(written)}}
    text = write([("", node({"name": "c", "capabilities": [capability]}))])
    shown = json.dumps(default, ensure_ascii=False)
    try:
        allowed = PolicySet.parse(text).evaluate("c", "t", json.dumps({"a": default})).allowed
    except (PolicyError, ValueError):  # of half a surrogate pair there is no UTF-8
        allowed = False
    return None if allowed else (shown if len(shown) <= 30 else f"{shown[:29]}…")


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
