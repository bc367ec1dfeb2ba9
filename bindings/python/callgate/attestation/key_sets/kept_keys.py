"""KeptKeys: what is known of one issuer's keys, how old that is, and who fetches it again."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, Protocol, final

from callgate import PublicKey
from callgate.attestation.key_sets.errors import KeysUnavailable
from callgate.attestation.key_sets.key_set import KeySet
from callgate.attestation.key_sets.sources import Source

_LOG: Final = logging.getLogger("callgate.attestation")


@dataclass(frozen=True, slots=True)
class Ages:
    """Seconds. Keys younger than ``fresh`` are used without a fetch, keys of ``most`` or more are
    not used, and no fetch begins for ``cool_down`` after one that failed or lacked a ``kid``.
    """

    fresh: float
    most: float
    cool_down: float


@dataclass(slots=True)
class Flight:
    """One fetch that is under way; ``done`` has a result once it is over, however it ended."""

    number: int
    began: float
    first: bool  # what was there before does not count any more: it is to be waited for
    done: Future[None] = field(default_factory=Future)


class Keys(Protocol):
    """The keys of one issuer."""

    @property
    def flights(self) -> int:
        """How many fetches have begun."""

    def ask(self, kid: str | None, before: int) -> PublicKey | KeySet | Flight | None:
        """The key of ``kid``, all keys for None, None where it is known that there is none, or the
        flight after whose end it is to be asked again. Raises KeysUnavailable.

        ``before`` is ``flights`` as the look-up began: what later ones brought is the last word.
        """

    def forget(self) -> None:
        """Drops the keys, so that the next look-up fetches them."""

    def __len__(self) -> int: ...


@final
class PinnedKeys:
    """Keys that stand in the configuration."""

    def __init__(self, keys: KeySet) -> None:
        self._keys: Final = keys

    @property
    def flights(self) -> int:
        """Always 0."""
        return 0

    def ask(self, kid: str | None, before: int) -> PublicKey | KeySet | Flight | None:
        """As ``Keys`` has it; there is never a flight."""
        return self._keys if kid is None else self._keys.get(kid)

    def forget(self) -> None:
        """Does nothing: pinned keys are never fetched."""

    def __len__(self) -> int:
        return len(self._keys)


@final
class KeptKeys:
    """Keys that are fetched, by one thread at a time. Thread-safe.

    1. Keys younger than ``fresh`` are taken as they are.
    2. Up to ``most`` they are taken too, while they are fetched again in the background.
    3. Older ones, none at all, and those of a file that was written are fetched first.
    4. An unknown ``kid`` has them fetched as well, at most once in a cool-down.
    5. After a fetch that failed, none begins within the cool-down, unless a file was written.

    The age counts from the beginning of the fetch: a key that was withdrawn while the reply was
    under way is not taken any longer than one that was withdrawn before.
    """

    def __init__(
        self,
        source: Source,
        fetch: Callable[[], KeySet],
        ages: Ages,
        clock: Callable[[], float],
        fetched: Callable[[], None],
    ) -> None:
        self._source: Final = source
        self._fetch: Final = fetch
        self._ages: Final = ages
        self._clock: Final = clock
        self._fetched: Final = fetched
        self._lock: Final = threading.Lock()
        self._flights = 0
        self._begin_again()

    @property
    def flights(self) -> int:
        """How many began until now."""
        return self._flights

    def ask(self, kid: str | None, before: int) -> PublicKey | KeySet | Flight | None:
        """As ``Keys`` has it."""
        with self._lock:
            now = self._clock()
            changed = self._source.changed()
            idle = self._flight is None
            if self._source.is_watched and not changed and idle and self._failure is None:
                self._since = now  # it was looked at just now
            keys = None if now - self._since >= self._ages.most else self._keys
            if keys is None or changed or (self._flight is not None and self._flight.first):
                if idle and not changed:
                    self._check_failure(now, before)
                return self._flight or self._take_off(now, first=True)
            found = keys if kid is None else keys.get(kid)
            if found is not None:
                if now - self._since >= self._ages.fresh and self._may_fetch(now):
                    self._take_off(now, first=False)
                return found
            return self._unknown(now, before)

    def forget(self) -> None:
        """Drops what is known; what a flight brings that began before is dropped too."""
        with self._lock:
            self._begin_again()

    def __len__(self) -> int:
        return len(self._keys or ())

    def _begin_again(self) -> None:
        self._keys: KeySet | None = None
        self._since = float("-inf")
        self._flight: Flight | None = None
        self._landed = 0  # the number of the latest flight that is over
        self._failure: KeysUnavailable | None = None
        self._failed_at = float("-inf")
        self._asked_again_at = float("-inf")

    def _unknown(self, now: float, before: int) -> Flight | None:
        if self._source.is_watched and self._failure is None:
            return None
        if self._flight is not None:
            return self._flight
        self._check_failure(now, before)
        if self._landed > before or now - self._asked_again_at < self._ages.cool_down:
            return None
        self._asked_again_at = now
        return self._take_off(now, first=False)

    def _check_failure(self, now: float, before: int) -> None:
        if self._failure is None:
            return
        if self._landed > before or now - self._failed_at < self._ages.cool_down:
            raise KeysUnavailable(self._failure.message, self._failure.where) from self._failure

    def _may_fetch(self, now: float) -> bool:
        return self._flight is None and (
            self._failure is None or now - self._failed_at >= self._ages.cool_down
        )

    def _take_off(self, now: float, *, first: bool) -> Flight:
        flight = Flight(self._flights + 1, now, first)
        # A span of the caller is the parent of the fetch's. A thread that hangs in a resolver of
        # names must not keep the process from ending.
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._fly, flight), name="jwks-fetch", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:
            raise KeysUnavailable("no thread can be started to fetch keys") from error
        self._flight = flight
        self._flights = flight.number
        return flight

    def _fly(self, flight: Flight) -> None:
        keys, failure = None, None
        try:
            keys = self._fetch()
        except KeysUnavailable as error:
            failure = error
        except Exception:  # a defect must not leave those who wait without an end
            _LOG.exception("a fetch of keys failed for a reason that was not foreseen")
            failure = KeysUnavailable("keys cannot be fetched: the log says why")
        with self._lock:
            if self._flight is flight:
                self._land(flight, keys, failure)
        self._fetched()
        flight.done.set_result(None)

    def _land(self, flight: Flight, keys: KeySet | None, failure: KeysUnavailable | None) -> None:
        self._flight = None
        self._landed = flight.number
        self._failure = failure
        if failure is None:
            self._keys, self._since = keys, flight.began
        else:
            self._failed_at = self._clock()
