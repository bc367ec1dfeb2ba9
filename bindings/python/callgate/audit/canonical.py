"""canonical: RFC 8785 text of what callgate itself puts together."""

from __future__ import annotations

import json
from typing import Any, Final

from callgate import canonicalize
from callgate._native import flat_object

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


def canonical(fields: dict[str, Any]) -> bytes:
    """The object. Raises CallgateError."""
    text = flat_object(fields)
    if text is not None:
        return text
    return canonicalize(_encode(fields))
