"""Finds whose answer a message is without keeping it: the outermost members, others emptied."""

from __future__ import annotations

import re
from typing import Final

_OUTSIDE = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'["\\]')
_ID = re.compile(rb'"id"\s*:\s*([0-9]{1,18}|"[A-Za-z0-9_.-]{1,64}")\s*[,}]')
_MAX_OUTLINE: Final = 4096


class IdScanner:
    """Reads a JSON text in chunks, split anywhere, in constant memory.

    For messages too large to keep, or not valid: it finds an id where there is one, and proves
    nothing about the rest. Not thread-safe.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._kept = bytearray()
        self._full = False

    def feed(self, chunk: bytes | bytearray) -> None:
        at = 0
        while at < len(chunk):
            if self._escaped:
                self._keep(chunk[at : at + 1])
                self._escaped = False
                at += 1
                continue
            found = (_INSIDE if self._in_string else _OUTSIDE).search(chunk, at)
            end = len(chunk) if found is None else found.end()
            self._step(chunk, at, end, None if found is None else chunk[end - 1])
            at = end

    def _step(self, chunk: bytes | bytearray, at: int, end: int, mark: int | None) -> None:
        closes = mark in b"}]" if mark is not None and not self._in_string else False
        if closes:
            # What stood before the bracket was still inside it.
            self._keep(chunk[at : end - 1])
            self._depth -= 1
            self._keep(chunk[end - 1 : end])
            return
        self._keep(chunk[at:end])
        if mark is None:
            return
        if mark == 0x22:
            self._in_string = not self._in_string
        elif mark == 0x5C:
            self._escaped = True
        else:
            self._depth += 1

    def _keep(self, part: bytes | bytearray) -> None:
        if self._depth > 1 or self._full:
            return
        self._kept += part
        if len(self._kept) > _MAX_OUTLINE:
            self._full = True

    @property
    def id(self) -> bytes | None:
        """The id as written, if exactly one stands among the outermost members read so far."""
        if self._full:
            return None
        found: list[bytes] = _ID.findall(self._strings_blanked())
        return found[0] if len(found) == 1 else None

    def _strings_blanked(self) -> bytes:
        # A string value that spells `"id":1}` holds its quotes escaped; with the escapes gone no
        # member can be read out of it.
        return re.sub(rb"\\.", b"..", bytes(self._kept), flags=re.DOTALL)
