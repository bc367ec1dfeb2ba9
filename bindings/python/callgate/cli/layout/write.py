"""Writes a tree: two spaces, lists indented, flow style only where it fits into one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callgate.cli.layout.nodes import Collection, Item, Node, Scalar

WIDTH: Final = 100
_STEP: Final = "  "
_DEEPEST_WRAP: Final = 60
"""Columns before the bracket of a list that is continued on further lines."""
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write(documents: Sequence[tuple[str, Node]]) -> str:
    """The text of documents, each with the lines that stand before it (``---``, directives)."""
    lines: list[str] = []
    for head, root in documents:
        lines += head.splitlines()
        lines += _block(root, "") if isinstance(root, Collection) else [_text(root)]
    while lines and not lines[0]:
        del lines[0]
    return "\n".join(lines) + "\n"


def _block(collection: Collection, indent: str) -> list[str]:
    if not collection.items:
        return [*_comments(collection.tail, indent), indent + _flow(collection)]
    lines: list[str] = []
    for item in collection.items:
        lines += _member(item, indent) if collection.mapping else _element(item, indent)
    return lines + _comments(collection.tail, indent)


def _comments(lines: Sequence[str], indent: str) -> list[str]:
    return [f"{indent}{line}" if line else "" for line in lines]


def _member(item: Item, indent: str) -> list[str]:
    assert item.key is not None
    head = f"{indent}{_text(item.key)}:"
    value = _leaf(item.value, f"{head} ", indent + _STEP)
    if value is None:
        assert isinstance(item.value, Collection)
        value = [head, *_block(item.value, indent + _STEP)]
        at = 0
    else:
        at = 0 if _is_block_text(item.value) else -1
    value[at] = f"{value[at].rstrip()} {item.after}".rstrip()
    return [*_comments(item.before, indent), *value]


def _element(item: Item, indent: str) -> list[str]:
    head = f"{indent}- "
    value = _leaf(item.value, head, indent + _STEP)
    if value is not None:
        at = 0 if _is_block_text(item.value) else -1
        value[at] = f"{value[at]} {item.after}".rstrip()
        return [*_comments(item.before, indent), *value]
    assert isinstance(item.value, Collection)
    first = item.value.items[0] if item.value.items else Item(Scalar(""))
    # Nothing stands between a dash and what it belongs to.
    before = [*item.before, *filter(None, [item.after]), *filter(None, first.before)]
    rest = Collection(item.value.mapping, item.value.flow, list(item.value.items), item.value.tail)
    if rest.items:
        rest.items[0] = Item(first.value, first.key, [], first.after)
    lines = _block(rest, indent + _STEP)
    start = next(n for n, line in enumerate(lines) if not line.lstrip().startswith("#"))
    lines[start] = head + lines[start].lstrip()
    return [*_comments(before, indent), *lines]


def _is_block_text(node: Node) -> bool:
    return isinstance(node, Scalar) and bool(node.source)


def _leaf(node: Node, head: str, indent: str) -> list[str] | None:
    """The lines of what is no block collection. None: it has to be one."""
    if isinstance(node, Scalar):
        if node.source:
            body = (f"{indent}{line}" if line else "" for line in node.source[1:])
            return [head + node.source[0], *body]
        return _folded(node, head, indent)
    if not node.flow or _has_comments(node):
        return None
    line = head + _flow(node)
    if len(line) <= WIDTH or not node.items:
        return [line]
    if node.mapping or len(head) > _DEEPEST_WRAP:
        return None
    if any(isinstance(item.value, Collection) for item in node.items):
        return None
    return _wrapped([_flow(item.value) for item in node.items], head)


def _wrapped(texts: Sequence[str], head: str) -> list[str]:
    lines = [f"{head}["]
    for number, text in enumerate(texts):
        text += "]" if number + 1 == len(texts) else ","
        if len(lines[-1]) + len(text) + 1 > WIDTH and lines[-1][-1] != "[":
            lines.append(" " * (len(head) + 1) + text)
        else:
            lines[-1] += text if lines[-1][-1] == "[" else f" {text}"
    return lines


def _folded(scalar: Scalar, head: str, indent: str) -> list[str]:
    """A long text goes on in further lines, where the ends of lines are read as the spaces."""
    text = _text(scalar)
    words = text.split(" ")
    # Quoted, a word of no character or one with an escape in it may mean something else at the end.
    foldable = all(words) and "\\" not in text and not any(w[:1] in "#-?:" for w in words[1:])
    if len(head) + len(text) <= WIDTH or not foldable:
        return [head + text]
    lines = [head + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(indent + word)
        else:
            lines[-1] += f" {word}"
    return lines


def _has_comments(collection: Collection) -> bool:
    if collection.tail:
        return True
    for item in collection.items:
        if any(item.before) or item.after:
            return True
        if isinstance(item.value, Collection):
            if not item.value.flow or _has_comments(item.value):
                return True
        elif item.value.source:
            return True
    return False


def _flow(node: Node) -> str:
    if isinstance(node, Scalar):
        return _text(node)
    if not node.mapping:
        return f"[{', '.join(_flow(item.value) for item in node.items)}]"
    texts = (f"{_text(item.key or Scalar(''))}: {_flow(item.value)}" for item in node.items)
    return f"{{{', '.join(texts)}}}"


def _text(scalar: Scalar) -> str:
    text = scalar.text
    if scalar.style is None and "\n" not in text:
        return text
    if ("\\" in text or '"' in text) and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return (
        '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _code(c)) for c in text) + '"'
    )


def _code(character: str) -> str:
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"
