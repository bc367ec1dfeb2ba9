"""The limit of open files: raised as far as connections need it, else the log says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from gateway_process import write_gateway

SCRIPT = """
import resource, sys
from pathlib import Path
from callgate.gateway.process import serve_command

soft, hard = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
# The state is no folder, so the start ends where it would open it.
try:
    serve_command.run(Path(sys.argv[3]), {}, lambda addresses: None)
except Exception:
    pass
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("before", "after", "warned"),
    [
        ((300, 4000), (1500, 4000), False),
        ((300, 500), (500, 500), True),
        ((3000, 4000), (3000, 4000), False),
    ],
)
def test_the_soft_limit_is_raised_towards_the_hard_one(
    before: tuple[int, int], after: tuple[int, int], warned: bool, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("")
    path = write_gateway(tmp_path, listen={"port": 0, "max_connections": 604})
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(before[0]), str(before[1]), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == str(after)
    assert ("listen.max_connections may need 1500" in done.stderr) is warned
