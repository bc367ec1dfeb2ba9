"""RefusalLog: says that strangers ask, and not as often as they ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

_LOG: Final = logging.getLogger("callgate.gateway")
SECONDS: Final = 10.0


class RefusalLog:
    """One line for the first request without the credential, then one every SECONDS that says how
    many more there were. Owned by the event loop; ``later`` is its ``call_later``.
    """

    def __init__(self, later: Callable[[float, Callable[[], None]], object] | None = None) -> None:
        self._later = later
        self._suppressed = 0
        self._is_waiting = False

    def refused(self) -> None:
        """One more."""
        if self._is_waiting:
            self._suppressed += 1
            return
        _LOG.warning("a request to the operator API without its credential")
        self._wait()

    def _wait(self) -> None:
        self._is_waiting = True
        later = asyncio.get_running_loop().call_later if self._later is None else self._later
        later(SECONDS, self._tell)

    def _tell(self) -> None:
        self._is_waiting = False
        if not self._suppressed:
            return
        _LOG.warning(
            "more requests to the operator API without its credential",
            extra={"count": self._suppressed, "seconds": SECONDS},
        )
        self._suppressed = 0
        self._wait()
