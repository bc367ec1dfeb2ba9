"""`callgate serve --demo` as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class DemoGateway:
    """Where a demonstration runs, and whom it knows."""

    url: str
    operators: str
    workload: str
    credential: str
    folder: Path
    servers: list[str]

    def operator(self, method: str, path: str, body: Any = None) -> Any:
        """An operator's call; its JSON answer."""
        request = urllib.request.Request(
            f"{self.operators}/admin/v1{path}",
            None if body is None else json.dumps(body).encode(),
            {"authorization": f"Bearer {self.credential}", "content-type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)


@contextlib.contextmanager
def demo_gateway() -> Iterator[DemoGateway]:
    command = [sys.executable, "-m", "callgate.cli", "serve", "--demo"]
    options = ["--port", "0", "--admin-port", "0", "--json"]
    with (
        # What it leaves, for people to look at, goes with it.
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": folder},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            yield DemoGateway(
                ready["agents"][0],
                ready["operators"][0],
                ready["workload_id"],
                Path(ready["credential"]).read_text().strip(),
                Path(ready["folder"]),
                ready["servers"],
            )
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
