"""Collects one message that arrives in chunks, no larger than somebody waits for."""

from __future__ import annotations

from dataclasses import dataclass

from callgate._native import IdScanner, ResultMeter
from callgate.gateway.upstreams.messages import upstream_limits


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the message may be: compact bytes of its result, raw bytes in all."""

    compact: int
    raw: int


class MessageBuffer:
    """Keeps a message while it is within its allowance, then only looks for its id.

    Not thread-safe. ``oversized`` says that the message is not kept; ``endless`` that it should be
    waited for no longer.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._kept = bytearray()
        self._size = 0
        self._meter: ResultMeter | None = None
        self._scanner: IdScanner | None = None

    def feed(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._scanner is not None:
            self._scanner.feed(chunk)
            return
        self._kept += chunk
        if self._size <= self._allowance.compact:
            return  # A compact text is never longer than what it was written from.
        if self._meter is None:
            self._meter = ResultMeter(self._allowance.compact)
            self._meter.feed(bytes(self._kept))
        else:
            self._meter.feed(chunk)
        if self._meter.exceeded or self._size > self._allowance.raw:
            self._scanner = IdScanner()
            self._scanner.feed(self._kept)
            self._kept = bytearray()

    @property
    def oversized(self) -> bool:
        return self._scanner is not None

    @property
    def endless(self) -> bool:
        return self._size > upstream_limits.MAX_SKIPPED

    @property
    def empty(self) -> bool:
        return self._size == 0

    @property
    def id_if_oversized(self) -> bytes | None:
        """Whose answer it is, as far as it was read."""
        return None if self._scanner is None else self._scanner.id

    def take(self) -> bytearray:
        """The whole message. Only while it is not ``oversized``."""
        return self._kept
