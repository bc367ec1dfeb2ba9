"""A YAML document as plain data, by the rules of policy documents, with the place of every key and
value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from callgate._yaml import is_forbidden, scalar_value

Path: TypeAlias = "tuple[str | int, ...]"

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
# Takes what was expected, and the mark of the place, of which yaml has two types; None: the start.
_OnFault: TypeAlias = "Callable[[str, Any], None]"


@dataclass(frozen=True)
class Fault:
    """What was expected, and where: ``gateway.yaml:3:5``, or the name of a variable."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass
class PlacedDocument:
    """``data`` as JSON has it. ``faults`` is every fault of form, in the document's order."""

    filename: str
    data: Any = None
    faults: list[Fault] = field(default_factory=list)
    _values: dict[Path, str] = field(default_factory=dict)
    _keys: dict[Path, str] = field(default_factory=dict)

    def where(self, path: Path, *, key: bool = False) -> str:
        """The place of a value (of its key with ``key``), else of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            near = path[:length]
            if (key or length < len(path)) and near in self._keys:
                return self._keys[near]
            if near in self._values:
                return self._values[near]
        return f"{self.filename}:1:1"

    def put(self, path: Path, value: Any, where: str) -> None:
        """Replaces or adds one value, as an environment variable does. Raises ValueError."""
        target = self.data
        for index, part in enumerate(path[:-1]):
            if not isinstance(target, dict):
                raise ValueError(f"{'.'.join(map(str, path[:index]))} is no mapping")
            child = target.get(str(part))
            if child is None:
                child = target[str(part)] = {}
                self._keys.setdefault(path[: index + 1], where)
            target = child
        if not isinstance(target, dict):
            raise ValueError(f"{'.'.join(map(str, path[:-1]))} is no mapping")
        target[str(path[-1])] = value
        for place in [place for place in self._values if place[: len(path)] == path]:
            del self._values[place]
        self._keys[path] = self._values[path] = where


def read_document(text: bytes, filename: str) -> PlacedDocument:
    """The document. Faults of form are in ``faults``; nothing is raised."""
    document = PlacedDocument(filename)

    def fault(message: str, mark: Any) -> None:
        line, column = (mark.line, mark.column) if mark is not None else (0, 0)
        document.faults.append(Fault(f"{filename}:{line + 1}:{column + 1}", message))

    if len(text) > MAX_BYTES:
        fault(f"a configuration has at most {MAX_BYTES} bytes", None)
        return document
    try:
        decoded = text.decode()
        _find_forbidden(decoded, fault)
        if document.faults:
            return document
        root = yaml.compose(decoded, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        fault("expected UTF-8", None)
    except yaml.MarkedYAMLError as error:
        fault(error.problem or "expected YAML", error.problem_mark)
    except yaml.YAMLError:
        fault("expected YAML", None)
    else:
        document.data = {} if root is None else _Walk(document, fault).value(root, ())
    return document


def _find_forbidden(text: str, fault: _OnFault) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if is_forbidden(event):
            fault("expected no anchor, alias or tag", event.start_mark)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                fault(f"nested deeper than {MAX_DEPTH}", event.start_mark)
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Walk:
    def __init__(self, document: PlacedDocument, fault: _OnFault) -> None:
        self._document = document
        self._fault = fault

    def value(self, node: yaml.Node, path: Path) -> Any:
        self._document._values[path] = self._place(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return scalar_value(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault("expected a string as key", key.start_mark)
            elif key.value in members:
                self._fault(f"a second key {key.value[:64]!r}", key.start_mark)
            else:
                self._document._keys[(*path, key.value)] = self._place(key)
                members[key.value] = self.value(value, (*path, key.value))
        return members

    def _place(self, node: yaml.Node) -> str:
        mark = node.start_mark
        return f"{self._document.filename}:{mark.line + 1}:{mark.column + 1}"
