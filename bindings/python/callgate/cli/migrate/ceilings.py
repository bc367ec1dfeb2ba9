"""What was within another context stays within it, at the price of what is migrated of it."""

from __future__ import annotations

from collections.abc import Mapping

from callgate import PolicySet
from callgate.cli.layout.nodes import Collection, Item
from callgate.cli.migrate.capability import is_short
from callgate.cli.migrate.context import MigratedContext
from callgate.cli.migrate.neighbours import share_tools
from callgate.cli.migrate.tree import capabilities_of, pair_text


def keep_ceilings(contexts: Mapping[str, MigratedContext], policy: PolicySet) -> None:
    """A capability that declares its arguments covers none in the short form.

    So of a parent those wait that are on the tools of such a one of a child; all others go on.
    ``policy`` is what the contexts were.
    """
    ceilings = [
        (parent, child)
        for parent in contexts
        for child in contexts
        if parent != child and policy.contains(parent=parent, child=child)
    ]
    is_settled = False
    while not is_settled:
        is_settled = True
        for parent, child in ceilings:
            while not _holds(contexts[parent], contexts[child]):
                is_settled = False
                _give_way(contexts[parent], contexts[child], parent, child)


def _holds(parent: MigratedContext, child: MigratedContext) -> bool:
    if not parent.declared and not child.declared:
        return True
    pair = PolicySet.parse(pair_text(parent.new(), child.new()))
    return bool(pair.contains(parent="old", child="new"))


def _give_way(
    parent: MigratedContext, child: MigratedContext, parent_name: str, child_name: str
) -> None:
    """Puts back as little as may help, of the parent before the child: one at least."""
    if parent.declared:
        below = capabilities_of(child.new()).items
        waiting = _on_tools_of(parent, [one for one in below if _is_short(one)])
        waiting = waiting or _on_tools_of(parent, below) or list(parent.declared)
        parent.revert(waiting, f"{child_name} would no longer be within {parent_name}")
        if not _is_no_wider(parent):
            parent.revert(
                list(parent.declared),
                f"it is proved only with those that {child_name} needs as they were",
            )
        return
    child.revert(list(child.declared), f"it would no longer be within {parent_name}")


def _on_tools_of(context: MigratedContext, others: list[Item]) -> list[int]:
    listed = capabilities_of(context.old).items
    return [
        number
        for number in context.declared
        if any(share_tools(listed[number], other) for other in others)
    ]


def _is_short(item: Item) -> bool:
    assert isinstance(item.value, Collection)
    return is_short(item.value)


def _is_no_wider(context: MigratedContext) -> bool:
    """With one of two back in the short form, what a deny list guesses may be another thing."""
    pair = PolicySet.parse(pair_text(context.old, context.new()))
    return bool(pair.contains(parent="old", child="new"))
