"""A context of which some capabilities declare their arguments now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callgate.cli.layout.nodes import Collection, Item
from callgate.cli.migrate.tree import capabilities_of, name_of, with_capabilities


@dataclass(frozen=True)
class Migration:
    """What became of one capability, counted from 0; ``reason`` where it stays as it is."""

    context: str
    capability: int
    reason: str | None = None


@dataclass
class MigratedContext:
    """A context as it was, and what became of its capabilities in the short form, by number.

    ``declared`` is what stands in the place of those that are migrated, and ``reasons`` why the
    others stay.
    """

    old: Collection
    declared: dict[int, list[Item]]
    reasons: dict[int, str]

    def new(self) -> Collection:
        """The context as it is now, with the comments of what it was."""
        items = []
        for number, item in enumerate(capabilities_of(self.old).items):
            new = self.declared.get(number, [item])
            if number in self.declared:
                before = [*item.before, *filter(None, [item.after]), *new[0].before]
                new = [Item(new[0].value, new[0].key, before, new[0].after), *new[1:]]
            items += new
        return with_capabilities(self.old, items)

    def revert(self, numbers: Iterable[int], reason: str) -> None:
        """Puts these back into the short form."""
        for number in numbers:
            del self.declared[number]
            self.reasons[number] = reason

    def outcomes(self) -> list[Migration]:
        """Of all that were in the short form, in their order."""
        reasons: Mapping[int, str | None] = {**dict.fromkeys(self.declared), **self.reasons}
        return [Migration(name_of(self.old), number, reasons[number]) for number in sorted(reasons)]
