"""A unix socket that speaks the Docker Engine API as documented, for the calls that are made."""

from __future__ import annotations

import contextlib
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

API_VERSION = "1.47"


@dataclass
class DockerEngine:
    """Containers by id. ``broken`` answers as an engine in trouble does; ``asked`` is what came."""

    socket: Path
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: bytes | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"unix://{self.socket}"

    def run(
        self,
        container_id: str,
        *,
        labels: dict[str, str] | None = None,
        addresses: tuple[str, ...] = ("172.17.0.2",),
        name: str = "agent",
        started_at: str = "2026-02-23T10:00:00.000000001Z",
    ) -> None:
        """GET /containers/{id}/json of the Engine API, as far as anyone reads it."""
        self.containers[container_id] = {
            "Id": container_id,
            "Name": f"/{name}",
            "State": {
                "Status": "running",
                "Running": True,
                "Paused": False,
                "Restarting": False,
                "Dead": False,
                "Pid": 4242,
                "ExitCode": 0,
                "StartedAt": started_at,
                "FinishedAt": "0001-01-01T00:00:00Z",
            },
            "Config": {"Labels": labels or {}, "Image": "agent:1"},
            "NetworkSettings": {
                "Networks": {
                    f"net{number}": {"IPAddress": address, "GlobalIPv6Address": ""}
                    for number, address in enumerate(addresses)
                }
            },
        }

    def stop(self, container_id: str) -> None:
        """It exited, and is still listed."""
        state = self.containers[container_id]["State"]
        state.update({"Status": "exited", "Running": False, "Pid": 0})

    def find(self, asked: str) -> dict[str, Any] | None:
        """As the engine does: a whole id, then a name, then the start of an id."""
        if asked in self.containers:
            return self.containers[asked]
        named = [c for c in self.containers.values() if c["Name"] == f"/{asked}"]
        started = [c for i, c in self.containers.items() if i.startswith(asked)]
        return next(iter([*named, *started]), None)


@contextlib.contextmanager
def docker_engine(folder: Path) -> Iterator[DockerEngine]:
    """One that listens until the block ends."""
    engine = DockerEngine(folder / "docker.sock")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            engine.asked.append(self.path)
            if engine.broken is not None:
                self._answer(500, engine.broken)
            elif self.path == "/version":
                version = {"ApiVersion": API_VERSION, "MinAPIVersion": "1.24", "Os": "linux"}
                self._answer(200, json.dumps(version).encode())
            elif match := re.fullmatch(r"/v[\d.]+/containers/([^/]+)/json", self.path):
                found = engine.find(match[1])
                if found is None:
                    message = {"message": f"No such container: {match[1]}"}
                    self._answer(404, json.dumps(message).encode())
                else:
                    self._answer(200, json.dumps(found).encode())
            else:
                self._answer(404, b'{"message":"page not found"}')

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Api-Version", API_VERSION)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "unix"

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True
        block_on_close = False

    with Server(str(engine.socket), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield engine
        finally:
            server.shutdown()
            thread.join(5)
