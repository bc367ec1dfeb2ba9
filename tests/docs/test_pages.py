"""What the pages say of other files is so: the table of codes, the limits, links, rule ids."""

from __future__ import annotations

import dataclasses
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import callgate
import callgate.cli.commands
import pytest
from markdown import PAGES, ROOT

PROSE = {page: re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S) for page in PAGES}


def anchors(page: Path) -> set[str]:
    """Those that GitHub gives to headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> list[tuple[Path, str]]:
    return [
        (page, target)
        for page, text in PROSE.items()
        for target in re.findall(r"\]\(([^)\s]+)\)", text)
        if not target.startswith(("https://", "mailto:"))
    ]


@pytest.mark.parametrize(("page", "target"), links(), ids=lambda v: getattr(v, "stem", v))
def test_links_lead_somewhere(page: Path, target: str) -> None:
    file, _, anchor = target.partition("#")
    aim = (page.parent / file).resolve() if file else page
    assert aim.exists(), f"{page} links to {target}"
    if anchor:
        assert anchor in anchors(aim), f"{page} links to {target}"


@pytest.mark.parametrize(
    "tool", ["attestation_reasons_doc", "error_codes_doc", "trust_reasons_doc", "config_doc"]
)
def test_pages_that_are_made_from_sources_are_up_to_date(tool: str) -> None:
    tool = str(ROOT / "tools" / f"{tool}.py")
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_limit_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "limits.md").read_text()
    rows = re.findall(r"^\| `(max_\w+)` \| ([\d,]+) ", page, re.MULTILINE)
    documented = {name: int(value.replace(",", "")) for name, value in rows}
    assert documented == dataclasses.asdict(callgate.Limits())


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_the_page_of_the_command_line_lists_every_command() -> None:
    table = [line for line in PROSE[ROOT / "docs/cli.md"].splitlines() if line.startswith("| [`")]
    listed = {name.split()[0] for line in table for name in re.findall(r"`([^`]+)`", line)}
    commands = pkgutil.iter_modules(callgate.cli.commands.__path__)
    assert {command.name for command in commands} <= listed


def test_rule_ids_named_elsewhere_are_rules_of_the_policy_reference() -> None:
    known = set(re.findall(r"^- \[([a-z-]+\.[a-z0-9-]+)\]", PROSE[ROOT / "docs/policy.md"], re.M))
    families = {rule.split(".")[0] for rule in known}
    for page, text in PROSE.items():
        for name in re.findall(r"`([a-z]+\.[a-z0-9-]+)`", text):
            if page.name != "policy.md" and name.split(".")[0] in families - {"doc", "path"}:
                assert name in known, f"{page}: {name} is no rule"


def test_every_difference_of_attestation_names_vectors_that_exist() -> None:
    vectors = json.loads((ROOT / "tests" / "vectors" / "attestation.json").read_bytes())
    known = {
        vector["name"]
        for entries in vectors.values()
        if isinstance(entries, list)
        for vector in entries
    }
    section = PROSE[ROOT / "docs/migrating-attestation.md"].partition("\n## Verdicts that differ")[
        2
    ]
    rows = re.findall(r"^\| .* \| (`.*`) \|$", section, re.MULTILINE)
    assert len(rows) > 40
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert named - known == set()
