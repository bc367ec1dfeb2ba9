"""A closed policy for the tools that a server lists, proved to load."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callgate import PolicyError, PolicySet
from callgate.cli.layout.nodes import Collection, Item, scalar
from callgate.cli.layout.write import write
from callgate.cli.skeleton.comment import comment, first_sentence
from callgate.cli.skeleton.converted import Place
from callgate.cli.skeleton.names import Role
from callgate.cli.skeleton.resolve import LeftOut
from callgate.cli.skeleton.schema import Converter

_HINTS: Final = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_HEAD: Final = (
    "# Written from what servers say of their tools, which is no reason to trust them. Delete what",
    "# the agent does not need, and complete what a REVIEW stands above.",
)
_EXAMPLES: Final = {
    "a path": 'path: {allow: [/workspace], except: ["**/.git", "**/.env*"]}',
    "the directory": "cwd: {const: /workspace}",
    "a URL": 'url: {allow: [api.example.org]}, or uri: {schemes: [memo], allow: ["memo://notes/*"]}',
    "a host": "host: {allow: [db.example.org]}",
    "a command": "command: {allow: [{words: [npm, test]}]}",
}

_BOUNDS: Final = (
    "# A text passes whatever it says; bound it, such as:",
    '#   {type: string, pattern: "[A-Za-z0-9_-]{1,100}"}, or {type: string, maxLength: 20000}',
)


@dataclass(frozen=True)
class Skeleton:
    """``review`` counts the places to complete; ``left_out`` has tools and why."""

    text: str
    tools: tuple[str, ...]
    review: int
    left_out: tuple[tuple[str, str], ...]


def skeleton(tools: Sequence[Mapping[str, Any]], context: str) -> Skeleton:
    """``tools`` as ``tools/list`` has them, under the names that policy knows. The context's name
    is one that a policy can have.
    """
    items: list[Item] = []
    names: dict[str, None] = {}
    left_out: list[tuple[str, str]] = []
    for tool in tools:
        name = str(tool.get("name"))
        try:
            if name in names:
                raise LeftOut("there are two tools of this name")
            if "*" in name:
                raise LeftOut("its name would be a pattern, which other tools match too")
            items += _capabilities(name, tool)
            names[name] = None
        except LeftOut as left:
            left_out.append((name, str(left)))
        except RecursionError:
            left_out.append((name, "its schemas stand in each other too deep"))
    capabilities = Collection(mapping=False, flow=not items, items=items)
    capabilities.tail = [comment(f"{name} is left out: {why}") for name, why in left_out]
    name_item = Item(scalar(context), scalar("name"))
    document = Collection(mapping=True, flow=False)
    document.items = [name_item, Item(capabilities, scalar("capabilities"))]
    name_item.before = _head(write([("", document)]))
    text = write([("", document)])
    PolicySet.parse(text)
    return Skeleton(text, tuple(names), text.count("# REVIEW: "), tuple(left_out))


def _head(text: str) -> list[str]:
    """What to do, with an example of each kind that there is."""
    shut = [f"#   {form}" for what, form in _EXAMPLES.items() if f"# REVIEW: {what}" in text]
    lines = [*_HEAD, *(["# These allow nothing until then; such as:", *shut] if shut else [])]
    return lines + (list(_BOUNDS) if "# REVIEW: any text" in text else [])


def _capabilities(name: str, tool: Mapping[str, Any]) -> list[Item]:
    """One, or where the schema has branches one for each."""
    schema = tool.get("inputSchema")
    if not isinstance(schema, Mapping):
        raise LeftOut("it has no inputSchema")
    converted = Converter(schema).convert({**schema, "type": "object"}, Place(Role.TEXT, depth=0))
    assert converted.schema is not None
    objects = converted.schema.get("anyOf", [converted.schema])
    before = [*_said(tool), *map(comment, dict.fromkeys(converted.notes))]
    return [
        _proved(Item(_capability(name, one["properties"]), None, before if n == 0 else []))
        for n, one in enumerate(objects)
    ]


def _capability(name: str, arguments: Collection) -> Collection:
    items = [Item(scalar(name), scalar("tool_pattern")), Item(arguments, scalar("arguments"))]
    arguments.flow = not arguments.items
    return Collection(mapping=True, flow=False, items=items)


def _said(tool: Mapping[str, Any]) -> list[str]:
    """The server's words about a tool."""
    description = tool.get("description") or tool.get("title")
    lines = []
    if isinstance(description, str) and description.strip():
        lines.append(comment(first_sentence(description)))
    annotations = tool.get("annotations")
    if isinstance(annotations, Mapping):
        hints = [
            f"{hint}: {json.dumps(annotations[hint])}"
            for hint in _HINTS
            if isinstance(annotations.get(hint), bool)
        ]
        if hints:
            lines.append(comment(", ".join(hints)))
    return lines


def _proved(item: Item) -> Item:
    """The capability, if it loads by itself."""
    alone = Collection(mapping=True, flow=False)
    alone.items = [
        Item(scalar("c"), scalar("name")),
        Item(Collection(mapping=False, flow=False, items=[item]), scalar("capabilities")),
    ]
    try:
        PolicySet.parse(write([("", alone)]))
    except PolicyError as error:
        raise LeftOut(f"what it says cannot be said in a policy: {error.message}") from error
    except ValueError as error:  # of half a surrogate pair there is no UTF-8
        raise LeftOut("its text is no Unicode") from error
    return item
