"""Which capabilities may be declared, so that their context allows no more than it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callgate import PolicyError, PolicySet
from callgate.cli._decision import witness_line
from callgate.cli.layout.nodes import Collection, Item
from callgate.cli.migrate.neighbours import Neighbours
from callgate.cli.migrate.tree import capabilities_of, pair_text, with_capabilities

New = Mapping[int, Sequence[Item]]
"""By the number of a capability, from 0: what stands in its place."""


def proof(context: Collection, new: New) -> tuple[set[int], dict[int, str]]:
    """Those that are proved, all together; of the others, why not.

    Mostly all are, at once. Else each is tried with those that share its tools alone, which takes
    a time that is linear in their number, and then those that are left, in ever smaller groups.
    """
    listed = capabilities_of(context).items
    everything = range(len(listed))
    if not new or _why_not(context, everything, new) is None:
        return set(new), {}
    proved: set[int] = set()
    reasons: dict[int, str] = {}
    neighbours = Neighbours(listed)
    for number, items in new.items():
        reason = _why_not(context, neighbours.of(number), {number: items})
        if reason is not None:
            reasons[number] = reason
    groups = [[number for number in new if number not in reasons]]
    while groups:
        group = groups.pop()
        if not group:
            continue
        reason = _why_not(context, everything, {n: new[n] for n in (*proved, *group)})
        if reason is None:
            proved.update(group)
        elif len(group) == 1:
            reasons[group[0]] = reason
        else:
            half = len(group) // 2
            groups += [group[half:], group[:half]]
    return proved, reasons


def _why_not(context: Collection, numbers: Sequence[int], new: New) -> str | None:
    """The context of these capabilities, with the new ones, is not within what it was."""
    listed = capabilities_of(context).items
    old = [listed[number] for number in numbers]
    items = [one for number in numbers for one in new.get(number, [listed[number]])]
    text = pair_text(with_capabilities(context, old), with_capabilities(context, items))
    try:
        pair = PolicySet.parse(text)
    except PolicyError as error:
        return f"what it becomes does not load: {error.message}"
    answer = pair.contains(parent="old", child="new")
    if answer:
        return None
    if answer.witness is not None:
        return f"it would allow more, such as {witness_line(answer.witness)}"
    return f"it is not proved to allow no more: {answer.reason}"
