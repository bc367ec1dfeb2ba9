"""docs/attacks.md and the tests name the same rows, and what is cited exists."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from elsewhere import ELSEWHERE
from rule_vectors import ROOT, VECTORS, vectors_of_rows

HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "attacks.md"
NO_SUBJECT = {"A60", "A61", "A121", "A122", "A123"}
ROW = re.compile(r"^\| (A\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)


def rows() -> dict[str, str]:
    """Verdict by row."""
    return {match[1]: match[3] for match in ROW.finditer(PAGE.read_text())}


def marked(file: Path) -> Iterator[str]:
    """Rows that tests of a file cite by their marker, or in a table that is turned into markers."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and re.fullmatch(r"A\d+", str(node.value)):
            yield str(node.value)


def tried() -> set[str]:
    files = [*HERE.glob("test_*.py"), *(HERE.parent / "e2e").glob("test_*.py")]
    files.remove(Path(__file__).resolve())
    return {row for file in files for row in marked(file)} | vectors_of_rows().keys()


def test_the_page_has_every_row_once_in_order() -> None:
    numbers = [int(match[1][1:]) for match in ROW.finditer(PAGE.read_text())]
    assert numbers == list(range(1, 125))


def test_every_row_is_tried_on_a_real_gateway_or_by_a_named_test_or_has_no_subject() -> None:
    without = {row for row, verdict in rows().items() if verdict.startswith("no subject")}
    assert without == NO_SUBJECT
    assert tried() | ELSEWHERE.keys() == rows().keys() - without


def test_all_but_these_are_tried_on_a_real_gateway() -> None:
    assert rows().keys() - NO_SUBJECT - tried() == {"A64", "A65", "A66"}


@pytest.mark.parametrize("row", ELSEWHERE)
def test_what_is_cited_exists(row: str) -> None:
    for cited in ELSEWHERE[row]:
        file, _, name = cited.partition("#")
        if name:
            vectors = json.loads((VECTORS / file).read_bytes()).values()
            entries = [e for entries in vectors if isinstance(entries, list) for e in entries]
            assert any(name in (e.get("id"), e.get("name")) for e in entries), cited
        else:
            file, _, name = cited.partition("::")
            tree = ast.parse((HERE.parent / file).read_text())
            functions = (ast.FunctionDef, ast.AsyncFunctionDef)
            assert name in {n.name for n in ast.walk(tree) if isinstance(n, functions)}, cited
