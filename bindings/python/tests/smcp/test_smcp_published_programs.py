"""Programs written for the published SDKs run with only their import lines changed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from demo_gateway import DemoGateway

PROGRAMS = Path(__file__).parent / "programs"


def run(program: str, *arguments: str) -> list[str]:
    text = (PROGRAMS / program).read_text()
    ours, changed = re.subn(r"(?m)^from (?:smcp|seal)\b", "from callgate.smcp", text)
    assert changed
    command = [sys.executable, "-W", "error", "-c", ours, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_an_smcp_agent(demo: DemoGateway) -> None:
    call = ("time", "time.get_current_time", "timezone", "UTC")
    assert run("smcp_agent.txt", demo.url, demo.workload, *call) == [
        "before attest: True True",
        "token: eyJ 3",
        "result: True",
        "denied: True",
    ]


def test_a_seal_agent(demo: DemoGateway) -> None:
    call = ("time", "time.get_current_time", "timezone", "UTC")
    assert run("seal_agent.txt", demo.url, demo.workload, *call) == [
        "token: eyJ Z True",
        "result: True",
        "denied: True",
    ]


def test_the_example_of_the_document(demo: DemoGateway) -> None:
    (line,) = run("document_example.txt", demo.url)
    assert "model-context-protocol: The Model Context Protocol lets" in line


@pytest.mark.parametrize(
    ("program", "refused"),
    [
        ("smcp_server.txt", ["refused: 1004", "refused: 1001", "refused: 1000"]),
        ("seal_server.txt", ["refused: 1003", "refused: 1001", "refused: 1000"]),
    ],
)
def test_a_server_that_verifies(program: str, refused: list[str]) -> None:
    assert run(program) == refused
