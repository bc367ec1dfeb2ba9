"""Page: the lines of the demonstration."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Final, final

from callgate.trust import REASONS

_ALLOW: Final = "ALLOW"
_COLUMNS: Final = 100
_VERDICT: Final = len("untrusted")
_SUBJECT: Final = len("globex-planner")
_NUMBER: Final = 9


@final
class Page:
    """``say`` takes a line; ``paint`` a text and ``green`` or ``red``, and gives it back."""

    def __init__(self, say: Callable[[str], None], paint: Callable[[str, str], str]) -> None:
        self._say = say
        self._paint = paint

    def heading(self, text: str) -> None:
        """The beginning of a part."""
        self._say("")
        self._say(text)

    def line(self, text: str) -> None:
        """A line of a part."""
        self._say(f"  {text}")

    def allowed(self, agent_id: str, text: str) -> None:
        """An agent that the registry admits."""
        self._verdict(_ALLOW, "green", agent_id, text)

    def refused(self, agent_id: str, reason: str) -> None:
        """One that it refuses, for a reason of docs/trust-reasons.md."""
        self._verdict(reason, "red", agent_id, f"403: {REASONS[reason].meaning}")

    def figure(self, milliseconds: float, text: str) -> None:
        """A row of the table."""
        self._say(f"  {milliseconds:{_NUMBER}.1f}  {text}")

    def done(self, text: str) -> None:
        """The last line."""
        self._say("")
        self._say(self._paint(text, "green"))

    def _verdict(self, verdict: str, colour: str, agent_id: str, text: str) -> None:
        before = f"  {verdict:{_VERDICT}}  {agent_id:{_SUBJECT}}  "
        first, *more = textwrap.wrap(text, _COLUMNS - len(before))
        painted = self._paint(f"{verdict:{_VERDICT}}", colour)
        self._say(f"  {painted}  {agent_id:{_SUBJECT}}  {first}")
        for line in more:
            self._say(" " * len(before) + line)
