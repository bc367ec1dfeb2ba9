"""Patterns of JSON Schema, which match anywhere, as patterns of a policy, which match the whole."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Final

from callgate import PolicyError, PolicySet

_UNICODE_ESCAPE: Final = re.compile(
    r"((?<!\\)(?:\\\\)*)\\u(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4}))"
)
# What RE2 reads, but as more than ECMA-262 does, or as something else: absolute anchors, quoting,
# flags, POSIX classes, sets that begin with a bracket, and complements of classes, which for RE2
# are those of ASCII.
_READ_OTHERWISE: Final = re.compile(
    r"\\[AzZQECaDSW]|\(\?[^:]|\[\^?\]|\[(?:\\.|[^\]\\])*?\[:|\[\^(?:\\.|[^\]\\])*?\\[dsw]"
)
MAX_LENGTH: Final = 1000
"""Of a pattern that is read at all."""
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


@lru_cache(maxsize=1024)
def whole_value(pattern: str) -> str | None:
    """The pattern of a policy that accepts no more. None: there is none, or that is not sure."""
    if len(pattern) > MAX_LENGTH or "\\x{" in pattern:
        return None
    text = _UNICODE_ESCAPE.sub(lambda found: f"{found[1]}\\x{{{found[2] or found[3]}}}", pattern)
    # By itself it loads, so that none of its brackets closes one of those around it below.
    if _READ_OTHERWISE.search(text) or not _loads(text):
        return None
    tokens = _TOKEN.findall(text)
    if tokens[:1] == ["^"] and tokens[-1:] == ["$"] and not _has_branches(tokens):
        translated = "".join(tokens[1:-1])
    else:
        # A dot of the server's stands for no line break, those around it for all characters.
        inner = f"(?-s:{text})" if "." in tokens else f"(?:{text})"
        translated = f"(?s:.*{inner}.*)"
    return translated if _loads(translated) else None


def _has_branches(tokens: list[str]) -> bool:
    """Whether a bar stands outside all groups, so that an anchor belongs to one branch alone."""
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if token == "|" and depth == 0:
            return True
    return False


def _loads(pattern: str) -> bool:
    argument = {"type": "string", "pattern": pattern}
    capability = {"tool_pattern": "t", "arguments": {"a": argument}}
    try:
        PolicySet.parse(json.dumps({"name": "p", "capabilities": [capability]}), "p.json")
    except PolicyError:
        return False
    return True
