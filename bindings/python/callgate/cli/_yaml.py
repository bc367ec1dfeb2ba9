"""A test suite's YAML, by the rules of policy documents, read with the place of everything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import yaml

from callgate import CallgateError
from callgate._yaml import is_forbidden, scalar_value


class Reader:
    """The nodes of one document, and what they must be."""

    def __init__(self, filename: str, data: bytes) -> None:
        self._filename = filename
        try:
            text = _with_pairs(filename, data.decode())
            self._refuse_events(text)
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except UnicodeDecodeError:
            raise self._error_at("expected UTF-8", None) from None
        except yaml.MarkedYAMLError as error:
            raise self._error_at(error.problem or "expected YAML", error.problem_mark) from error
        except (yaml.YAMLError, RecursionError) as error:
            raise self._error_at("expected YAML", None) from error
        if root is None:
            raise self._error_at("expected a document", None)
        self.root: yaml.Node = root

    def mapping(
        self, node: yaml.Node, *, required: set[str], optional: set[str]
    ) -> dict[str, yaml.Node]:
        """The values of a mapping that has all the required keys, and no unknown one."""
        members = self._members(node)
        known = required | optional
        for key_node, _ in node.value:
            if key_node.value not in known:
                raise self.error(
                    key_node,
                    f"unknown key {key_node.value[:64]!r}: expected {', '.join(sorted(known))}"
                    + _question(str(key_node.value), known),
                )
        for key in sorted(required - members.keys()):
            raise self.error(node, f"expected a key {key!r}")
        return members

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        """The elements of a list."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(node, "expected a list")
        return list(node.value)

    def text(self, node: yaml.Node) -> str:
        """A string that is not empty."""
        value = self._json(node)
        if value is None:
            raise self.error(
                node, "expected a string; null is none: quote it, or leave out the key"
            )
        if not isinstance(value, str) or not value:
            raise self.error(node, "expected a string")
        return value

    def json_object(self, node: yaml.Node) -> dict[str, Any]:
        """A mapping, as JSON has it."""
        return {key: self._json(value) for key, value in self._members(node).items()}

    def where(self, node: yaml.Node) -> str:
        """file:line:column."""
        return self._place(node.start_mark)

    def error(self, node: yaml.Node, message: str) -> CallgateError:
        """To be raised: what was expected there."""
        return self._error_at(message, node.start_mark)

    def unknown(self, node: yaml.Node, what: str, known: Iterable[str]) -> CallgateError:
        """To be raised: the text is none of those that are known."""
        text = str(node.value)
        shown = f"expected {what}, not {text[:64]!r}{_question(text, known)}"
        return self.error(node, shown)

    def _error_at(self, message: str, mark: Any) -> CallgateError:
        return CallgateError(message, "INVALID_ARGUMENT", self._place(mark))

    def _place(self, mark: Any) -> str:
        line, column = (mark.line, mark.column) if mark is not None else (0, 0)
        return f"{self._filename}:{line + 1}:{column + 1}"

    def _refuse_events(self, text: str) -> None:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if is_forbidden(event):
                raise self._error_at("expected no anchor, alias or tag", event.start_mark)

    def _members(self, node: yaml.Node) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, "expected a mapping")
        members: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.error(key_node, "expected a string as key")
            if key_node.value in members:
                raise self.error(key_node, "a second key of this name")
            members[key_node.value] = value
        return members

    def _json(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.json_object(node)
        if isinstance(node, yaml.SequenceNode):
            return [self._json(element) for element in node.value]
        assert isinstance(node, yaml.ScalarNode)
        return scalar_value(node)


def _question(text: str, known: Iterable[str]) -> str:
    near = get_close_matches(text.lower(), {one.lower(): one for one in known}, n=1)
    meant = next((one for one in known if near and one.lower() == near[0]), None)
    return f"; did you mean {meant}?" if meant else ""


_PAIR = re.compile(r"(\\\\)|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _with_pairs(filename: str, text: str) -> str:
    """JSON escapes one character as two halves, which YAML would take for two characters."""
    if not (filename.endswith(".json") or text.lstrip().startswith("{")):
        return text

    def character(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        return bytes.fromhex(found[2] + found[3]).decode("utf-16-be")

    return _PAIR.sub(character, text)


def could_be_suite(data: bytes, *, if_unreadable: bool) -> bool:
    """Whether the first document of a file has cases. False for a file that is not YAML."""
    try:
        root = next(yaml.compose_all(data.decode(), Loader=yaml.SafeLoader), None)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return if_unreadable
    return isinstance(root, yaml.MappingNode) and any(
        isinstance(key, yaml.ScalarNode) and key.value == "cases" for key, _ in root.value
    )
