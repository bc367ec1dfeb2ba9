"""A wrapped server passes the conformance scenarios of MCP that the bare one passes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from attested_world import ON_FIRST_LINE
from peer_processes import NODE_PACKAGES, PEERS, environment

pytestmark = pytest.mark.skipif(ON_FIRST_LINE, reason="each server has its own line already")
CONFORMANCE = NODE_PACKAGES / "@modelcontextprotocol/conformance/dist/index.js"
SERVER = PEERS / "conformance_server.py"


def passed(line: int, kind: str, results: Path) -> set[str]:
    """The checks that succeed."""
    command = [sys.executable, str(SERVER), kind]
    with subprocess.Popen(
        command, env=environment(line), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().strip()
            run = ["node", str(CONFORMANCE), "server", "--url", url, "--output-dir", str(results)]
            subprocess.run(run, capture_output=True, timeout=300, check=False, cwd=results)
        finally:
            server.terminate()
    checks = set()
    for file in results.rglob("checks.json"):
        for check in json.loads(file.read_text()):
            if check["status"] == "SUCCESS":
                checks.add(check["id"])
    return checks


@pytest.mark.parametrize("line", [1, 2])
def test_attestation_breaks_no_scenario(line: int, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "attested").mkdir()
    bare = passed(line, "bare", tmp_path / "bare")
    assert len(bare) >= 15, bare
    assert passed(line, "attested", tmp_path / "attested") >= bare
