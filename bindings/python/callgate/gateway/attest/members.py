"""read_members: the strict JSON object that a body is, with the members that are documented."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from callgate import JsonError, canonicalize
from callgate.gateway.wire.refusal import Refusal


def read_members(
    body: bytes,
    known: Mapping[str, type],
    refusal: Callable[[str], Refusal],
    *,
    ignored: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """No member twice, none that is unknown, none of another type; any may be missing.

    ``known`` has the type of each member that is read. Raises what ``refusal`` makes of a fixed
    text, in which is the name of a member at most: nothing that was sent is repeated.
    """
    try:
        # The engine's parser is the strict one; what it wrote again means one thing to any parser.
        members = json.loads(canonicalize(body))
    except JsonError:
        raise refusal("it is not one strict JSON object") from None
    if not isinstance(members, dict):
        raise refusal("it is not one strict JSON object")
    for name, value in members.items():
        if name in ignored:
            continue
        # type(), not isinstance: a boolean is an int in Python and no number in JSON.
        if name not in known:
            raise refusal("it has a member that is not documented")
        if type(value) is not known[name]:
            raise refusal(f"{name} is of another type")
    return members
