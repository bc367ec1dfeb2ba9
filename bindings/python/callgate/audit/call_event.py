"""CallEvent: the event of a call that was allowed."""

from __future__ import annotations

from typing import ClassVar, Final, final

from callgate import Decision
from callgate._native import call_event
from callgate.audit.events import Event, EventName, event_of_decision
from callgate.audit.record import MAX_TEXT
from callgate.audit.redaction import MAX_SCANNED, Redaction


@final
class CallEvent:
    """What ``event_of_decision`` makes of a decision that allows, and the same text.

    There is one with every call, so the engine writes it, straight from the decision. Where
    something has to be left out or cut off, it does not, and the event is made the long way.
    """

    __slots__ = ("_decision", "_envelope", "_peer", "_trace_id")

    name: ClassVar[EventName] = "ToolCallAuthorized"

    def __init__(
        self,
        decision: Decision,
        envelope: bytes,
        *,
        trace_id: str | None = None,
        peer: str | None = None,
    ) -> None:
        """``envelope`` are the bytes that the decision was made from. Raises ValueError."""
        if not decision:
            raise ValueError("the decision denies")
        self._decision: Final = decision
        self._envelope: Final = envelope
        self._trace_id: Final = trace_id
        self._peer: Final = peer

    @property
    def forwarded(self) -> bool:
        """Whether a line of kind ``outcome`` follows."""
        return self._decision.method == "tools/call"

    def text(self, redaction: Redaction) -> bytes:
        """The fields of its line."""
        written = call_event(
            self._decision, self._envelope, self._trace_id, self._peer, MAX_TEXT, MAX_SCANNED
        )
        if written is not None:
            text, payload = written
            if redaction.shows_whole(self._decision.tool, payload):
                return text
        return self.in_full().text(redaction)

    def in_full(self) -> Event:
        """The same event with all its fields."""
        return event_of_decision(
            self._decision, self._envelope, trace_id=self._trace_id, peer=self._peer
        )
