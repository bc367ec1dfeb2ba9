"""One capability in the short form as capabilities that declare their arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from callgate.cli._tool_pattern import matches
from callgate.cli.layout.nodes import Collection, Item, Node, node, scalar
from callgate.cli.layout.write import write
from callgate.cli.migrate.short_kinds import denied_of, kinds_of, roles_of
from callgate.cli.migrate.stays import Stays
from callgate.cli.migrate.tree import comments_in, constraints_of, member
from callgate.cli.skeleton.comment import comment
from callgate.cli.skeleton.converted import Place
from callgate.cli.skeleton.kinds import Kinds
from callgate.cli.skeleton.names import Role
from callgate.cli.skeleton.resolve import LeftOut
from callgate.cli.skeleton.schema import Converter

Tools = Mapping[str, Mapping[str, Any]]
_KEPT: Final = ("rate_limit", "max_response_size", "acknowledge")
_LISTS: Final = (
    ("path_allowlist", (Role.PATH,)),
    ("domain_allowlist", (Role.URL, Role.HOST)),
    ("command_allowlist", (Role.COMMAND,)),
)


def is_short(capability: Collection) -> bool:
    """Whether it does not declare its arguments."""
    return member(capability, "arguments") is None


def declared(capability: Collection, tools: Tools, deny_list: Sequence[Any]) -> list[Item]:
    """One for all tools whose arguments are the same. Raises Stays."""
    constraints = constraints_of(capability)
    found: dict[str, tuple[list[str], Collection, list[str]]] = {}
    for name in _names(constraints["tool_pattern"], tools):
        try:
            kinds = kinds_of(constraints, denied_of(deny_list, name))
            arguments, notes = _arguments(tools[name], constraints, kinds)
        except LeftOut as left:
            raise Stays(f"{name}: {left}") from left
        text = write([("", arguments)])
        found.setdefault(text, ([], arguments, notes))[0].append(name)
    if len(found) > 1 and "rate_limit" in constraints:
        raise Stays("its rate_limit counts tools together whose arguments differ")
    items = [
        Item(_capability(names, arguments, capability), None, [comment(note) for note in notes])
        for names, arguments, notes in found.values()
    ]
    items[0].before[:0] = comments_in(capability)
    return items


def _names(patterns: str | Sequence[str], tools: Tools) -> list[str]:
    names: dict[str, None] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        matching = [pattern] if pattern in tools else []
        if "*" in pattern:
            matching = [name for name in tools if matches(pattern, name)]
        if not matching:
            raise Stays(f"no tool that is known matches {pattern}")
        names.update(dict.fromkeys(matching))
    return list(names)


def _arguments(
    tool: Mapping[str, Any], constraints: Mapping[str, Any], kinds: Kinds
) -> tuple[Collection, list[str]]:
    schema = tool.get("inputSchema")
    if not isinstance(schema, Mapping):
        raise LeftOut("it has no inputSchema")
    schema = _of_only(schema, constraints.get("only_arguments"))
    role = roles_of(constraints)
    converter = Converter(schema, kinds, role)
    converted = converter.convert({**schema, "type": "object"}, Place(Role.TEXT, depth=0))
    assert converted.schema is not None
    if "anyOf" in converted.schema:
        raise LeftOut("its arguments have branches")
    arguments: Collection = converted.schema["properties"]
    arguments.flow = not arguments.items
    for key, pattern in constraints.get("argument_patterns", {}).items():
        _add_pattern(arguments, key, pattern)
    for listed, roles in _LISTS:
        if listed in constraints and constraints.get("when_absent", "deny") == "deny":
            _require(arguments.items, [one for one in arguments.items if _role(one, role) in roles])
    return arguments, list(dict.fromkeys(converted.notes))


def _of_only(schema: Mapping[str, Any], only: Sequence[str] | None) -> Mapping[str, Any]:
    properties = schema.get("properties")
    if only is None or not isinstance(properties, Mapping):
        return schema
    required = schema.get("required")
    refused = set(required if isinstance(required, list) else ()) - set(only)
    if refused:
        raise LeftOut(f"it requires {', '.join(sorted(refused))}, which only_arguments refuses")
    kept = {name: value for name, value in properties.items() if name in only}
    return {**schema, "properties": kept}


def _add_pattern(arguments: Collection, key: str, pattern: str) -> None:
    for item in arguments.items:
        if item.key is None or item.key.text.lower() != key.lower():
            continue
        if isinstance(item.value, Collection) and member(item.value, "type") is not None:
            item.value.items = [
                one for one in item.value.items if one.key is None or one.key.text != "pattern"
            ]
            item.value.items.insert(1, Item(scalar(pattern), scalar("pattern")))


def _role(item: Item, role: Any) -> Role:
    found: Role = role("" if item.key is None else item.key.text)
    return found


def _require(items: Iterable[Item], of_list: Sequence[Item]) -> None:
    """Without any value of the list's kind the call was denied."""
    flags = [(one.value, _optional(one.value)) for one in of_list]
    if not all(flag is not None for _, flag in flags):
        return  # one is required already
    for value, flag in flags[:1]:
        assert isinstance(value, Collection) and flag is not None
        value.items.remove(flag)


def _optional(value: Node) -> Item | None:
    return member(value, "optional") if isinstance(value, Collection) else None


def _capability(names: Sequence[str], arguments: Collection, old: Collection) -> Collection:
    pattern = node(names[0] if len(names) == 1 else list(names))
    items = [Item(pattern, scalar("tool_pattern")), Item(arguments, scalar("arguments"))]
    inside = member(old, "constraints")
    places = [old, *([inside.value] if inside and isinstance(inside.value, Collection) else [])]
    for name in _KEPT:
        kept = next(filter(None, (member(place, name) for place in places)), None)
        if kept is not None:
            items.append(Item(kept.value, kept.key))
    return Collection(mapping=True, flow=False, items=items)
