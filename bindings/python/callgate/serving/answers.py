"""Answers: the bodies of what a connection refuses by itself."""

from __future__ import annotations

from typing import Protocol

from callgate.serving.bounds import OutOfBounds
from callgate.serving.reply import Reply


class Answers(Protocol):
    """Says in the server's own words what is wrong. Must be cheap and must not raise.

    ``path`` is the request's, as it was sent; empty where there was none yet.
    """

    def malformed(self, path: str) -> Reply:
        """To what is no HTTP."""

    def refused(self, error: OutOfBounds, path: str) -> Reply:
        """To what is over a bound."""
