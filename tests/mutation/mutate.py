"""Switches off every check of policy, gate and attestation, one at a time; some test must fail.

tests/mutation/mutate.py            build, run all mutants, compare with checks.json
tests/mutation/mutate.py --list     write the conditions of the sources into checks.json
tests/mutation/mutate.py FILE…      only the mutants of these files

A check is the condition of an `if` that refuses or skips, cut at its outermost `||`; of an `if`
that accepts, cut at `&&`; what a `return` that compares returns, or what is assigned from operands
of `||` or `&&`, cut at either. Switched off, an operand of `||` is false, one of `&&` true, a
single comparison either. Each check is wrapped in a call that an environment variable can force,
so that all mutants are one build. checks.json names every check of the sources, both ways, and
under the reason every one whose absence no test can tell; `survivors` is compared both ways too.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHECKS = Path(__file__).with_name("checks.json")
SCRATCH = ROOT / "build" / "mutation"
COPIED = ["CMakeLists.txt", "cmake", "core", "include", "tests"]
# Which files hold checks, by how their paths begin, and the tests that are to notice, the likeliest
# first.
TESTS = {
    "core/policy/inclusion/": ["policy_test"],
    "core/policy/counterexample/": ["policy_test"],
    "core/policy/lint/": ["policy_test"],
    "core/policy/": ["policy_test", "gate_test"],
    "core/gate/decision_call.": ["gate_test", "policy_test"],
    "core/gate/": ["gate_test"],
    "core/ledger/commit.": ["ledger_test", "gate_test"],
    "core/ledger/seen_": ["ledger_test"],
    "core/attestation/": ["attestation_test"],
}
# What says in words what others decided: no check of it decides.
WORDS = (
    "core/policy/coverage/",
    "core/policy/document/entry_faults.cc",
    "core/policy/document/path_entry_faults.cc",
    "core/policy/explain/",
)
# The properties of what contexts say of each other put calls to both sides for minutes.
FILTER = "-*Properties.*"
TIMEOUT = 60  # seconds; a mutant that does not end is noticed

SWITCH = """\
#pragma once
#include <cstdlib>
namespace callgate::mutation {
// "17+": condition 17 is forced to true; "17-": to false.
struct Chosen {
  Chosen() noexcept {
    const char* text = std::getenv("CALLGATE_MUTANT");
    if (text == nullptr) return;
    char* end = nullptr;
    id = static_cast<int>(std::strtol(text, &end, 10));
    value = *end == '+';
  }
  int id = -1;
  bool value = false;
};
inline const Chosen chosen;
constexpr bool Is(int id, bool value) {
  if (__builtin_is_constant_evaluated()) return value;
  return id == chosen.id ? chosen.value : value;
}
}  // namespace callgate::mutation
"""


@dataclass(frozen=True)
class Condition:
    file: str
    begin: int
    end: int
    text: str
    nth: int  # among those of the same text in the file, from 0
    off: bool | None  # the value that switches it off; None: either may
    is_declaration: bool

    @property
    def name(self) -> str:
        return f"{self.file}: {self.text}" + (f" #{self.nth}" if self.nth else "")


def blank(source: str) -> str:
    """The source with comments, strings and characters blanked, each position kept."""
    pattern = r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", "_", m[0]), source, flags=re.DOTALL)


def closing(code: str, opening: int) -> int:
    depth = 0
    for i in range(opening, len(code)):
        depth += code[i] in "([{"
        depth -= code[i] in ")]}"
        if depth == 0:
            return i
    raise ValueError("unbalanced")


def at_top(code: str, begin: int, end: int, token: str) -> list[int]:
    """Where `token` stands between begin and end, outside all brackets."""
    found, depth, i = [], 0, begin
    while i < end:
        depth += code[i] in "([{"
        depth -= code[i] in ")]}"
        if depth == 0 and code.startswith(token, i):
            found.append(i)
            i += len(token)
        else:
            i += 1
    return found


def cut(code: str, begin: int, end: int, operator: str) -> list[tuple[int, int]]:
    """The operands of the outermost operators of that kind."""
    places = at_top(code, begin, end, operator)
    return list(zip([begin, *(place + 2 for place in places)], [*places, end], strict=True))


DECLARATION = re.compile(r"\s*(?:const )?[\w:<>]+[ *&]+(?:const )?(\w+) = ")
# What a branch does that refuses, skips or warns, and one that accepts, as the rooms write it.
# Strings, among them the names of rules, are blanked to lines.
REFUSES = re.compile(
    r"Deny\(|refusal = |denial = |gaps \|= |gaps\.|warn\(|barred\(|continue;"
    r"|return k\w+Gap|return Constraint::"
    r"|return\b[^;]*?(?:Error|error|Invalid|Missing|Mistyped|xpected|Refus|Fail|[Ff]ault|false"
    r"|nullopt|nullptr|Unknown|rule|_{4,})"
)
ACCEPTS = re.compile(r"return (?:true|{})\s*;|allowing\.Append|allowed = true")
ASSIGNMENT = re.compile(r"^ +(?:const )?(?:bool )?\w+ = ", re.MULTILINE)


def branch_after(code: str, position: int) -> str:
    """The statement or block that begins there."""
    begin = position + len(code[position:]) - len(code[position:].lstrip())
    end = closing(code, begin) if code[begin] == "{" else code.index(";", begin)
    return code[begin : end + 1]


def spans(code: str) -> list[tuple[int, int, bool | None, bool]]:
    """Begin, end, the value that switches the check off (None: try both), is a declaration."""
    found: list[tuple[int, int, bool | None, bool]] = []
    for match in re.finditer(r"\bif \(", code):
        begin, end = match.end(), closing(code, match.end() - 1)
        branch = branch_after(code, end + 1)
        accepts = ACCEPTS.search(branch) is not None
        refuses = not accepts and REFUSES.search(branch) is not None
        if not refuses and not accepts:
            continue
        if semicolons := at_top(code, begin, end, ";"):
            begin = semicolons[-1] + 1
        if DECLARATION.match(code, begin, end):
            found.append((begin, end, not refuses, True))
        else:
            operator = "||" if refuses else "&&"
            found += [(b, e, not refuses, False) for b, e in cut(code, begin, end, operator)]
    for match in re.finditer(r"\breturn\b", code):
        begin = match.end()
        end = begin + min(at_top(code[begin:], 0, len(code) - begin, ";") or [0])
        asked = at_top(code, begin, end, " ? ")
        if not asked and code[begin:end].lstrip().startswith("{"):
            opening = code.index("{", begin)
            begin, end = opening + 1, closing(code, opening)
            asked = at_top(code, begin, end, " ? ")
            if not asked:  # the last member may be a question
                begin = max([begin, *(comma + 1 for comma in at_top(code, begin, end, ","))])
        operators = ("&&", "||", " == ", " != ", " < ", " > ", " <= ", " >= ")
        is_question = code[begin:end].lstrip().startswith("!") or any(
            at_top(code, begin, end, operator) for operator in operators
        )
        if asked:
            end = asked[0]
            begin = max([begin, *(comma + 1 for comma in at_top(code, begin, end, ","))])
        elif not is_question or "{" in code[begin:end].split("(")[0]:
            continue
        found += operands(code, begin, end) or [(begin, end, None, False)]
    for match in ASSIGNMENT.finditer(code):
        begin = match.end()
        end = begin + min(at_top(code[begin:], 0, len(code) - begin, ";") or [0])
        if not at_top(code, begin, end, " ? "):
            found += operands(code, begin, end)
    return found


def operands(code: str, begin: int, end: int) -> list[tuple[int, int, bool | None, bool]]:
    """Those of the outermost `||`, or else of `&&`; none where there is neither."""
    for operator, off in (("||", False), ("&&", True)):
        if at_top(code, begin, end, operator):
            return [(b, e, off, False) for b, e in cut(code, begin, end, operator)]
    return []


def conditions(file: Path) -> list[Condition]:
    source = file.read_text()
    code = blank(source)
    name = str(file.relative_to(ROOT))
    seen: Counter[str] = Counter()
    found = []
    for begin, end, off, is_declaration in sorted(spans(code), key=lambda span: span[:2]):
        text = " ".join(source[begin:end].split())
        found.append(Condition(name, begin, end, text, seen[text], off, is_declaration))
        seen[text] += 1
    return found


def all_conditions() -> list[Condition]:
    sources = sorted((ROOT / "core").rglob("*.cc")) + sorted((ROOT / "core").rglob("*.h"))
    names = {path: path.relative_to(ROOT).as_posix() for path in sorted(sources)}
    return [
        condition
        for path, name in names.items()
        if name.startswith(tuple(TESTS)) and not name.startswith(WORDS)
        for condition in conditions(path)
    ]


def instrumented(source: str, wrapped: list[tuple[int, Condition]]) -> str:
    """`source` with the conditions wrapped, the innermost first."""
    edits = []
    for number, condition in wrapped:
        begin, end = condition.begin, condition.end
        if condition.is_declaration:
            match = DECLARATION.match(source, begin, end)
            assert match
            asked = f"; callgate::mutation::Is({number}, static_cast<bool>({match[1]}))"
            edits.append((end, 0, asked))
        else:
            edits.append((begin, 1, f" callgate::mutation::Is({number}, static_cast<bool>("))
            edits.append((end, 0, "))"))
    for position, _, text in sorted(edits, reverse=True):
        source = source[:position] + text + source[position:]
    return source


def write_if_changed(file: Path, text: str) -> None:
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def build(numbered: list[tuple[int, Condition]]) -> None:
    tree = SCRATCH / "source"
    write_if_changed(tree / "core" / "mutation.h", SWITCH)
    kept = {tree / "core" / "mutation.h"}
    wrapped: dict[str, list[tuple[int, Condition]]] = {}
    for number, condition in numbered:
        wrapped.setdefault(condition.file, []).append((number, condition))
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *COPIED],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        if not (ROOT / name).exists():
            continue
        text = (ROOT / name).read_text()
        if name in wrapped:
            text = instrumented(text, wrapped[name])
        write_if_changed(tree / name, text)
        kept.add(tree / name)
    for file in [file for file in tree.rglob("*") if file.is_file() and file not in kept]:
        file.unlink()
    # The library's assertions notice what else would be undefined, such as a read past an end.
    flags = f"-O1 -g0 -w -D_GLIBCXX_ASSERTIONS -include {tree}/core/mutation.h"
    launcher = "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache" if shutil.which("ccache") else ""
    output = str(SCRATCH / "build")
    configure = ["cmake", "-G", "Ninja", "-S", str(tree), "-B", output, "-DCMAKE_BUILD_TYPE=None",
                 f"-DCMAKE_CXX_FLAGS={flags}", "-DCALLGATE_TESTS=ON", "-DCALLGATE_FUZZERS=OFF",
                 "-DCALLGATE_WERROR=OFF", *filter(None, [launcher])]  # fmt: skip
    targets = sorted({test for tests in TESTS.values() for test in tests})
    make = ["cmake", "--build", output, "-j", str(os.cpu_count() or 2), "--target", *targets]
    for command in (configure, make):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout)


def fails(test: str, mutant: str) -> bool:
    environment = os.environ | ({"CALLGATE_MUTANT": mutant} if mutant else {})
    command = [str(SCRATCH / "build" / "tests" / test), "--gtest_fail_fast", "--gtest_brief=1",
               f"--gtest_filter={FILTER}"]  # fmt: skip
    try:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def tests_of(file: str) -> list[str]:
    return next(tests for begin, tests in TESTS.items() if file.startswith(begin))


def survives(mutant: tuple[int, Condition, bool]) -> bool:
    number, condition, value = mutant
    return not any(
        fails(test, f"{number}{'+' if value else '-'}") for test in tests_of(condition.file)
    )


def compare(what: str, found: Counter[str], listed: Counter[str]) -> int:
    for name in (found - listed).elements():
        print(f"not in checks.json, {what}: {name}")
    for name in (listed - found).elements():
        print(f"in checks.json and not found, {what}: {name}")
    return (found - listed).total() + (listed - found).total()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    found = all_conditions()
    recorded = json.loads(CHECKS.read_text())
    if options.list:
        by_file: dict[str, list[str]] = {}
        for condition in found:
            by_file.setdefault(condition.file, []).append(condition.text)
        recorded["conditions"] = by_file
        CHECKS.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")
        return 0

    listed = Counter(
        f"{f}: {text}" for f, texts in recorded["conditions"].items() for text in texts
    )
    wrong = compare("conditions", Counter(f"{c.file}: {c.text}" for c in found), listed)
    numbered = list(enumerate(found))
    build(numbered)
    for test in sorted({test for tests in TESTS.values() for test in tests}):
        if fails(test, ""):
            sys.exit(f"{test} fails without any mutation")
    mutants = [
        (number, condition, value)
        for number, condition in numbered
        for value in ((True, False) if condition.off is None else (condition.off,))
        if not options.files or condition.file in options.files
    ]
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        alive = list(pool.map(survives, mutants))
    survivors = Counter(
        f"{condition.name} -> {str(value).lower()}"
        for (_, condition, value), lives in zip(mutants, alive, strict=True)
        if lives
    )
    explained = Counter(
        name
        for names in recorded["survivors"].values()
        for name in names
        if not options.files or name.split(": ")[0] in options.files
    )
    wrong += compare("survivors", survivors, explained)
    print(f"{len(mutants) - wrong} passed, {wrong} failed, 0 skipped")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
