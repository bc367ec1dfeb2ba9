"""One JSON object a line, with its SHA-256, so that a changed byte does not go unseen."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

_LINE: Final = re.compile(rb'\{"sha256":"([0-9a-f]{64})","batch":(\{.*\})\}')


def hashed_line(batch: bytes) -> bytes:
    """The line of ``batch``, a JSON object, with its line break."""
    return b'{"sha256":"%b","batch":%b}\n' % (hashlib.sha256(batch).hexdigest().encode(), batch)


def read_hashed_line(line: bytes) -> dict[str, Any]:
    """What ``hashed_line`` was given; ``line`` has no break. Raises ValueError."""
    match = _LINE.fullmatch(line)
    if match is None or hashlib.sha256(match[2]).hexdigest().encode() != match[1]:
        raise ValueError("the line is not as it was written")
    batch: dict[str, Any] = json.loads(match[2])
    return batch
