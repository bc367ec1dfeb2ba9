"""What is the same in every YAML document of callgate, policies included, which C++ reads.

No anchors, aliases, tags or duplicate keys; plain scalars are true, false, null and JSON numbers,
everything else is a string.
"""

from __future__ import annotations

import json
import re
from typing import Final

import yaml

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


def scalar_value(node: yaml.ScalarNode) -> object:
    """The JSON value of a scalar."""
    text: str = node.value
    if node.style:  # quoted, or a block; libyaml has an empty one for plain texts
        return text
    if text in _WORDS:
        return _WORDS[text]
    value: object = json.loads(text) if _NUMBER.fullmatch(text) else text
    return value


def is_forbidden(event: yaml.Event) -> bool:
    """Whether it is an alias, or has an anchor or a tag."""
    if isinstance(event, yaml.AliasEvent):
        return True
    return bool(getattr(event, "anchor", None) or getattr(event, "tag", None))
