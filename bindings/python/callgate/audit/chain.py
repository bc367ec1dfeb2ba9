"""The form of a line, and how lines are chained."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Final, NamedTuple

from callgate import CallgateError, canonicalize
from callgate.audit.errors import AuditError

FORMAT: Final = "callgate-audit/1"
# What the first line of a log says of the line before it.
ORIGIN: Final = "0" * 64
# No line is longer, its line break included: what is read is bounded.
MAX_LINE: Final = 1 << 20
# What a file's name has room for.
MAX_SEQUENCE: Final = 10**12
_MEMBERS: Final = {"fields", "kind", "prev", "seq", "time"}


class Line(NamedTuple):
    """One line as it was read."""

    seq: int
    prev: str
    kind: str
    time: str
    fields: dict[str, Any]
    hash: str


def write_line(fields: bytes, kind: str, prev: str, seq: int, time: str) -> bytes:
    """The line without its break. ``fields`` is RFC 8785 text, so the line is."""
    return b'{"fields":%b,"kind":"%b","prev":"%b","seq":%d,"time":"%b"}' % (
        fields,
        kind.encode(),
        prev.encode(),
        seq,
        time.encode(),
    )


def read_line(text: bytes, *, strict: bool = True) -> Line:
    """The line without its break. Raises AuditError for all that ``write_line`` does not write.

    Not strict: where the hash is compared with one that is trusted, the spelling need not be.
    """
    try:
        members: Any = json.loads(text) if not strict or canonicalize(text) == text else None
    except (CallgateError, ValueError, RecursionError) as error:
        raise AuditError("it is not JSON that was written here") from error
    match members:
        case {
            "fields": dict(fields),
            "kind": str(kind),
            "prev": str(prev),
            "seq": int(seq),
            "time": str(time),
        } if members.keys() == _MEMBERS and type(seq) is int and 0 < seq < MAX_SEQUENCE:
            return Line(seq, prev, kind, time, fields, line_hash(text))
    raise AuditError("it is not a line of an audit trail")


def line_hash(text: bytes) -> str:
    """SHA-256 in hexadecimal of the line without its break: what the next line's ``prev`` says."""
    return hashlib.sha256(text).hexdigest()


def time_text(seconds: float) -> str:
    """UTC in RFC 3339 with milliseconds, of seconds since 1970."""
    milliseconds = int(seconds * 1000)
    return f"{_to_the_second(milliseconds // 1000)}.{milliseconds % 1000:03}Z"


@lru_cache(maxsize=4)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
