"""A real agent of the public mesh registers over mTLS through TrustTls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from authorities import Issued, authority
from callgate.serving.peer import Peer, peer_of
from cryptography import x509
from served import SERVERS, serving, until
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PYTHON = Path(__file__).parents[4] / ".venv" / "mesh-agents" / "bin" / "python"
PROVIDER = Path(__file__).parent / "servers" / "mesh_provider.py"

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="the public agents need Python 3.11"
)


@dataclass
class Seen:
    method: str
    path: str
    peer: Peer
    body: dict[str, Any]


class Registry:
    """Answers heartbeats as the public registry does, and refuses untrusted certificates."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.app = Starlette(
            routes=[
                Route("/heartbeat", self.heartbeat, methods=["POST"]),
                Route("/heartbeat/{agent}", self.alive, methods=["HEAD"]),
                Route("/agents/{agent}", self.gone, methods=["DELETE"]),
            ]
        )

    async def heartbeat(self, request: Request) -> Response:
        body = await request.json()
        if (refused := self._note(request, body)) is not None:
            return refused
        return JSONResponse(
            {
                "agent_id": body["agent_id"],
                "status": "success",
                "message": "Agent registered via heartbeat",
                "timestamp": "2026-11-30T12:00:00Z",
                "dependencies_resolved": {},
                "llm_tools": {},
            }
        )

    async def alive(self, request: Request) -> Response:
        return self._note(request, {}) or Response()

    async def gone(self, request: Request) -> Response:
        return self._note(request, {}) or Response(status_code=204)

    def _note(self, request: Request, body: dict[str, Any]) -> Response | None:
        peer = peer_of(request.scope)
        self.seen.append(Seen(request.method, request.url.path, peer, body))
        if peer.subject is not None:
            return None
        reason = None if peer.verdict is None else peer.verdict.reason
        return JSONResponse({"error": "not trusted", "reason": reason}, 403)

    def did(self, method: str) -> list[Seen]:
        return [one for one in self.seen if one.method == method]


def agent(folder: Path, port: int, chain: list[Issued]) -> subprocess.Popen[str]:
    certificate, key, ca = folder / "agent.crt", folder / "agent.key", folder / "ca.crt"
    certificate.write_bytes(b"".join(one.pem for one in chain))
    key.touch(0o600)
    key.write_bytes(chain[0].key_pem)
    ca.write_bytes(SERVERS.pem)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "MCP_MESH_REGISTRY_URL": f"https://localhost:{port}",
        "MCP_MESH_TLS_MODE": "auto",
        "MCP_MESH_TLS_PROVIDER": "file",
        "MCP_MESH_TLS_CERT": str(certificate),
        "MCP_MESH_TLS_KEY": str(key),
        "MCP_MESH_TLS_CA": str(ca),
        "MCP_MESH_AGENT_ID": "prov-0000000a",
        "MCP_MESH_HTTP_HOST": "127.0.0.1",
        "MCP_MESH_HEALTH_INTERVAL": "1",
    }
    with (folder / "agent.log").open("w") as log:
        return subprocess.Popen(
            [PYTHON, PROVIDER], cwd=folder, env=environ, stdout=log, stderr=log, text=True
        )


def leaf(issuer: Issued) -> Issued:
    names = [x509.DNSName("localhost"), x509.DNSName("agent.acme")]
    return issuer.issue("prov", names=names, serves=True)


def test_it_registers_stays_and_leaves(acme: Issued, tmp_path: Path) -> None:
    between = acme.issue("Acme Issuing", ca=True)
    one = leaf(between)
    registry = Registry()
    with serving(tmp_path, {"acme": acme}, app=registry.app) as served:
        process = agent(tmp_path, served.port, [one, between])
        try:
            until(lambda: len(registry.did("HEAD")) >= 3, 90)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait(10)
        first = registry.seen[0]
        assert (first.method, first.path) == ("POST", "/heartbeat")
        assert first.body["agent_id"] == "prov-0000000a"
        assert "adder" in {tool["capability"] for tool in first.body["tools"]}
        assert registry.did("DELETE")[-1].path == "/agents/prov-0000000a"
        for seen in registry.seen:
            assert seen.peer.chain == (one.der, between.der)
            assert seen.peer.subject is not None
            assert seen.peer.subject.entity == "acme"


def test_a_strangers_agent_reads_why_it_is_refused(acme: Issued, tmp_path: Path) -> None:
    registry = Registry()
    with serving(tmp_path, {"acme": acme}, app=registry.app) as served:
        process = agent(tmp_path, served.port, [leaf(authority("Globex Root"))])
        try:
            until(lambda: len(registry.did("POST")) >= 2, 90)
        finally:
            process.kill()
            process.wait(10)
        assert {seen.peer.subject for seen in registry.seen} == {None}
        assert not registry.did("HEAD")
        verdict = registry.seen[0].peer.verdict
        assert verdict is not None
        assert verdict.reason == "untrusted"
        assert "untrusted" in (tmp_path / "agent.log").read_text()
