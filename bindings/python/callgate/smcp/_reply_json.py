"""The JSON of a reply: strict where it is the gateway's; a result in it is as its tool wrote it."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name}, which JSON does not have")


_SPACE: Final = re.compile(r"[ \t\r\n]*")
_value = json.JSONDecoder(parse_constant=_no_constant).raw_decode
_PAYLOAD: Final = "payload"


def read_reply(body: bytes) -> dict[str, Any]:
    """The members of the one object that the body is.

    No member stands twice in it, nor in the object ``payload`` of it. Deeper down nothing but the
    grammar counts: a result may be nested, long, and hold a name twice (the last counts) or a lone
    surrogate. Raises ValueError, or RecursionError for what is nested deeper than Python reads.
    """
    text = body.decode()
    members, end = _members(text, _after_space(text, 0))
    if _after_space(text, end) != len(text):
        raise ValueError("there is more after the object")
    return members


def _members(text: str, at: int, *, outermost: bool = True) -> tuple[dict[str, Any], int]:
    """The object that begins at ``at``, and where it ends."""
    members: dict[str, Any] = {}
    _expect(text, at, "{")
    at = _after_space(text, at + 1)
    if text.startswith("}", at):
        return members, at + 1
    while True:
        _expect(text, at, '"')
        name, at = _value(text, at)
        at = _after_space(text, at)
        _expect(text, at, ":")
        at = _after_space(text, at + 1)
        if name in members:
            raise ValueError("a member stands twice")
        if outermost and name == _PAYLOAD and text.startswith("{", at):
            members[name], at = _members(text, at, outermost=False)
        else:
            members[name], at = _value(text, at)
        at = _after_space(text, at)
        if text.startswith("}", at):
            return members, at + 1
        _expect(text, at, ",")
        at = _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None, "the pattern matches nothing, too"
    return found.end()


def _expect(text: str, at: int, mark: str) -> None:
    if not text.startswith(mark, at):
        raise ValueError(f"no {mark} at character {at}")
