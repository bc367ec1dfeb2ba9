"""Lookups: the addresses of a name, from name servers that may never answer."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Final, TypeAlias, final

from callgate.serving.leaf_names import literal_address
from callgate.serving.shares import PERCENT, Busy, Party, Shares

Resolve: TypeAlias = Callable[[str, int], list[str]]
# At one time. The system's resolver gives up after some seconds, and cannot be told to.
LOOKUPS: Final = 32


@final
class Lookups:
    """Each in a thread of its own that keeps no process from ending. Of one event loop.

    A lookup counts until its thread ends, also when its call was given up before.
    """

    def __init__(
        self, most: int = LOOKUPS, share: int = PERCENT, *, resolve: Resolve | None = None
    ) -> None:
        self.shares = Shares(most, share, what="names are being looked up")
        self._resolve = resolve or _resolve

    async def addresses(self, party: Party, host: str, port: int) -> list[str]:
        """All of them; an address is its own. ``party`` is who asks.

        Raises Busy, OSError, UnicodeError. It ends when it is cancelled.
        """
        if literal_address(host) is not None:
            return [host]
        self.shares.take(party)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def ended(found: list[str] | None, error: BaseException | None) -> None:
            self.shares.give_back(party)
            if answer.done():
                return
            if error is None:
                answer.set_result(found or [])
            else:
                answer.set_exception(error)

        def look() -> None:
            found, failed = None, None
            try:
                found = self._resolve(host, port)
            except Exception as error:
                failed = error
            try:
                loop.call_soon_threadsafe(ended, found, failed)
            except RuntimeError:
                return  # the loop is closed

        try:
            threading.Thread(target=look, name="registry-lookup", daemon=True).start()
        except RuntimeError:  # the system has no more threads
            self.shares.give_back(party)
            raise Busy("names cannot be looked up now: try again") from None
        return await answer


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
