"""Writes docs/trust-reasons.md from the one table of reasons, include/callgate/trust_reasons.inc.

python tools/trust_reasons_doc.py            writes the page
python tools/trust_reasons_doc.py --check    fails when the page is not up to date
"""

import re
import sys
from pathlib import Path

from generated_page import write_or_check

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "include" / "callgate" / "trust_reasons.inc"
PAGE = ROOT / "docs" / "trust-reasons.md"

INTRODUCTION = """\
# Reasons of trust

<!-- Written by tools/trust_reasons_doc.py from include/callgate/trust_reasons.inc; edit those. -->

Why a certificate chain is not trusted, or anchors do not load. The names are stable: compare names,
never message texts. [trust.md](trust.md) explains the words. In audit lines and causes a reason is
`trust.<name>`.
"""
SECTIONS = {
    "verdict": (
        "Verdicts",
        "A `Verdict` (C++ `TrustVerdict`) has one of these in `reason`, and in `where` which\n"
        "certificate is meant: `leaf`, `intermediate 1` (the second of the chain), `anchor`.",
    ),
    "load": (
        "Loading",
        "A `TrustError` (C++ `TrustFault`) has one of these, and names the source, the entity or\n"
        "trust domain, and the certificate, counted in the order of its files.",
    ),
}
ENTRY = re.compile(
    r'^CALLGATE_TRUST_REASON\(\w+, "(\w+)", "(\w+)",((?:\s*"[^"]*")+),((?:\s*"[^"]*")+)\)$',
    re.MULTILINE,
)


def joined(literals: str) -> str:
    return "".join(re.findall(r'"([^"]*)"', literals))


def read_table(text: str) -> list[tuple[str, str, str, str]]:
    rows = [
        (name, kind, joined(meaning), joined(advice))
        for name, kind, meaning, advice in ENTRY.findall(text)
    ]
    if len(rows) != len(re.findall(r"^CALLGATE_TRUST_REASON\(", text, re.MULTILINE)):
        raise SystemExit(f"an entry of {TABLE} has a form that this program does not read")
    return rows


def render(rows: list[tuple[str, str, str, str]]) -> str:
    parts = [INTRODUCTION]
    for kind, (title, about) in SECTIONS.items():
        table = [f"| `{name}` | {what} | {do} |" for name, of, what, do in rows if of == kind]
        head = "| name | when | what to do |\n|---|---|---|"
        parts.append("\n".join([f"## {title}", "", about, "", head, *table, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    page = render(read_table(TABLE.read_text()))
    sys.exit(write_or_check({PAGE: page}, sys.argv[1:]))
