"""The compiled evaluator and the reference, which was written from docs/policy.md alone, agree."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

PAIRS = 50_000
SEEDS = (20260217, 20260218)  # one process each
DENIALS = [
    "PATH_NOT_ALLOWED",
    "DOMAIN_NOT_ALLOWED",
    "COMMAND_NOT_ALLOWED",
    "ARGUMENT_NOT_ALLOWED",
    "TOOL_NOT_ALLOWED",
    "TOOL_EXPLICITLY_DENIED",
    "INVALID_ENVELOPE",
    "SCOPE_NOT_FOUND",
]


@pytest.fixture(scope="module")
def reports() -> list[dict[str, Any]]:
    script = Path(__file__).with_name("compare_evaluators.py")
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), str(seed), str(PAIRS // len(SEEDS))],
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in SEEDS
    ]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(SEEDS)
    return [json.loads(output) for output in outputs]


def test_the_two_evaluators_agree_on_every_pair(reports: list[dict[str, Any]]) -> None:
    for seed, report in zip(SEEDS, reports, strict=True):
        assert report["disagreements"] == 0, (seed, report["examples"])


def test_the_order_of_capabilities_never_changes_a_verdict(reports: list[dict[str, Any]]) -> None:
    for seed, report in zip(SEEDS, reports, strict=True):
        assert report["reordered"] == 0, (seed, report["examples"])


def test_they_agree_on_something(
    reports: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts: Counter[str] = Counter()
    for report in reports:
        verdicts.update(report["verdicts"])
    count = verdicts.total()
    with capsys.disabled():
        print(f"\n{count} pairs, seeds {SEEDS}:")
        for verdict, number in verdicts.most_common():
            print(f"{100 * number / count:6.2f} %  {verdict}")
    assert count == PAIRS
    assert verdicts["allowed"] >= 0.30 * count
    for code in DENIALS:
        assert verdicts[code] >= 0.01 * count, code
