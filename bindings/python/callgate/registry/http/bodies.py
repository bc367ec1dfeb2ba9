"""Bodies: how much of what callers send is in memory, and worked on, at one time."""

from __future__ import annotations

import asyncio
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
# Seconds before a refusal, in which the rest of its body does not come: a caller that sends long
# ones without a pause would have all of them read and thrown away. At most so many wait, each with
# 64 KiB that came already.
DELAY: Final = 1.0
DELAYED: Final = 1_000


@final
class Bodies:
    """Bounds heartbeats before their bodies are read. Of one event loop."""

    def __init__(self, body_bytes: int, share: int = PERCENT) -> None:
        """``body_bytes`` is the most of one; ``share`` what one party may have, in percent."""
        self._most = body_bytes
        self._delayed = 0
        self.bytes = Shares(WHOLE * body_bytes, share, what="bodies are being read")
        self.long = Shares(LONG_BODIES, share, what="long bodies are being read")

    async def delay(self) -> None:
        """To be awaited before Busy is answered."""
        if self._delayed >= DELAYED:
            return
        self._delayed += 1
        try:
            await asyncio.sleep(DELAY)
        finally:
            self._delayed -= 1

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
