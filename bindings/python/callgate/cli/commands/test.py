"""``callgate test``: runs suites that keep a policy under test."""

from __future__ import annotations

import argparse

from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._suite import Result, read_suite


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(verbs, "test", run, "Run suites of expected decisions")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a suite, or - for stdin")


def run(arguments: argparse.Namespace) -> Outcome:
    """0 when every case of every suite passes, 1 when one fails."""
    # Everything is read before anything runs, so that a faulty suite is an error, not a failure.
    suites = [(name, read_suite(name)) for name in arguments.files]
    reports = [(name, suite.run()) for name, suite in suites]
    results = [result for _, report in reports for result in report]
    failed = sum(not result.passed for result in results)
    lines = [line for name, report in reports for line in _report(name, report)]
    lines.append(f"{len(results) - failed} passed, {failed} failed")
    data = {
        "passed": len(results) - failed,
        "failed": failed,
        "suites": [
            {"file": name, "cases": [result.data() for result in report]}
            for name, report in reports
        ],
    }
    return Outcome(failed == 0, data, lines)


def _report(name: str, report: list[Result]) -> list[str]:
    lines = [name]
    for result in report:
        lines.append(f"  {'ok  ' if result.passed else 'FAIL'}  {result.case.name}")
        if not result.passed:
            lines.append(f"        expected {result.expected}, got {result.got}")
            lines.append(f"        at {result.case.where}")
    return lines
