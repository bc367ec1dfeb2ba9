"""A command with a deadline: ``python -m callgate.trust.backends.within SECONDS COMMAND …``.

For libraries that run a command and wait for it without end. Its output and its exit code are
those of the command. At the deadline the command is killed, with what it started; exit code 1.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

FAILED = 1


def main(arguments: Sequence[str]) -> int:
    """``arguments``: the seconds, the command, and what it is given."""
    seconds, *command = arguments
    try:
        process = subprocess.Popen(command, start_new_session=True)
    except OSError as error:
        return _fail(f"{command[0]}: {error.strerror}")
    try:
        return process.wait(float(seconds))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return _fail(f"{command[0]}: no answer within {seconds} s")


def _fail(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
