"""Writes tests/vectors/policy_rules.json from the rules of docs/policy.md.

The page is the source: each of its list items that begins with an id in brackets is one rule.
"""

import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "policy.md"
RULES = ROOT / "tests" / "vectors" / "policy_rules.json"

RULE = re.compile(r"^- \[([a-z]+\.[a-z0-9-]+)\] (.+)$")


def rules_of_page(text: str) -> list[dict[str, str]]:
    """The rules in the order of the page, each with the heading it stands under."""
    section = ""
    rules = []
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif match := RULE.match(line):
            rules.append({"id": match[1], "section": section, "rule": match[2]})
    return rules


def main() -> None:
    rules = rules_of_page(PAGE.read_text(encoding="utf-8"))
    RULES.write_text(json.dumps(rules, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
