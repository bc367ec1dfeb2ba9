"""Writes docs/attestation-reasons.md from include/callgate/attestation_reasons.inc.

python tools/attestation_reasons_doc.py            writes the page
python tools/attestation_reasons_doc.py --check    fails when the page is not up to date
"""

import re
import sys
from pathlib import Path

from generated_page import write_or_check

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "include" / "callgate" / "attestation_reasons.inc"
PAGE = ROOT / "docs" / "attestation-reasons.md"

INTRODUCTION = """\
# Reasons of attestation

<!-- Written by tools/attestation_reasons_doc.py from attestation_reasons.inc; edit those. -->

Why an agent's attestation is not accepted. The names are stable: compare names, never message
texts. A verdict has one of these in `reason`, and in `where` which part of the token or proof is
meant: `header/alg`, `claims/exp`, `proof/rqh`. In audit lines and causes a reason is
`attestation.<name>`.

An MCP server of revision 2026-07-28 or later answers with the HTTP status and the JSON-RPC code of
the table, on stdio with the code alone. On earlier revisions the status is 200, and the code is the
one in the column "before". `error.data` holds `reason` and `extension`, nothing of the token.
"""
ENTRY = re.compile(
    r'^CALLGATE_ATTESTATION_REASON\(\w+, "(\w+)", (-\d+), (\d+), (-\d+),'
    r'((?:\s*"[^"]*")+),((?:\s*"[^"]*")+)\)$',
    re.MULTILINE,
)


def joined(literals: str) -> str:
    return "".join(re.findall(r'"([^"]*)"', literals))


def read_table(text: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (name, code, status, legacy, joined(meaning), joined(advice))
        for name, code, status, legacy, meaning, advice in ENTRY.findall(text)
    ]
    if len(rows) != len(re.findall(r"^CALLGATE_ATTESTATION_REASON\(", text, re.MULTILINE)):
        raise SystemExit(f"an entry of {TABLE} has a form that this program does not read")
    return rows


def render(rows: list[tuple[str, ...]]) -> str:
    head = "| name | code | HTTP | before | when | what to do |\n|---|---|---|---|---|---|"
    table = [f"| `{name}` | {' | '.join(rest)} |" for name, *rest in rows]
    return "\n".join([INTRODUCTION, head, *table, ""])


if __name__ == "__main__":
    page = render(read_table(TABLE.read_text()))
    sys.exit(write_or_check({PAGE: page}, sys.argv[1:]))
