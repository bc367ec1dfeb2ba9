"""Enrolments: which key has spent which enrolment secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from callgate.gateway.executions.ties import EnrolmentTie
from callgate.gateway.wire.refusal import Refusal

KIND = "enrolment"
# How long a secret stays spent after the entry that the operator registered with it has ended.
KEPT_AFTER_RELEASE = 30 * 86_400
MAX_SPENT = 1_000_000


class Enrolments:
    """Secret digests and the thumbprint of the key that spent each. Owned by the event loop."""

    def __init__(
        self, *, wall: Callable[[], float] = time.time, max_spent: int = MAX_SPENT
    ) -> None:
        self._wall = wall
        self._max_spent = max_spent
        self._spent: dict[str, str] = {}
        self._released: dict[str, float] = {}

    @property
    def spent(self) -> Mapping[str, str]:
        """Digest of a secret -> thumbprint of its key."""
        return MappingProxyType(self._spent)

    def check(self, tie: EnrolmentTie, key_thumbprint: str) -> None:
        """Raises Refusal where ``spend`` would.

        ``WORKLOAD_VERIFICATION_FAILED`` where another key was first, ``LEDGER_FULL`` where no more
        can be remembered.
        """
        first = self._spent.get(tie.secret_sha256)
        if first is None and len(self._spent) >= self._max_spent:
            raise Refusal("LEDGER_FULL", retry_after=60)
        if first not in (None, key_thumbprint):
            raise Refusal("WORKLOAD_VERIFICATION_FAILED")

    def spend(self, tie: EnrolmentTie, key_thumbprint: str) -> dict[str, Any]:
        """Binds the secret to the key, and returns the journal record. Raises as ``check``."""
        self.check(tie, key_thumbprint)
        self._spent[tie.secret_sha256] = key_thumbprint
        return _record(tie.secret_sha256, key_thumbprint)

    def hold(self, tie: EnrolmentTie) -> None:
        """An entry has this secret: it stays spent while that lasts."""
        self._released.pop(tie.secret_sha256, None)

    def release(self, tie: EnrolmentTie) -> None:
        """The entry has ended: the secret stays spent for 30 days more."""
        if tie.secret_sha256 in self._spent:
            self._released[tie.secret_sha256] = self._wall()

    def drop_released(self) -> None:
        """Forgets what was released long ago."""
        before = self._wall() - KEPT_AFTER_RELEASE
        for digest in [d for d, released in self._released.items() if released < before]:
            del self._released[digest]
            self._spent.pop(digest, None)

    def snapshot(self) -> list[dict[str, Any]]:
        """Journal records that say all of this again."""
        return [
            {**_record(digest, key), "released": self._released.get(digest)}
            for digest, key in self._spent.items()
        ]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies records in order; the first key of a secret stays its key."""
        for record in records:
            if record.get("kind") == KIND:
                self._spent.setdefault(record["secret_sha256"], record["key"])
                if record.get("released") is not None:
                    self._released[record["secret_sha256"]] = record["released"]


def _record(digest: str, key: str) -> dict[str, Any]:
    return {"kind": KIND, "secret_sha256": digest, "key": key}
