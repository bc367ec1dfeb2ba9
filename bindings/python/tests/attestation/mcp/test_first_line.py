"""The tests of this folder pass on mcp 1.x, too, in an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from attested_world import ON_FIRST_LINE

FOLDER = Path(__file__).parent
FIRST_LINE = Path(__file__).parents[5] / ".venv" / "mcp-1"


@pytest.mark.skipif(ON_FIRST_LINE, reason="this is the run that it starts")
def test_everything_passes_on_the_first_line() -> None:
    assert FIRST_LINE.is_dir(), "run tools/setup.sh dev"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(FOLDER)],
        env={**os.environ, "PYTHONPATH": str(FIRST_LINE), "PYTEST_XDIST_WORKER": ""},
        cwd=FOLDER.parents[4],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout
