"""Feed: the blocking half of a followed source, which reads what a server has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from callgate.trust.backends.source import Anchors, Problem


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a server says at one time, in the terms of SourceState."""

    entities: Anchors = field(default_factory=dict)
    bundles: Anchors = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Lost(Exception):
    """The connection is lost. What the server said last still counts for a while."""


class Withdrawn(Exception):
    """The server takes back all that it said. It is asked again."""


class Refused(Exception):
    """The server or the settings are wrong: another try would fail too."""


class Feed(Protocol):
    """Follows one server. ``follow`` runs in a thread of its own; ``cancel`` in any other."""

    def follow(self) -> Iterator[Contents]:
        """Connects, and yields all there is, at first and after each change. Blocks.

        Raises Lost, Withdrawn or Refused. Where it ends without, it is called again soon, and what
        it yielded goes on to count.
        """

    def cancel(self) -> None:
        """Ends ``follow``, and each later one at once. An open stream ends at once as well, a
        connection that is being made within its deadline.
        """


def bounded(text: object, limit: int = 300) -> str:
    """The text of a server as it may stand in a message: one printable line of that many
    characters.
    """
    line = " ".join(str(text).split())
    printable = "".join(c if c.isprintable() else "\ufffd" for c in line[: limit + 1])
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"
