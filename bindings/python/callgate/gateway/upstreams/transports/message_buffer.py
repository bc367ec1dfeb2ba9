"""Collects one message that arrives in chunks, no larger than somebody waits for."""

from __future__ import annotations

from dataclasses import dataclass

from callgate._native import ResultMeter
from callgate.gateway.upstreams.transports import limits
from callgate.gateway.upstreams.transports.outline import Outline


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
        self._outline: Outline | None = None

    def feed(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._outline is not None:
            self._outline.feed(chunk)
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
            self._outline = Outline()
            self._outline.feed(self._kept)
            self._kept = bytearray()

    @property
    def oversized(self) -> bool:
        return self._outline is not None

    @property
    def endless(self) -> bool:
        return self._size > limits.MAX_SKIPPED

    @property
    def empty(self) -> bool:
        return self._size == 0

    @property
    def id_if_oversized(self) -> bytes | None:
        """Whose answer it is, as far as it was read."""
        return None if self._outline is None else self._outline.id

    def take(self) -> bytearray:
        """The whole message. Only while it is not ``oversized``."""
        return self._kept
