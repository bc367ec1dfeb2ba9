"""Bodies: how much of what callers send is in memory, and worked on, at one time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, final

from starlette.types import Scope

from callgate.registry.members import LONG
from callgate.serving.shares import PERCENT, Party, Shares

# Bodies of the largest size that there is memory for.
WHOLE: Final = 64
# Long ones. What is parsed takes many times the memory of its text, and time of every thread.
LONG_BODIES: Final = 16


@final
class Bodies:
    """Bounds heartbeats before their bodies are read. Of one event loop."""

    def __init__(self, body_bytes: int, share: int = PERCENT) -> None:
        """``body_bytes`` is the most of one; ``share`` what one party may have, in percent."""
        self._most = body_bytes
        self.bytes = Shares(WHOLE * body_bytes, share, what="bodies are being read")
        self.long = Shares(LONG_BODIES, share, what="long bodies are being read")

    @contextmanager
    def held(self, scope: Scope, party: Party) -> Iterator[None]:
        """Around reading it and all that is done with it. Raises Busy."""
        size = self._size(scope)
        with self.bytes.held(party, size):
            if size <= LONG:
                yield
                return
            with self.long.held(party):
                yield

    def _size(self, scope: Scope) -> int:
        """What it may become: the connection lets no more come than is announced."""
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return min(int(value[:19]), self._most)
        return self._most
