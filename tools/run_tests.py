"""Runs every suite of `make test`, prints a line for each and one line of totals at the end.

tools/run_tests.py [suite]...    only those, in the table's order
"""

import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / ".cache" / "reports"
PYTHON = sys.executable


@dataclass(frozen=True)
class Suite:
    """One command, run from the repository's root.

    How many tests it was, in this order: the JUnit file it writes where `{junit}` stands; a last
    line "N passed, N failed, N skipped" of its output; else one.
    """

    name: str
    command: str


SUITES = [
    Suite("cpp", "ctest --test-dir build/bindings -j2 --timeout 600 --no-tests=error "
                 "--output-on-failure --output-junit {junit}"),
    # Three at a time on two cores: tests of servers mostly wait.
    Suite("python", f"{PYTHON} -m pytest -q -n 3 --junitxml {{junit}}"),
    Suite("rooms", f"{PYTHON} -m pytest -q tests/rooms --junitxml {{junit}}"),
    Suite("reference", f"{PYTHON} -m pytest -q tests/reference --junitxml {{junit}}"),
    Suite("properties", f"{PYTHON} -m pytest -q tests/properties --junitxml {{junit}}"),
    Suite("node", "tools/test_node.sh {junit}"),
    Suite("docs", f"{PYTHON} -m pytest -q -n 2 tests/docs --junitxml {{junit}}"),
    Suite("docs types", f"{PYTHON} -m mypy tests/docs"),
    Suite("python types", f"{PYTHON} -m mypy -p callgate"),
    Suite("python test types", "tools/check_test_types.sh"),
    Suite("sdist", "tools/test_sdist.sh"),
    Suite("version", f"{PYTHON} tools/check_version.py"),
]  # fmt: skip


@dataclass
class Totals:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Totals") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count_junit(file: Path) -> Totals:
    totals = Totals()
    for case in ElementTree.parse(file).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            totals.failed += 1
        elif case.find("skipped") is not None:
            totals.skipped += 1
        else:
            totals.passed += 1
    return totals


def count_output(output: str) -> Totals:
    lines = output.strip().splitlines()
    line = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped", lines[-1] if lines else "")
    return Totals(*map(int, line.groups())) if line else Totals()


def run(suite: Suite) -> Totals:
    junit = REPORTS / f"{suite.name.replace(' ', '-')}.xml"
    junit.unlink(missing_ok=True)
    begin = time.monotonic()
    done = subprocess.run(
        suite.command.format(junit=junit),
        shell=True,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    totals = count_junit(junit) if junit.exists() else count_output(done.stdout)
    if "{junit}" not in suite.command and totals == Totals():
        totals.passed = int(done.returncode == 0)
    # A command that failed, or a report without a test in it, is a failure whatever was counted.
    if totals.failed == 0 and (done.returncode != 0 or totals == Totals()):
        totals.failed = 1
    if totals.failed:
        print(f"\n--- {suite.name}: {suite.command}\n{done.stdout}")
    seconds = time.monotonic() - begin
    print(f"{suite.name:20} {seconds:7.1f} s   {totals}", flush=True)
    return totals


def main(names: list[str]) -> int:
    if unknown := set(names) - {suite.name for suite in SUITES}:
        print(f"no such suite: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    REPORTS.mkdir(parents=True, exist_ok=True)
    totals = Totals()
    for suite in SUITES:
        if not names or suite.name in names:
            totals.add(run(suite))
    print(totals)
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
