"""The first lines of source files, written through every context of examples/contexts.

Deny entries look into texts, and what they find there is most often no path and no URL: comments
begin with two slashes, ignored files with one. No shipped context may refuse a file for that.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from callgate import PolicySet

ROOT = Path(__file__).resolve().parents[3]
CONTEXTS = PolicySet.load(ROOT / "examples" / "contexts")
LINES = json.loads((ROOT / "tests" / "vectors" / "first_lines.json").read_text(encoding="utf-8"))

FILES = ["/workspace/project/a.txt", "/workspace/src/a.txt", "/workspace/a.txt"]
# What writes content, by tool: arguments that hold `text`, of which the first that may be are used.
WRITERS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "filesystem.write_file": lambda path, text: {"path": path, "content": text},
    "filesystem.edit_file": lambda path, text: {
        "path": path,
        "edits": [{"oldText": text, "newText": text}],
    },
}


def writers() -> Iterator[tuple[str, str, str]]:
    """(context, tool, file) of each way in which a shipped context lets content be written."""
    for context in CONTEXTS.context_names:
        for tool, arguments in WRITERS.items():
            for file in FILES:
                if CONTEXTS.evaluate(context, tool, arguments(file, "x")).allowed:
                    yield context, tool, file
                    break


WAYS = list(writers())


def test_some_shipped_context_writes_content() -> None:
    assert ("filesystem-edit", "filesystem.write_file") in [way[:2] for way in WAYS]


def test_there_are_enough_lines_in_enough_languages() -> None:
    assert len(LINES["vectors"]) >= 300
    assert len({vector["language"] for vector in LINES["vectors"]}) >= 20


@pytest.mark.parametrize(("context", "tool", "file"), WAYS)
def test_no_first_line_is_refused(context: str, tool: str, file: str) -> None:
    refused = {}
    for vector in LINES["vectors"]:
        decision = CONTEXTS.evaluate(context, tool, WRITERS[tool](file, vector["text"]))
        if not decision.allowed:
            refused[vector["id"]] = decision.reason
    assert not refused
