"""A whole policy: each capability migrated by itself, and each proved to allow no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from callgate import PolicyError, PolicySet
from callgate.cli._collector import paused
from callgate.cli._input import input_error
from callgate.cli.layout.format import is_json
from callgate.cli.layout.nodes import Collection, Item, Node, node
from callgate.cli.layout.read import LayoutError, read
from callgate.cli.layout.write import write
from callgate.cli.migrate.capability import Tools, declared, is_short
from callgate.cli.migrate.proof import proof
from callgate.cli.migrate.stays import Stays
from callgate.cli.migrate.tree import (
    capabilities_of,
    contexts_of,
    member,
    name_of,
    pair_text,
    value_of,
    with_capabilities,
)
from callgate.cli.skeleton.comment import comment

_MARK: Final = "# stays in the short form: "


@dataclass(frozen=True)
class Migration:
    """What became of one capability, counted from 0; ``reason`` where it stays as it is."""

    context: str
    capability: int
    reason: str | None = None


@dataclass
class _Context:
    """A context before and after, and what became of its capabilities."""

    old: Collection
    new: Collection
    outcomes: list[Migration] = field(default_factory=list)


@paused()
def migrated(
    data: bytes, name: str, tools: Sequence[Mapping[str, Any]]
) -> tuple[str, list[Migration]]:
    """The text, and what became of every capability in the short form.

    Every context is within what it was, and within each context that it was within. Raises
    PolicyError where the policy does not load, else CallgateError.
    """
    policy = PolicySet.parse(data, name)
    documents = _documents(data.decode(), name, policy)
    # A name with a star would be written as a pattern, which tools that are not known match too.
    by_name = {name: tool for tool in tools if "*" not in (name := str(tool["name"]))}
    contexts = {name_of(one): _migrate(one, by_name) for one in contexts_of(documents)}
    ceilings = [
        (parent, child)
        for parent in contexts
        for child in contexts
        if parent != child and policy.contains(parent=parent, child=child)
    ]
    _keep_ceilings(contexts, ceilings)
    for context in contexts.values():
        _mark(context)
    text = write([(head, _replaced(root, contexts)) for head, root in documents])
    PolicySet.parse(text)
    return text, [one for context in contexts.values() for one in context.outcomes]


def _documents(text: str, name: str, policy: PolicySet) -> list[tuple[str, Node]]:
    """As trees that are proved to say what was said."""
    try:
        if is_json(text, name):
            documents = [("", node(_without_nulls(json.loads(text))))]
        else:
            documents = read(text)
        is_same = PolicySet.parse(write(documents)).digest == policy.digest
    except (LayoutError, PolicyError, yaml.YAMLError, RecursionError) as error:
        raise input_error(str(error) or "it cannot be laid out", name) from error
    if not is_same:
        raise input_error("the layout that was tried would change it, and is not written", name)
    return documents


def _without_nulls(value: Any) -> Any:
    """In JSON a member that is null is absent; YAML policies have no null."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _migrate(context: Collection, tools: Tools) -> _Context:
    listed = capabilities_of(context).items
    deny = member(context, "deny_list")
    denied = [] if deny is None else value_of(deny.value)
    new: dict[int, list[Item]] = {}
    reasons: dict[int, str] = {}
    for number, item in enumerate(listed):
        assert isinstance(item.value, Collection)
        if not is_short(item.value):
            continue
        try:
            new[number] = declared(item.value, tools, denied)
        except Stays as stays:
            reasons[number] = str(stays)
    proved, unproved = proof(context, new)
    reasons.update(unproved)
    for number in proved:
        item = listed[number]
        first = new[number][0]
        first.before = [*item.before, *filter(None, [item.after]), *first.before]
    items = [one for n, item in enumerate(listed) for one in (new[n] if n in proved else [item])]
    outcomes = [
        Migration(name_of(context), number, reasons.get(number))
        for number in sorted({*proved, *reasons})
    ]
    return _Context(context, with_capabilities(context, items), outcomes)


def _keep_ceilings(contexts: Mapping[str, _Context], ceilings: Sequence[tuple[str, str]]) -> None:
    """A context that declares its arguments covers none in the short form: it waits for those."""
    while lost := next(_lost(contexts, ceilings), None):
        parent, child = lost
        if contexts[parent].new is not contexts[parent].old:
            _revert(contexts[parent], f"{child} would no longer be within {parent}")
        else:
            _revert(contexts[child], f"it would no longer be within {parent}")


def _lost(
    contexts: Mapping[str, _Context], ceilings: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    for parent, child in ceilings:
        one, other = contexts[parent], contexts[child]
        if one.new is one.old and other.new is other.old:
            continue
        pair = PolicySet.parse(pair_text(one.new, other.new))
        if not pair.contains(parent="old", child="new"):
            yield parent, child


def _revert(context: _Context, reason: str) -> None:
    context.new = context.old
    context.outcomes = [
        one if one.reason else Migration(one.context, one.capability, reason)
        for one in context.outcomes
    ]


def _mark(context: _Context) -> None:
    """Writes next to each capability that stays why it does, in place of an earlier run's note."""
    reasons = {one.capability: one.reason for one in context.outcomes}
    for number, item in enumerate(capabilities_of(context.old).items):
        item.before = [line for line in item.before if not line.startswith(_MARK)]
        if reason := reasons.get(number):
            item.before.append(comment(f"{_MARK[2:]}{reason}"))


def _replaced(root: Node, contexts: Mapping[str, _Context]) -> Node:
    assert isinstance(root, Collection)
    if root.mapping:
        return contexts[name_of(root)].new
    for item in root.items:
        assert isinstance(item.value, Collection)
        item.value = contexts[name_of(item.value)].new
    return root
