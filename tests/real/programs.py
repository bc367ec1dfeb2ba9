"""The programs that tools/real/build.sh made, and how one of them is run."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("CALLGATE_REAL_CACHE", ROOT / ".cache" / "real"))
# Seconds in which a server must answer: some make keys first, and the machine may be busy.
READY = 120.0


def program(name: str) -> Path:
    """Its path. Raises FileNotFoundError."""
    lines = (ROOT / "tools" / "real" / "versions.txt").read_text().splitlines()
    versions = dict(line.split() for line in lines)
    version = versions.get(name) or versions.get(name.partition("-")[0])
    path = CACHE / "bin" / (f"{name}-{version}" if version else name)
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: run tools/real/build.sh {name}")
    return path


def free_ports(count: int) -> list[int]:
    """Of loopback: all different, free just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Running:
    """A server's process, with its output in a file."""

    def __init__(self, command: Sequence[str | Path], log: Path) -> None:
        self.log = log
        self._output: IO[bytes] = log.open("ab")
        self._process = subprocess.Popen(
            [str(part) for part in command], stdout=self._output, stderr=subprocess.STDOUT
        )

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Raises AssertionError, with the end of the log, where it never is."""
        deadline = time.monotonic() + READY
        while not ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-3000:]
                raise AssertionError(f"{self._process.args!r} is not ready:\n{tail}")
            time.sleep(0.1)

    def kill(self) -> None:
        """At once, as a crash would end it."""
        self._process.kill()
        self._process.wait()
        self._output.close()
