"""A source that follows a server: live, stale once it is lost, unavailable when that lasts."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from callgate import CallgateError
from callgate._waits import set_within
from callgate.trust.backends.feed import Contents, Feed, Lost, Refused, Withdrawn
from callgate.trust.backends.source import SourceState, Status

_LOG: Final = logging.getLogger("callgate.trust")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a followed source waits, in seconds."""

    first_answer: float = 10.0  # of start: after it, the source is unavailable until it answers
    stale: float = 300.0  # what a lost server said last counts so long
    first_retry: float = 0.2  # doubles with each failure
    last_retry: float = 15.0
    steady: float = 10.0  # a connection that lasted so long begins again with first_retry
    stop: float = 2.0  # stop waits so long for the thread


class FollowedSource:
    """A Source whose feed runs in a daemon thread. Used from one event loop; starts once."""

    def __init__(self, name: str, feed: Feed, patience: Patience | None = None) -> None:
        self.name = name
        self.state = SourceState(name, detail="not started")
        self._feed = feed
        self._patience = patience or Patience()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=f"callgate-{name}", daemon=True)
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()
        self._refusal: str | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._changed: Callable[[], None] | None = None

    async def start(self, changed: Callable[[], None]) -> None:
        """Waits for the first answer, at most ``first_answer``.

        Raises CallgateError (INVALID_ARGUMENT) where the server says that the settings are wrong.
        """
        self._loop = asyncio.get_running_loop()
        self.state = SourceState(self.name, detail="no answer yet", since=time.time())
        self._thread.start()
        waited = self._patience.first_answer
        if not await set_within(self._answered, waited):
            self._lose(f"no answer within {waited:g} s")
        if self._refusal is not None:
            await self.stop()
            raise CallgateError(self._refusal, "INVALID_ARGUMENT", self.name)
        self._changed = changed

    async def stop(self) -> None:
        """Ends the stream and its thread. One that is still connecting ends within its deadline,
        after ``stop`` returned, and changes nothing any more.
        """
        self._changed = None
        self._cancel_expiry()
        self._ending.set()
        self._feed.cancel()
        if self._thread.is_alive() and await set_within(self._ended, self._patience.stop):
            self._thread.join()  # it has nothing left to do
        self.state = SourceState(self.name, detail="stopped", since=time.time())

    # In the thread of the feed.

    def _follow(self) -> None:
        failures = 0
        while not self._ending.is_set():
            began = time.monotonic()
            if self._follow_once():
                break
            if time.monotonic() - began >= self._patience.steady:
                failures = 0
            self._ending.wait(self._pause(failures))
            failures += 1
        self._call(self._ended.set)

    def _follow_once(self) -> bool:
        """True where there is no sense in another try."""
        try:
            for contents in self._feed.follow():
                self._call(self._hear, contents)
                if self._ending.is_set():
                    return True
        except Lost as loss:
            self._call(self._lose, str(loss))
        except Withdrawn as withdrawal:
            self._call(self._withdraw, str(withdrawal))
        except Refused as refusal:
            self._call(self._refuse, str(refusal))
            return True
        except Exception as error:
            # What a library raises that it did not announce must not leave old trust unwatched.
            _LOG.exception("%s: unforeseen", self.name)
            self._call(self._lose, f"internal error ({type(error).__name__}): see the log")
        return False

    def _pause(self, failures: int) -> float:
        doubled = self._patience.first_retry * 2 ** min(failures, 30)
        longest = min(doubled, self._patience.last_retry)
        return random.uniform(longest / 2, longest)

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:  # the loop is closed: its source was never stopped
            self._ending.set()

    # In the event loop.

    def _hear(self, contents: Contents) -> None:
        self._cancel_expiry()
        self._become(
            SourceState(
                self.name,
                entities=contents.entities,
                bundles=contents.bundles,
                status="live",
                problems=contents.problems,
            )
        )

    def _lose(self, detail: str) -> None:
        if self.state.status == "unavailable":
            self._become(replace(self.state, detail=detail))
            return
        if self.state.status == "live":
            self._expiry = self._loop.call_later(self._patience.stale, self._expire)
        self._become(replace(self.state, status="stale", detail=detail))

    def _expire(self) -> None:
        self._expiry = None
        waited = f"lost for {self._patience.stale:g} s"
        self._become(SourceState(self.name, detail=f"{self.state.detail} ({waited})"))

    def _withdraw(self, detail: str) -> None:
        self._cancel_expiry()
        self._become(SourceState(self.name, detail=detail))

    def _refuse(self, detail: str) -> None:
        self._refusal = detail
        self._withdraw(detail)

    def _cancel_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def _become(self, state: SourceState) -> None:
        if self._ending.is_set():
            return
        self._answered.set()
        before, same = self.state, state.status == self.state.status
        state = replace(state, since=before.since if same else time.time())
        self.state = state
        if state == before:
            return
        self._log_change(before.status, before.detail)
        if self._changed is not None:
            self._changed()

    def _log_change(self, status: Status, detail: str | None) -> None:
        now = self.state
        if now.status != status or now.detail != detail:
            level = logging.INFO if now.status == "live" else logging.ERROR
            detail = f": {now.detail}" if now.detail else ""
            _LOG.log(level, "trust backend %s is %s%s", self.name, now.status, detail)
