"""The processes of the benchmark, and what the kernel says that they used."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Usage:
    """CPU seconds of a process so far: its main thread, and all others (the audit's)."""

    loop: float
    others: float

    def __sub__(self, before: Usage) -> Usage:
        return Usage(self.loop - before.loop, self.others - before.others)

    @property
    def all(self) -> float:
        return self.loop + self.others


class Server:
    """A process that prints one JSON object when it listens."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process = process
        self.pid = process.pid
        line = process.stdout.readline()
        if not line:
            raise SystemExit("a server did not start")
        self.url: str = json.loads(line)["agents"][0]

    def usage(self) -> Usage:
        """In nanoseconds, as the scheduler counts them (CONFIG_SCHED_INFO)."""
        loop = others = 0.0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            seconds = int((task / "schedstat").read_text().split()[0]) / 1e9
            if task.name == str(self.pid):
                loop = seconds
            else:
                others += seconds
        return Usage(loop, others)

    def resident(self) -> int:
        """Bytes in memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """As an operator does. Returns when it has ended."""
        self._process.terminate()
        self._process.wait(60)


class Load:
    """load.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.envelope_bytes = 0

    def sign(self, url: str, calls: int, connections: int) -> None:
        """Gets a run ready."""
        self._write(json.dumps({"url": url, "calls": calls, "connections": connections}))
        self.envelope_bytes = int(self._read()["envelope_bytes"])

    def run(self) -> dict[str, Any]:
        self._write("")
        return self._read()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the agents' process ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Python with these arguments, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
