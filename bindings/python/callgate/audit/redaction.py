"""Redaction: what of a call's arguments an audit line shows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, final

from callgate import _native

# Over keys in lower case, without hyphens, underscores, dots and spaces.
DEFAULT_KEYS: Final[tuple[str, ...]] = _native.REDACTED_KEYS


class Shown(NamedTuple):
    """``payload`` is the signed payload word for word; None where something had to be left out."""

    payload: str | None
    arguments: Any  # a JSON value, instead of the payload; None: not shown
    redacted: tuple[str, ...]  # JSON pointers into the arguments, "" for all of them


@final
class Redaction:
    """Leaves out the values of keys, at any depth, whole tools, and what looks like a secret.

    ``keys`` and ``tools`` are names or patterns (``*token``). Keys match whatever their case and
    separators: ``api_key`` is also ``API-Key`` and ``apiKey``. A pattern with ``!`` before it, such
    as ``!*page_token``, excepts keys from the other patterns, but not from names.
    ``arguments=False`` shows none at all. Threads may share it.
    """

    __slots__ = ("engine",)

    def __init__(
        self,
        keys: Iterable[str] = DEFAULT_KEYS,
        *,
        tools: Iterable[str] = (),
        arguments: bool = True,
    ) -> None:
        self.engine: Final = _native.Redaction(list(keys), list(tools), arguments)

    def show(self, tool: str | None, payload: bytes) -> Shown:
        """Of a signed payload: the JSON-RPC request with ``params`` of ``arguments``."""
        is_whole, arguments, redacted = self.engine.show(tool, payload)
        if is_whole:
            return Shown(payload.decode(), None, ())
        return Shown(None, None if arguments is None else json.loads(arguments), redacted)
