"""What the process is told by signals: to stop, to stop at once, to read files again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import final


@final
class Signals:
    """SIGTERM and SIGINT set ``stop``, a second one ``hurry``, SIGHUP sets ``reload``."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()
        self.reload = asyncio.Event()

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """While the block runs, signals come here. In the main thread only."""
        loop = asyncio.get_running_loop()
        handlers = {
            signal.SIGTERM: self._stop,
            signal.SIGINT: self._stop,
            signal.SIGHUP: self.reload.set,
        }
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        if self.stop.is_set():
            self.hurry.set()
        self.stop.set()
