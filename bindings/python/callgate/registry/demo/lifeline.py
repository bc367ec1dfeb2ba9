"""A command that ends with the process that started it, also where that is killed.

``python -m callgate.registry.demo.lifeline ARGUMENTS`` is ``callgate ARGUMENTS``, until its
standard input ends: that is a pipe whose other end the starter holds and no one writes to.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def end_with_input() -> None:
    """Has this process told to stop at the end of its standard input. Returns at once."""
    threading.Thread(target=_wait, name="lifeline", daemon=True).start()


def _wait() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with_input()
    runpy.run_module("callgate.cli", run_name="__main__", alter_sys=True)
