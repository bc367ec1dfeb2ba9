"""A mesh of real parts on this machine: agents of mcp-mesh, their command line, certificates."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from authorities import Issued
from cryptography import x509

REPOSITORY = Path(__file__).parents[4]
PYTHON = REPOSITORY / ".venv" / "mesh-agents" / "bin" / "python"
MESHCTL = REPOSITORY / "tests/servers/node_modules/@mcpmesh/cli-linux-x64/bin/meshctl"
AGENTS = Path(__file__).parent / "agents"
# Seconds before something that must happen is a failure. Agents take some to start.
PATIENCE = 60.0
HERE = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]

T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
    """The first answer of ``look`` that is true."""
    deadline = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"did not happen: {what}"
        time.sleep(0.05)


@dataclass
class Mesh:
    """Agents of the registry at ``url``. They verify it and each other by ``ca``."""

    folder: Path
    url: str
    ca: Path
    running: ExitStack = field(default_factory=ExitStack)

    def credentials(self, name: str, issuer: Issued) -> dict[str, str]:
        """What a process needs to be that, in the document's variables."""
        leaf = issuer.issue(name, names=HERE, serves=True)
        paths = [self.folder / f"{name}.pem", self.folder / f"{name}-key.pem"]
        for path, content in zip(paths, (leaf.pem, leaf.key_pem), strict=True):
            path.touch(0o600)
            path.write_bytes(content)
        names = ("MCP_MESH_TLS_CERT", "MCP_MESH_TLS_KEY", "MCP_MESH_TLS_CA")
        return dict(zip(names, map(str, (*paths, self.ca)), strict=True))

    def start(
        self, name: str, command: list[str | Path], **variables: str
    ) -> subprocess.Popen[bytes]:
        """Runs it until the world ends; what it says is in ``<name>.log``."""
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
        environment = {**kept, "HOME": str(self.folder), **variables}
        log = self.running.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            list(map(str, command)),
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
        )
        self.running.callback(end, process)
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def agent(self, name: str, script: str, issuer: Issued, **variables: str) -> RealAgent:
        """A real agent with a certificate of an authority."""
        port = free_port()
        process = self.start(
            name,
            [PYTHON, AGENTS / script],
            **self.credentials(name, issuer),
            MCP_MESH_TLS_MODE="strict",
            MCP_MESH_REGISTRY_URL=self.url,
            MCP_MESH_HTTP_HOST="127.0.0.1",
            MCP_MESH_HTTP_PORT=str(port),
            MCP_MESH_AGENT_NAME=name,
            MCP_MESH_AGENT_ID=f"{name}-0000000a",
            MCP_MESH_HEALTH_INTERVAL="1",
            # Its first server is to be up before it looks for one: else it starts another.
            MCP_MESH_DEBOUNCE_DELAY="3",
            **variables,
        )
        return RealAgent(self, name, port, process)

    def client(self, credentials: Mapping[str, str]) -> ssl.SSLContext:
        """A client's context with these."""
        context = ssl.create_default_context(cafile=credentials["MCP_MESH_TLS_CA"])
        paths = credentials["MCP_MESH_TLS_CERT"], credentials["MCP_MESH_TLS_KEY"]
        context.load_cert_chain(*paths)
        return context

    def ask(self, method: str, path: str, credentials: Mapping[str, str]) -> httpx2.Response:
        """One request to the registry."""
        with httpx2.Client(verify=self.client(credentials)) as http:
            return http.request(method, self.url + path)

    def meshctl(self, credentials: Mapping[str, str], *arguments: str) -> str:
        """What the public command line says of this registry."""
        done = subprocess.run(
            [MESHCTL, *arguments],
            env={"HOME": str(self.folder), "PATH": os.environ["PATH"], **credentials},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@dataclass
class RealAgent:
    """One that runs."""

    mesh: Mesh
    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def agent_id(self) -> str:
        return f"{self.name}-0000000a"

    def call(self, tool: str, credentials: Mapping[str, str], **arguments: Any) -> Any:
        """What its tool gives, None while it cannot be called."""
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }
        headers = {"Accept": "application/json, text/event-stream"}
        try:
            with httpx2.Client(verify=self.mesh.client(credentials)) as http:
                url = f"https://127.0.0.1:{self.port}/mcp"
                answer = http.post(url, json=body, headers=headers, timeout=10)
        except httpx2.TransportError:
            return None
        # Its server listens before its tools are there.
        return result(answer.text) if answer.status_code == 200 else None

    def leave(self) -> None:
        """Ends it as an operator would. It says so to the registry before it waits for others."""
        self.process.send_signal(signal.SIGTERM)


def result(text: str) -> Any:
    """The structured content of an answer, in JSON or as one event."""
    data = [line[5:] for line in text.splitlines() if line.startswith("data:")] or [text]
    return json.loads(data[0])["result"].get("structuredContent")


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@contextmanager
def mesh(folder: Path, url: str, *authorities: Issued) -> Iterator[Mesh]:
    """Whatever was started in it has ended when it ends."""
    ca = folder / "mesh-ca.pem"
    ca.write_bytes(b"".join(one.pem for one in authorities))
    made = Mesh(folder, url, ca)
    with made.running:
        yield made
