"""A token taken apart for people, without judgement."""

from __future__ import annotations

import base64
import json
from typing import Any

from callgate.cli._input import input_error, read_value


def read_token(text: str) -> str:
    """The token of an argument: text, ``@FILE``, or ``-`` for standard input."""
    try:
        return read_value(text).strip().decode("ascii")
    except UnicodeDecodeError as error:
        raise input_error("a token is ASCII text", "TOKEN") from error


def taken_apart(token: str) -> dict[str, Any]:
    """Header and payload. Raises CallgateError where it is no JWS of JSON objects."""
    parts = token.split(".")
    if len(parts) != 3:
        raise input_error("a token has three parts with dots between", "TOKEN")
    return {"header": _object(parts[0], "header"), "payload": _object(parts[1], "payload")}


def _object(part: str, name: str) -> dict[str, Any]:
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise input_error(f"the {name} is no JSON in base64url", "TOKEN") from error
    if not isinstance(value, dict):
        raise input_error(f"the {name} is no JSON object", "TOKEN")
    return value
