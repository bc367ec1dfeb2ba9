"""The command, as a user runs it, and a policy of the examples."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
POLICIES = ROOT / "examples" / "policies"
CONTEXTS = ROOT / "examples" / "contexts"
POLICY = str(POLICIES / "research-safe.yaml")
CALL = ["--policy", POLICY, "--context", "research-safe", "--tool", "fs.read"]


def run(*arguments: object, stdin: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "callgate"), *map(str, arguments)]
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(command, input=data, capture_output=True, timeout=60)
    return subprocess.CompletedProcess(
        command, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def run_json(*arguments: object, exit_code: int, stdin: str | bytes = b"") -> Any:
    done = run(*arguments, "--json", stdin=stdin)
    assert done.returncode == exit_code, done
    assert done.stderr == ""
    return json.loads(done.stdout)


def assert_error(done: subprocess.CompletedProcess[str], begins: str) -> None:
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith(begins), done.stderr
    assert done.stderr.count("\n") == 1
