"""A whole policy: each capability migrated by itself, and each proved to allow no more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from callgate import PolicyError, PolicySet
from callgate.cli._collector import paused
from callgate.cli._input import input_error
from callgate.cli.layout.format import is_json
from callgate.cli.layout.nodes import Collection, Item, Node, node
from callgate.cli.layout.read import LayoutError, read
from callgate.cli.layout.write import write
from callgate.cli.migrate.capability import Tools, declared, is_short
from callgate.cli.migrate.ceilings import keep_ceilings
from callgate.cli.migrate.context import MigratedContext, Migration
from callgate.cli.migrate.proof import proof
from callgate.cli.migrate.stays import Stays, note_of, without_note
from callgate.cli.migrate.tree import capabilities_of, contexts_of, member, name_of, value_of


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
    keep_ceilings(contexts, policy)
    for context in contexts.values():
        _mark(context)
    text = write([(head, _replaced(root, contexts)) for head, root in documents])
    PolicySet.parse(text)
    return text, [one for context in contexts.values() for one in context.outcomes()]


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


def _migrate(context: Collection, tools: Tools) -> MigratedContext:
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
    return MigratedContext(context, {number: new[number] for number in sorted(proved)}, reasons)


def _mark(context: MigratedContext) -> None:
    """Writes next to each capability that stays why it does, in place of an earlier run's note."""
    for number, item in enumerate(capabilities_of(context.old).items):
        item.before = without_note(item.before)
        if reason := context.reasons.get(number):
            item.before += note_of(reason)


def _replaced(root: Node, contexts: Mapping[str, MigratedContext]) -> Node:
    assert isinstance(root, Collection)
    if root.mapping:
        return contexts[name_of(root)].new()
    for item in root.items:
        assert isinstance(item.value, Collection)
        item.value = contexts[name_of(item.value)].new()
    return root
