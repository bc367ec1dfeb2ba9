"""The layout of a policy, proved to say what was said."""

from __future__ import annotations

import json
from typing import Any

import yaml

from callgate import PolicySet
from callgate._yaml import scalar_value
from callgate.cli._collector import paused
from callgate.cli._input import input_error
from callgate.cli.layout.gaps import comments_of, roots_of
from callgate.cli.layout.read import LayoutError, read
from callgate.cli.layout.write import write


@paused()
def formatted(data: bytes, name: str) -> str:
    """The text as ``fmt`` writes it. Raises PolicyError where it does not load, else
    CallgateError: it is JSON, or cannot be laid out so that digest, values and comments stay.
    """
    policy = PolicySet.parse(data, name)
    text = data.decode()
    if is_json(text, name):
        raise input_error("expected YAML: JSON has no comments to keep", name)
    try:
        result = write(read(text))
        is_same = (
            comments_of(result) == comments_of(text)
            and _values(result) == _values(text)
            and PolicySet.parse(result).digest == policy.digest
            and write(read(result)) == result
        )
    except (LayoutError, yaml.YAMLError, RecursionError) as error:
        raise input_error(str(error) or "it cannot be laid out", name) from error
    if not is_same:
        raise input_error("the layout that was tried would change it, and is not written", name)
    return result


def is_json(text: str, name: str) -> bool:
    """Whether a policy is read as JSON."""
    if name.endswith(".json"):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _values(text: str) -> list[Any]:
    return [_value(root) for root in roots_of(text)]


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return [(_value(key), _value(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [_value(element) for element in node.value]
    assert isinstance(node, yaml.ScalarNode)
    value = scalar_value(node)
    return type(value).__name__, value
