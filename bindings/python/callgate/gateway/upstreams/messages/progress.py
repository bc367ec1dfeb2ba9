"""What a server says of the progress of a call, taken out of its ``notifications/progress``."""

from __future__ import annotations

from typing import Final, NamedTuple

from callgate import JsonError
from callgate._native import find_members
from callgate.gateway.upstreams.messages.frames import Frame

_TOKEN: Final = "progressToken"
_MEMBERS: Final = ("progress", "total", "message")


class Progress(NamedTuple):
    """``token`` is as it was written, ``value`` the JSON object of what is told, without it."""

    token: bytes
    value: bytes


def read_progress(frame: Frame) -> Progress | None:
    """None for any other message, and for progress of another shape.

    ``progress`` has to be a number, ``total`` a number if there is one, ``message`` a string if
    there is one. Each is as the server wrote it; other members are left out.
    """
    if frame.method != "notifications/progress" or frame.id is not None or frame.params is None:
        return None
    try:
        places = find_members(frame.params, (_TOKEN, *_MEMBERS))
    except JsonError:
        return None
    found = {name: frame.params[begin:end] for name, (begin, end, _) in places.items()}
    token = found.pop(_TOKEN, None)
    if token is None or "progress" not in found:
        return None
    for name, value in found.items():
        is_right = value.startswith(b'"') if name == "message" else _is_number(value)
        if not is_right:
            return None
    members = [b'"%b":%b' % (name.encode(), found[name]) for name in _MEMBERS if name in found]
    return Progress(token, b"{%b}" % b",".join(members))


def _is_number(value: bytes) -> bool:
    """Of a JSON value: only numbers begin so."""
    return value[0] in b"-0123456789"
