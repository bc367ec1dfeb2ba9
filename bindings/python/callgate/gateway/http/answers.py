"""AgentAnswers: what a connection refuses by itself, with the gateway's error bodies."""

from __future__ import annotations

from typing import Final, final

from callgate.gateway.wire import replies
from callgate.serving.bounds import OutOfBounds
from callgate.serving.reply import Reply


@final
class AgentAnswers:
    """In the numbers of the generation whose path was asked for."""

    def malformed(self, path: str) -> Reply:
        """To what is no HTTP."""
        return replies.malformed(replies.protocol_of(path))

    def refused(self, error: OutOfBounds, path: str) -> Reply:
        """To what is over a bound."""
        return replies.refused(error, replies.protocol_of(path))


ANSWERS: Final = AgentAnswers()
