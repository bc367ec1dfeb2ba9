"""Redaction: what of a call's arguments an audit line shows."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, NamedTuple, final

from callgate._native import plain_keys

REDACTED: Final = "[redacted]"
# Over folded keys: lower case, without hyphens, underscores, dots and spaces.
DEFAULT_KEYS: Final = (
    "*password*",
    "*passwd*",
    "*passphrase*",
    "*secret*",
    "*token",
    "*apikey*",
    "*credential*",
    "*privatekey*",
    "*accesskey*",
    "*authorization*",
    "*cookie*",
)
# Longer payloads are not kept word for word; their digest always is.
MAX_PAYLOAD: Final = 64 << 10
# More values than any tool's arguments have; of such, nothing is shown.
MAX_VALUES: Final = 4096
# Whatever the key: compact JWS (every security token is one), HTTP credentials, private keys.
# Linear in the text: a JWS can only begin where a run of its characters does.
_SECRET_VALUE: Final = re.compile(
    r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
    r"|\b(?:bearer|basic)\s+[\w.~+/=-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.IGNORECASE,
)
# Bytes of a payload that is only scanned: it cannot have more values than are shown.
MAX_SCANNED: Final = MAX_VALUES
_EXACT_DIGITS: Final = 15
_MAX_CACHED_KEY: Final = 128
_MAX_CACHED_KEYS: Final = 1024


class Shown(NamedTuple):
    """``payload`` is the signed payload word for word; None where something had to be left out."""

    payload: str | None
    arguments: Any  # a JSON value, instead of the payload; None: not shown
    redacted: tuple[str, ...]  # JSON pointers into the arguments, "" for all of them


@final
class Redaction:
    """Leaves out the values of keys, at any depth, whole tools, and what looks like a secret.

    ``keys`` and ``tools`` are names or ``fnmatch`` patterns (``*token``). Keys match whatever their
    case and separators: ``api_key`` is also ``API-Key`` and ``apiKey``. ``arguments=False`` shows
    none at all. Threads may share it.
    """

    __slots__ = ("_arguments", "_names", "_patterns", "_remembered", "_remembered_all", "_tools")

    def __init__(
        self,
        keys: Iterable[str] = DEFAULT_KEYS,
        *,
        tools: Iterable[str] = (),
        arguments: bool = True,
    ) -> None:
        folded = [_folded(key) for key in keys]
        self._names = frozenset(key for key in folded if not _is_pattern(key))
        self._patterns = tuple(key for key in folded if _is_pattern(key))
        self._tools = tuple(tools)
        self._arguments = arguments
        # Keys repeat from call to call. Bounded in number and size: hostile ones only miss it.
        self._remembered = lru_cache(maxsize=4096)(self._judge)
        self._remembered_all = lru_cache(maxsize=1024)(self._judge_all)

    def show(self, tool: str | None, payload: bytes) -> Shown:
        """Of a signed payload: the JSON-RPC request with ``params`` of ``arguments``."""
        if self._hides(tool):
            return Shown(None, None, ("",))
        try:
            text = payload.decode()
            if self._is_harmless(payload):
                return Shown(text, None, ())
            message = _decode(text)
        except (ValueError, RecursionError):
            return Shown(None, None, ("",))
        params = message.get("params")
        redacted: list[str] = []
        if _more_values(params, MAX_VALUES):
            return Shown(None, None, ("",))
        shown = self._shown(params, "", redacted)
        if not redacted and len(payload) <= MAX_PAYLOAD:
            return Shown(text, None, ())
        arguments = shown.get("arguments") if isinstance(shown, dict) else None
        within = tuple(place.removeprefix("/arguments") for place in redacted)
        return Shown(None, arguments, within)

    def shows_whole(self, tool: str | None, payload: bytes) -> bool:
        """Whether ``show`` keeps the payload word for word, as far as a scan can tell.

        ``payload`` is JSON in UTF-8. False: what has to be left out, if anything, is for ``show``.
        """
        return not self._hides(tool) and self._is_harmless(payload)

    def _hides(self, tool: str | None) -> bool:
        if not self._arguments:
            return True
        return tool is not None and any(fnmatchcase(tool, pattern) for pattern in self._tools)

    def _is_harmless(self, payload: bytes) -> bool:
        """Whether nothing in the JSON text has to be looked at again."""
        if len(payload) > MAX_SCANNED:
            return False
        keys = plain_keys(payload)
        if keys is None:
            return False
        # Calls of one tool have the same keys, so all of them are remembered as one.
        judge = self._remembered_all if len(keys) <= _MAX_CACHED_KEYS else self._judge_all
        return judge(keys)

    def _judge_all(self, keys: bytes) -> bool:
        """Whether none of the keys is a secret's; each ends with a quote."""
        return not any(self._secret_key(key) for key in keys.decode().split('"')[:-1])

    def _shown(self, value: Any, place: str, redacted: list[str]) -> Any:
        if isinstance(value, dict):
            shown = {}
            for key, item in value.items():
                inside = f"{place}/{key.replace('~', '~0').replace('/', '~1')}"
                if self._secret_key(key):
                    redacted.append(inside)
                    shown[key] = REDACTED
                else:
                    shown[key] = self._shown(item, inside, redacted)
            return shown
        if isinstance(value, list):
            return [self._shown(item, f"{place}/{n}", redacted) for n, item in enumerate(value)]
        if isinstance(value, str) and _is_secret(value):
            redacted.append(place)
            return REDACTED
        return value

    def _secret_key(self, key: str) -> bool:
        return self._remembered(key) if len(key) <= _MAX_CACHED_KEY else self._judge(key)

    def _judge(self, key: str) -> bool:
        folded = _folded(key)
        return folded in self._names or any(fnmatchcase(folded, p) for p in self._patterns)


def _is_secret(value: str) -> bool:
    return len(value) > 16 and _SECRET_VALUE.search(value) is not None


def _more_values(value: Any, most: int) -> bool:
    pending = [value]
    while pending and most >= 0:
        value = pending.pop()
        most -= 1
        if isinstance(value, dict | list):
            most -= len(value)
            if most >= 0:
                pending.extend(value.values() if isinstance(value, dict) else value)
    return most < 0


def _folded(key: str) -> str:
    folded = unicodedata.normalize("NFKC", key).casefold()
    return re.sub(r"[-_.\s]", "", folded)


def _is_pattern(key: str) -> bool:
    return any(character in key for character in "*?[")


def _integer(digits: str) -> int | str:
    """Python refuses to read very long ones."""
    return int(digits) if len(digits) <= _EXACT_DIGITS else digits


def _float(digits: str) -> float | str:
    return float(digits) if len(digits) <= _EXACT_DIGITS else digits


_decode = json.JSONDecoder(parse_int=_integer, parse_float=_float).decode
