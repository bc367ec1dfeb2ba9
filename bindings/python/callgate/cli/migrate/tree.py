"""A policy's tree: its contexts, their members, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from callgate._yaml import scalar_value
from callgate.cli.layout.nodes import Collection, Item, Node, scalar
from callgate.cli.layout.write import write


def contexts_of(documents: Sequence[tuple[str, Node]]) -> Iterator[Collection]:
    """In the order of the text."""
    for _, root in documents:
        assert isinstance(root, Collection)
        if root.mapping:
            yield root
        else:
            yield from (one.value for one in root.items if isinstance(one.value, Collection))


def member(mapping: Collection, name: str) -> Item | None:
    """The item of a key."""
    return next((one for one in mapping.items if one.key and one.key.text == name), None)


def capabilities_of(context: Collection) -> Collection:
    """The list of a context that loads."""
    found = member(context, "capabilities")
    assert found is not None and isinstance(found.value, Collection)
    return found.value


def name_of(context: Collection) -> str:
    """Of a context that loads."""
    found = member(context, "name")
    return "" if found is None else str(value_of(found.value))


def value_of(node: Node) -> Any:
    """As JSON has it."""
    if not isinstance(node, Collection):
        return scalar_value(yaml.ScalarNode("", node.text, style=node.style))
    if node.mapping:
        return {one.key.text: value_of(one.value) for one in node.items if one.key is not None}
    return [value_of(one.value) for one in node.items]


def constraints_of(capability: Collection) -> dict[str, Any]:
    """Wherever they stand, the pattern of tools among them."""
    members: Mapping[str, Any] = value_of(capability)
    return {
        **{name: value for name, value in members.items() if name != "constraints"},
        **members.get("constraints", {}),
    }


def comments_in(node: Node) -> list[str]:
    """All of them, in order."""
    if not isinstance(node, Collection):
        return []
    found = [
        line
        for one in node.items
        for line in (*one.before, one.after, *comments_in(one.value))
        if line
    ]
    return [*found, *filter(None, node.tail)]


def pair_text(old: Collection, new: Collection) -> str:
    """Two versions of a context as a policy of the contexts ``old`` and ``new``."""
    pair = Collection(mapping=False, flow=False)
    for version, name in ((old, "old"), (new, "new")):
        items = [
            Item(scalar(name), one.key) if one.key and one.key.text == "name" else one
            for one in version.items
        ]
        pair.items.append(Item(Collection(mapping=True, flow=False, items=items)))
    return write([("", pair)])


def with_capabilities(context: Collection, capabilities: Sequence[Item]) -> Collection:
    """A copy that has these instead of its own."""
    old = capabilities_of(context)
    listed = Collection(False, not capabilities, list(capabilities), list(old.tail))
    return Collection(
        context.mapping,
        context.flow,
        [
            Item(listed, one.key, one.before, one.after) if one.value is old else one
            for one in context.items
        ],
        context.tail,
    )
