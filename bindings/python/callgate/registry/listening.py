"""Changes that other registries make: told by PostgreSQL, and asked for every second."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import URL

from callgate.registry.rows.store import CHANNEL, Store
from callgate.registry.rows.writer import StoreUnavailable

_LOG: Final = logging.getLogger("callgate.registry")
POLL_SECONDS: Final = 1.0


async def run_pull(store: Store, pull: Callable[[], Awaitable[None]]) -> None:
    """Calls ``pull`` when another registry wrote, and every POLL_SECONDS, until it is cancelled."""
    told = asyncio.Event()
    stop = threading.Event()
    thread: threading.Thread | None = None
    loop = asyncio.get_running_loop()
    if store.notifies:

        def tell() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(told.set)

        thread = threading.Thread(
            target=_listen, args=(store.url, tell, stop), name="registry-listen", daemon=True
        )
        thread.start()
    try:
        while True:
            # Not wait_for, which before Python 3.12 loses a cancellation that comes with the event.
            alarm = loop.call_later(POLL_SECONDS, told.set)
            try:
                await told.wait()
            finally:
                alarm.cancel()
            told.clear()
            try:
                await pull()
            except StoreUnavailable as error:
                _LOG.error("the database does not answer", extra={"error": str(error)})
    finally:
        stop.set()
        if thread is not None:
            await asyncio.to_thread(thread.join)


def _listen(url: URL, tell: Callable[[], None], stop: threading.Event) -> None:
    import psycopg

    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    while not stop.is_set():
        try:
            with psycopg.connect(conninfo, autocommit=True, connect_timeout=5) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                tell()
                while not stop.is_set():
                    for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                        tell()
        except psycopg.Error as error:
            _LOG.warning("changes are asked for alone", extra={"error": type(error).__name__})
            stop.wait(POLL_SECONDS)
