"""ReplayCache: remembers used tokens and proofs in memory. ReplayStore: any other store."""

from __future__ import annotations

import hashlib
import inspect
import logging
from collections.abc import Awaitable
from typing import Any, Literal, Protocol, TypeAlias

from callgate import CallgateError
from callgate._time import milliseconds
from callgate.attestation._engine import AttestationVerdict, SeenTable

_logger = logging.getLogger(__name__)

Inserted: TypeAlias = Literal["inserted", "seen", "full", "unavailable"]

MAX_ENTRIES = 1_000_000
"""The default bound of a ReplayCache, at 40 bytes an entry."""


class AttestationUnavailable(CallgateError):
    """Keys or the replay store cannot be asked now, so nothing can be verified."""

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message, "LEDGER_UNAVAILABLE", where)


class ReplayStore(Protocol):
    """What ``verifier.replay_cache`` takes. Processes share one by what is behind it."""

    def check_and_add(self, jti: str, exp: int, /) -> bool | Awaitable[bool]:
        """Remembers ``jti`` until ``exp`` (seconds since 1970), atomically.

        True where it was new, False where it was there. The verifier passes the digest of issuer
        and ``jti``, 64 hexadecimal digits, and the end of the token's time and the skew. Any
        other answer, and any exception, refuses the token as ``unavailable``.
        """
        ...


class ReplayCache:
    """Remembers in memory which tokens and proofs were used: exact, bounded, constant time.

    No entry is dropped before it expires. When the cache is full, tokens are refused as
    ``unavailable``; one issuer, or one caller's key, gets at most half of it. Threads may share it.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        self.clear()

    def clear(self) -> None:
        """Forgets everything, so that tokens that were used verify again: for tests."""
        self._table = SeenTable(self._max_entries, max(1, self._max_entries // 2))

    @property
    def table(self) -> SeenTable:
        """The engine's table, into which it inserts as it verifies."""
        return self._table

    def check_and_add(self, jti: str, exp: float) -> bool:
        """Whether ``jti`` is new; it is remembered until ``exp``, in seconds since 1970.

        Raises AttestationUnavailable where the cache is full.
        """
        key = hashlib.sha256(jti.encode()).hexdigest()
        status = self._table.insert(key, _SHARED, milliseconds(exp), milliseconds(None))
        if status == "full":
            raise AttestationUnavailable("the replay cache is full: raise max_entries")
        return status == "inserted"

    def __len__(self) -> int:
        return len(self._table)


_SHARED = hashlib.sha256(b"callgate.attestation.ReplayCache").hexdigest()


def check_store(store: Any) -> None:
    """TypeError for what cannot remember tokens: replay protection is never off."""
    check = None if isinstance(store, type) else getattr(store, "check_and_add", None)
    if not callable(check):
        name = store.__name__ if isinstance(store, type) else type(store).__name__
        raise TypeError(
            f"a replay cache needs a method check_and_add(jti, exp), and {name} is none"
        )
    try:
        signature = inspect.signature(check)
    except ValueError:  # of some that are written in C
        return
    try:
        signature.bind("", 0)
    except TypeError as error:
        raise TypeError(f"check_and_add must take (jti, exp): {error}") from error


async def insert(store: ReplayStore, verdict: AttestationVerdict, now_ms: int) -> Inserted:
    """Commits the claim of a verdict. Never raises: what fails is ``unavailable``."""
    key, bucket, expires_at = verdict.replay_key, verdict.replay_bucket, verdict.replay_expires_at
    if key is None or bucket is None or expires_at is None:
        return "inserted"
    if type(store) is ReplayCache:  # a subclass may remember elsewhere
        return store.table.insert(key, bucket, expires_at, now_ms)
    try:
        answer: object = store.check_and_add(key, -(-expires_at // 1000))
        if inspect.isawaitable(answer):
            answer = await answer
    except Exception:
        _logger.warning("the replay cache failed, so a token is refused", exc_info=True)
        return "unavailable"
    if answer is True:
        return "inserted"
    if answer is False:
        return "seen"
    _logger.warning("the replay cache answered neither True nor False, so a token is refused")
    return "unavailable"
