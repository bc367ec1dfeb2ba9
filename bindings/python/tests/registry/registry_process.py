"""``callgate registry serve`` as a process, and agents of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from http.client import HTTPSConnection
from pathlib import Path
from typing import IO, Any

from authorities import Issued
from registry_world import SERVERS, Agent, until

COMMAND = Path(sys.executable).with_name("callgate")


class Process:
    """One run of the registry."""

    def __init__(self, environ: Mapping[str, str], errors: IO[bytes], *options: str) -> None:
        self._errors = errors
        self.process = subprocess.Popen(
            [COMMAND, "registry", "serve", "--json", *options],
            env={"PATH": os.environ["PATH"], "HOME": environ.get("HOME", "/nowhere"), **environ},
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise AssertionError(self.errors)
        self.ready = json.loads(line)
        self.port = int(self.ready["agents"][0].rpartition(":")[2])

    @contextlib.contextmanager
    def agent(self, folder: Path, *chain: Issued, roots: str | None = None) -> Iterator[Agent]:
        context = ssl.create_default_context(cadata=roots or SERVERS.pem.decode())
        if chain:
            file = folder / f"{chain[0].sha256}.pem"
            file.write_bytes(chain[0].key_pem + b"".join(one.pem for one in chain))
            context.load_cert_chain(file)
        connection = HTTPSConnection("localhost", self.port, context=context, timeout=10)
        with contextlib.closing(connection):
            yield Agent(connection)

    @property
    def errors(self) -> str:
        """What it has written to standard error so far."""
        return os.pread(self._errors.fileno(), 1 << 20, 0).decode()

    def wait_for_log(self, event: str, count: int = 1) -> dict[str, Any]:
        """The latest line of that event, when there are as many."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            lines = [json.loads(line) for line in self.errors.split("\n")[:-1]]
            found[:] = [line for line in lines if line["event"] == event]
            return len(found) >= count

        until(there)
        return found[-1]

    def reload(self) -> None:
        """As an operator asks for it."""
        self.process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode


@contextlib.contextmanager
def running(environ: Mapping[str, str], *options: str) -> Iterator[Process]:
    with tempfile.TemporaryFile() as errors:
        process = Process(environ, errors, *options)
        try:
            yield process
        finally:
            if process.process.poll() is None:
                process.kill()
