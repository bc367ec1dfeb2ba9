"""A Redis or Valkey server for tests: a process on loopback, without files, ended with the test."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis


def program(name: str) -> str | None:
    """Where ``redis-server`` or ``valkey-server`` is, None where it is not installed."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def clock_away(folder: Path) -> Path:
    """The library of clock_away.c. libfaketime, which would do, does not get on with jemalloc."""
    library = folder / "clock_away.so"
    source = Path(__file__).with_name("clock_away.c")
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source)]
    subprocess.run(command, check=True)
    return library


class RedisServer:
    """``stop`` and ``start`` restart it on its port; ``settings`` are of its configuration."""

    def __init__(self, folder: Path, name: str = "redis-server", **settings: str) -> None:
        self.folder = folder
        self.program = program(name)
        assert self.program is not None, f"tools/setup.sh servers installs {name}"
        self.port = self.free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.settings = settings
        self._clock = folder / "clock"
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def free_port() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
        return port

    def start(self) -> None:
        given = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "shutdown-on-sigterm": "nosave",
            "enable-debug-command": "local",
            **{name.replace("_", "-"): value for name, value in self.settings.items()},
        }
        options = [word for name, value in given.items() for word in (f"--{name}", value)]
        environment = dict(os.environ)
        if self._clock.exists():
            environment |= {
                "LD_PRELOAD": str(clock_away(self.folder)),
                "CLOCK_AWAY": str(self._clock),
            }
        self._process = subprocess.Popen(
            [str(self.program), *options], stdout=subprocess.DEVNULL, env=environment
        )
        for _ in range(2000):
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                self.ask("PING")
                return
            assert self._process.poll() is None, "the server ended by itself"
            time.sleep(0.005)
        raise AssertionError("the server does not answer")

    def move_clock(self, seconds: int) -> None:
        """So far from the real one; before ``start`` for the first time."""
        new = self._clock.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self._clock)

    def ask(self, *command: Any) -> Any:
        """One command of an administrator."""
        with redis.Redis(port=self.port, socket_timeout=20) as client:
            return client.execute_command(*command)

    def stop(self, *, kill: bool = False) -> None:
        """Ends it; without its data, unless ``settings`` say where to keep them."""
        process, self._process = self._process, None
        if process is not None:
            (process.kill if kill else process.terminate)()
            process.wait(20)


@contextlib.contextmanager
def redis_server(
    folder: Path, name: str = "redis-server", **settings: str
) -> Iterator[RedisServer]:
    server = RedisServer(folder, name, **settings)
    server.start()
    try:
        yield server
    finally:
        server.stop(kill=True)
