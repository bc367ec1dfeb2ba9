"""Reads a YAML text as a tree, its comments each at what it speaks of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

from callgate.cli.layout.gaps import BLOCK_TEXT, Gap, gaps_of, roots_of, tokens_of
from callgate.cli.layout.nodes import Collection, Item, Node, Scalar

_CLOSING: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_BETWEEN: Final = (yaml.DocumentStartToken, yaml.DocumentEndToken, yaml.StreamEndToken)
_HEADS: Final = (yaml.DocumentStartToken, yaml.DirectiveToken)
Around: TypeAlias = tuple[tuple[int, Collection], ...]
"""Block collections, from the outermost in, each with its column."""


class LayoutError(ValueError):
    """The text cannot be laid out; the message says why."""


def read(text: str) -> list[tuple[str, Node]]:
    """The documents, each with the marker and directives before it.

    Raises LayoutError, yaml.YAMLError.
    """
    tokens = tokens_of(text)
    heads = _heads(text, tokens)
    tree = _Tree(text)
    if len(heads) != len(tree.roots):
        raise LayoutError("an empty document has no layout")
    for gap in gaps_of(text, tokens):
        tree.place(gap)
    return list(zip(heads, tree.roots, strict=True))


def _heads(text: str, tokens: Sequence[Any]) -> list[str]:
    """The lines before each document."""
    heads: list[str] = []
    pending: list[str] = []
    is_open = False
    for token in tokens:
        if isinstance(token, _HEADS):
            pending.append(text[token.start_mark.index : token.end_mark.index].strip())
            is_open = False
        elif isinstance(token, yaml.DocumentEndToken):
            is_open = False
        elif not is_open and not isinstance(token, yaml.StreamStartToken | yaml.StreamEndToken):
            heads.append("\n".join(pending))
            pending, is_open = [], True
    return heads


@dataclass
class _Placed:
    """An item, and where it begins and ends. ``flow`` is whether it stands within brackets."""

    item: Item
    start: int
    end: int
    last_line: int
    around: Around
    flow: bool


class _Tree:
    """The documents, to which gaps give their comments, in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._placed: list[_Placed] = []
        self._flows: dict[int, Collection] = {}  # by where they end
        self.roots = [self._node(root, (), in_flow=False) for root in roots_of(text)]
        if not all(isinstance(root, Collection) for root in self.roots):
            raise LayoutError("expected a mapping or a list")
        self._starts = [placed.start for placed in self._placed]

    def place(self, gap: Gap) -> None:
        """A comment belongs to the entry on its line or below it, else to the end of its list."""
        following = bisect_left(self._starts, gap.index)
        if gap.trailing:
            self._trailing(gap, self._placed[max(0, following - 64) : following])
        if not gap.lines:
            return
        texts = [line for _, line in gap.lines]
        if isinstance(gap.following, _CLOSING):
            self._flows[gap.following.end_mark.index].tail += filter(None, texts)
            return
        later = self._placed[following] if following < len(self._placed) else None
        earlier = self._placed[following - 1] if following else None
        if earlier is None or (later is not None and later.flow):
            if later is None:
                raise LayoutError("a text of comments has no layout")
            later.item.before += texts
            return
        ends = later is None or isinstance(gap.following, _BETWEEN)
        split = len(texts) if ends else _deeper(gap)
        _to_tails(gap.lines[:split], earlier.around)
        if later is not None:
            later.item.before += texts[split:]

    def _trailing(self, gap: Gap, earlier: Sequence[_Placed]) -> None:
        ended = [
            placed
            for placed in earlier
            if placed.end <= gap.index
            and placed.last_line == gap.line
            and not _is_block(placed.item.value)
        ]
        if not earlier:
            raise LayoutError("a comment on the line of a document marker cannot be kept")
        item = (ended[0] if ended else earlier[-1]).item
        if item.after:
            item.before.append(item.after)
        item.after = gap.trailing

    def _node(self, node: yaml.Node, around: Around, *, in_flow: bool) -> Node:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        assert isinstance(node, yaml.CollectionNode)
        collection = Collection(isinstance(node, yaml.MappingNode), bool(node.flow_style))
        if collection.flow:
            self._flows[node.end_mark.index] = collection
        else:
            around = (*around, (node.start_mark.column, collection))
        for one in node.value:
            key, value = one if isinstance(node, yaml.MappingNode) else (None, one)
            collection.items.append(self._item(key, value, around, collection.flow or in_flow))
        return collection

    def _item(self, key: yaml.Node | None, value: yaml.Node, around: Around, in_flow: bool) -> Item:
        item = Item(Scalar(""))
        first = value if key is None else key
        placed = _Placed(item, first.start_mark.index, 0, 0, around, in_flow)
        self._placed.append(placed)
        if key is not None:
            if not isinstance(key, yaml.ScalarNode):
                raise LayoutError("expected a string as key")
            item.key = self._scalar(key)
        item.value = self._node(value, around, in_flow=in_flow)
        end = _end(value)
        placed.end, placed.last_line = end.index, end.line
        return item

    def _scalar(self, node: yaml.ScalarNode) -> Scalar:
        start, end = node.start_mark.index, node.end_mark.index
        if node.style not in ("|", ">"):
            return Scalar(node.value, '"' if node.style else None)
        header = BLOCK_TEXT.match(self._text, start)
        assert header is not None
        if any(c.isdigit() for c in header[0].partition("#")[0]):
            raise LayoutError("a block text with a digit in its first line cannot be moved")
        lines = self._text[header.end() : end].split("\n")[1:]
        while lines and not lines[-1].strip():
            lines.pop()
        margin = min((len(one) - len(one.lstrip(" ")) for one in lines if one.strip()), default=0)
        head = " ".join(header[0].split(None, 1))
        return Scalar(node.value, node.style, (head, *(one[margin:].rstrip("\r") for one in lines)))


def _end(node: yaml.Node) -> Any:
    """Where its last token ends: a block collection is said to end where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    return node.end_mark


def _deeper(gap: Gap) -> int:
    """How many of its lines, up to a comment, are indented deeper than what follows."""
    count = 0
    for number, (column, line) in enumerate(gap.lines, 1):
        if line and column <= gap.following.start_mark.column:
            break
        count = number if line else count
    return count


def _to_tails(lines: Sequence[tuple[int, str]], around: Around) -> None:
    empty: list[str] = []
    for column, line in lines:
        if not line:
            empty = [""]
            continue
        inside = [one for at, one in around if at <= column]
        (inside or [around[0][1]])[-1].tail += [*empty, line]
        empty = []


def _is_block(node: Node) -> bool:
    return isinstance(node, Collection) and not node.flow
