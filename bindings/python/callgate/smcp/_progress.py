"""A reply that begins with lines about progress, while the tool runs; the answer comes after."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

OnProgress: TypeAlias = Callable[[float, float | None, str | None], Awaitable[None]]
"""(progress, total, message) of an MCP ``notifications/progress``."""

NDJSON: Final = "application/x-ndjson"
_BEGINNING: Final = b'{"progress":'
_LONGEST: Final = 64 << 10  # bytes of such a line


def is_progress(headers: Mapping[str, str]) -> bool:
    """Whether a reply with these headers begins so. Their names are in any case."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == NDJSON


class Progress(NamedTuple):
    """How far a tool is, in units of its own."""

    progress: float
    total: float | None
    message: str | None


class ProgressLines:
    """Takes such a reply apart, chunk by chunk. Not thread-safe.

    Lines that begin with ``{"progress":`` are told; the first that does not is the answer, with all
    that follows. What is malformed in a line about progress is left out.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._answering = False

    def feed(self, chunk: bytes) -> tuple[list[Progress], bytes]:
        """What the chunk tells of progress, and which bytes of the answer it completes."""
        told: list[Progress] = []
        self._rest += chunk
        at = 0
        while not self._answering:
            end = self._rest.find(b"\n", at)
            length = (len(self._rest) if end < 0 else end) - at
            beginning = _BEGINNING[: len(self._rest) - at]
            # A line that is too long is no progress, and no answer either: it will not be read.
            if length > _LONGEST or not self._rest.startswith(beginning, at):
                self._answering = True
            elif end < 0:
                break
            else:
                told += _read(self._rest[at:end])
                at = end + 1
        self._rest = self._rest[at:]
        return told, self.end() if self._answering else b""

    def end(self) -> bytes:
        """What is left when the reply is over."""
        rest, self._rest = self._rest, b""
        return rest


def _read(line: bytes) -> list[Progress]:
    """One, or none where the line is malformed."""
    try:
        members: Any = json.loads(line)["progress"]
        progress, total, message = map(members.get, ("progress", "total", "message"))
    except (ValueError, RecursionError, TypeError, AttributeError):
        return []
    if not _is_number(progress) or not (total is None or _is_number(total)):
        return []
    return [Progress(progress, total, message)] if isinstance(message, str | None) else []


def _is_number(value: Any) -> bool:
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:  # an integer that no float holds
        return False
