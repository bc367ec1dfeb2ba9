"""``callgate test``: runs suites that keep a policy under test."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from callgate.cli._command import Outcome, Verbs, add_command, error_data
from callgate.cli._coverage import cover
from callgate.cli._junit import junit
from callgate.cli._output import paint
from callgate.cli._suite import Result, find_suites, read_suite

ALL = 100.0


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(verbs, "test", run, "Run suites of expected decisions")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a suite, a folder for all suites below it, or - for stdin",
    )
    parser.add_argument(
        "--coverage", action="store_true", help="say which parts of the policies no case exercises"
    )
    parser.add_argument(
        "--min-coverage",
        type=_percent,
        metavar="PERCENT",
        help="fail where fewer parts of the policies are exercised; implies --coverage",
    )
    parser.add_argument("--junit", metavar="FILE", help="write the results as JUnit XML, too")


def _percent(text: str) -> float:
    percent = float(text)
    if not 0 <= percent <= ALL:
        raise argparse.ArgumentTypeError(f"expected 0 to 100, not {percent:g}")
    return percent


def run(arguments: argparse.Namespace) -> Outcome:
    """0 when every case of every suite passes, 1 when one fails or too little is covered."""
    # Everything is read before anything runs, so that a faulty suite is an error, not a failure.
    names = [suite for name in arguments.files for suite in find_suites(name)]
    suites = [(name, read_suite(name)) for name in names]
    reports = [(name, suite.run()) for name, suite in suites]
    results = [result for _, report in reports for result in report]
    failed = sum(not result.passed for result in results)
    ok = failed == 0
    data: dict[str, Any] = {
        "passed": len(results) - failed,
        "failed": failed,
        "suites": [
            {"file": name, "cases": [result.data() for result in report]}
            for name, report in reports
        ],
    }
    lines = [line for name, report in reports for line in _report(name, report)]
    if arguments.coverage or arguments.min_coverage is not None:
        coverage = cover(suite for _, suite in suites)
        least = arguments.min_coverage or 0.0
        ok = ok and coverage.percent >= least
        data["coverage"] = coverage.data()
        lines += coverage.lines()
        if coverage.percent < least:
            lines.append(paint(f"FAIL  coverage is below {least:g} %", "red"))
    lines.append(f"{len(results) - failed} passed, {failed} failed")
    if arguments.junit is not None:
        try:
            Path(arguments.junit).write_bytes(junit(reports))
        except OSError as error:
            # What the suites said is printed all the same.
            message, file = error.strerror or "it cannot be written", str(arguments.junit)
            data["error"] = error_data("INVALID_ARGUMENT", message, file)
            return Outcome(ok, data, lines, status=2, errors=[f"{file}: {message}"])
    return Outcome(ok, data, lines)


def _report(name: str, report: list[Result]) -> list[str]:
    lines = [name]
    for result in report:
        word = paint("ok  ", "green") if result.passed else paint("FAIL", "red")
        lines.append(f"  {word}  {result.case.name}")
        if not result.passed:
            lines.append(f"        expected {result.expected}, got {result.got}")
            lines.append(f"        at {result.case.where}")
    return lines
