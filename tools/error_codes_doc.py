"""Writes docs/error-codes.md from the one table of error codes, include/callgate/error_codes.inc.

python tools/error_codes_doc.py            writes the page
python tools/error_codes_doc.py --check    fails when the page is not up to date
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from generated_page import write_or_check

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "include" / "callgate" / "error_codes.inc"
PAGE = ROOT / "docs" / "error-codes.md"

INTRODUCTION = """\
# Error codes

<!-- Written by tools/error_codes_doc.py from include/callgate/error_codes.inc; edit those. -->

Every refusal has a **name**. The name is stable: compare names, never numbers or message texts.
Numbers differ between the generations of the protocol, because their documents number the same
errors differently. `code` in every API is the SMCP number; a server answers a SEAL request with the
SEAL number.

Three pairs of names share a number: `UNKNOWN_SESSION` and `SESSION_INACTIVE` on SMCP paths,
`EXPIRED_TOKEN` and `REPLAY_DETECTED`, and `UNKNOWN_WORKLOAD` and `WORKLOAD_VERIFICATION_FAILED`, on
SEAL paths. That is the documents' doing, and one more reason to compare names.

The engine itself does not report `UNKNOWN_WORKLOAD`, `WORKLOAD_VERIFICATION_FAILED`,
`AUDIT_UNAVAILABLE`, `SIGNER_UNAVAILABLE`, `UPSTREAM_TIMEOUT` and `UPSTREAM_FAILED`. They are the
names that servers built on it use.
"""

SECTIONS = {
    1: ("Envelope, token, session", "Who calls, and whether the call is fresh and untampered."),
    2: ("Policy", "The tool, its arguments, its rate and its response. [policy.md](policy.md)."),
    3: ("Identity and contexts", "Opening and spawning sessions; keys."),
    9: (
        "callgate's own",
        "No document of the protocol has these numbers. On every path they deny: a ledger that\n"
        "cannot be reached, a full table or a clock that stepped back is never a reason to allow.",
    ),
}

CONCLUSION = """\
## Where each one appears

| where | how it looks |
|---|---|
| a `Decision` that denies | C++ `code()`, `CodeName(code)`; Python `code`, `code_name`; Node `code`, `codeName` |
| an error | C++ `Error{code, message, where}`; Python `CallgateError` with `code`, `code_name`, `where`; Node `CallgateError` with `code`, `codeName`, `where` |
| the command line | a decision with code and name (`--json`: `code`, `code_name`) and exit code 1; an error as `where: message` on standard error and exit code 2 |

The classes of errors, the same in Python and Node:

| class | raised by | with |
|---|---|---|
| `JsonError` | `canonicalize` | `INVALID_JSON`, `LIMIT_EXCEEDED` |
| `KeyFormatError` | importing keys | `KEY_REFUSED` |
| `PolicyError` | loading policies, and naming a context that does not exist | `INVALID_POLICY`, `SCOPE_NOT_FOUND` |
| `TokenError` | tokens | `EXPIRED_TOKEN`, `INVALID_TOKEN` |
| `EnvelopeError` | envelopes | `INVALID_ENVELOPE`, `INVALID_SIGNATURE` |
| `SessionError` | opening, renewing and closing sessions | those of sessions and contexts |
| `CallgateError` | the base of all; by itself a parameter out of range | `INVALID_ARGUMENT` |

A message names what was expected and where. It never holds a key, a token or unbounded text of the
input.

## What a denial of the gate means

The first check that fails is the one reported, in the order of [concepts.md](concepts.md). One
exception: an envelope seen before is `REPLAY_DETECTED` even where policy denies it too.

- `REPLAY_DETECTED` has a `cause`: `outside_window` (too old, or too far ahead) or `already_seen`.
- `TOOL_NOT_ALLOWED` has the `cause` `unknown_tool` where policy allows the call and there is no such tool:
  the host said which tools there are (`set_offered_tools`), and the gateway does.
- `RATE_LIMIT_EXCEEDED` has `retry_after` in seconds.
- `CLOCK_STEPPED` means that the call was refused only because the caller's clock is more than a
  second behind the latest time the ledger has seen.
- A policy denial names the rule that decided in `rule`, and what each tried capability answered in
  `details`. The rules are those of [policy.md](policy.md).
"""  # noqa: E501 - a row of a table is one line


@dataclass(frozen=True)
class Code:
    name: str
    smcp: int
    seal: int
    when: str


def read_table(text: str) -> list[Code]:
    entry = re.compile(
        r'^CALLGATE_ERROR_CODE\(\w+, "(\w+)", (\d+), (\d+),((?:\s*"[^"]*")+)\)$', re.MULTILINE
    )
    codes = [
        Code(name, int(smcp), int(seal), "".join(re.findall(r'"([^"]*)"', when)))
        for name, smcp, seal, when in entry.findall(text)
    ]
    if len(codes) != len(re.findall(r"^CALLGATE_ERROR_CODE\(", text, re.MULTILINE)):
        raise SystemExit(f"an entry of {TABLE} has a form that this program does not read")
    return codes


def render(codes: list[Code]) -> str:
    parts = [INTRODUCTION]
    for thousand, (title, about) in SECTIONS.items():
        rows = [code for code in codes if code.smcp // 1000 == thousand]
        table = [f"| `{c.name}` | {c.smcp} | {c.seal} | {c.when} |" for c in rows]
        head = "| name | SMCP, API | SEAL | when |\n|---|---|---|---|"
        parts.append("\n".join([f"## {title}", "", about, "", head, *table, ""]))
    if sum(code.smcp // 1000 in SECTIONS for code in codes) != len(codes):
        raise SystemExit("a code belongs to no section of the page")
    return "\n".join([*parts, CONCLUSION])


if __name__ == "__main__":
    page = render(read_table(TABLE.read_text()))
    sys.exit(write_or_check({PAGE: page}, sys.argv[1:]))
