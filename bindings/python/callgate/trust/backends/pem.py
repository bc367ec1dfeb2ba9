"""Whether a file of PEM blocks is written to its end."""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = re.compile(rb"^-----(BEGIN|END) ([A-Z0-9 ]+)-----[ \t]*\r?$", re.MULTILINE)


def is_half(data: bytes) -> bool:
    """Whether a writer seems to be in the middle of it, or to have died there (RFC 7468).

    A block is not closed, the last line is a piece of a mark, or there is nothing at all, as after
    the file was truncated. What the blocks hold is not read: that is the engine's.
    """
    open_block = False
    for mark in _MARK.finditer(data):
        open_block = mark[1] == b"BEGIN"
    last = data.rstrip(b"\r\n").rpartition(b"\n")[2]
    # Even one dash: a mark begins with five, and base64 has none.
    piece = last.startswith(b"-") and _MARK.fullmatch(last) is None
    return open_block or piece or not data.strip()
