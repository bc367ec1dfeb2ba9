"""A real gateway that judges client certificates by a real trust directory, and its agents."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import ssl
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from authorities import Issued, authority, issued
from callgate import SecretKey, create_envelope
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from gateway_process import (
    GatewayProcess,
    audit_lines,
    replace,
    running,
    wait_until,
    write_gateway,
    write_secret,
)

SERVERS = authority("Servers")
ACME, GLOBEX = authority("Acme CA"), authority("Globex CA")
ATTEST, INVOKE = "/v1/smcp/attest", "/v1/smcp/invoke"
WAITING = [sys.executable, str(Path(__file__).parent / "servers" / "waiting.py")]
CONTEXTS = """\
name: waiting
capabilities:
  - tool_pattern: waiting.wait
    only_arguments: [began, until]
"""


@dataclass
class Agent:
    """A caller with its own key and certificate."""

    client: httpx2.Client
    key: SecretKey
    token: str = ""
    calls: int = 0

    def attest(self, workload: str) -> tuple[int, dict[str, Any]]:
        body = {
            "public_key": self.key.public_key.to_base64(),
            "workload_id": workload,
            "requested_scope": "waiting",
        }
        reply = self.client.post(ATTEST, json=body)
        answer: dict[str, Any] = reply.json()
        self.token = answer.get("security_token", self.token)
        return reply.status_code, answer

    def refusal(self, workload: str) -> tuple[str, Any]:
        """The code's name and the details of an attestation that is refused."""
        status, answer = self.attest(workload)
        assert status in (401, 403, 409), answer
        error = answer["error"]
        return error["name"], (error.get("details") or {}).get("cause")

    def call(self, began: Path, until: Path) -> str | None:
        """The code of a call's answer; None: the tool's result came."""
        self.calls += 1
        params = {"name": "waiting.wait", "arguments": {"began": str(began), "until": str(until)}}
        message = {"jsonrpc": "2.0", "id": self.calls, "method": "tools/call", "params": params}
        envelope = create_envelope(message, self.token, self.key)
        headers = {"content-type": "application/json"}
        reply = self.client.post(INVOKE, content=envelope, headers=headers).json()
        return str(reply["error"]["name"]) if "error" in reply else None


@dataclass
class World:
    """A configuration in a folder, for one gateway at a time."""

    folder: Path
    config: Path
    gateway: GatewayProcess | None = None

    @property
    def trust(self) -> Path:
        return self.folder / "trust"

    @contextlib.contextmanager
    def running(self) -> Iterator[GatewayProcess]:
        with running(self.config) as self.gateway:
            yield self.gateway

    @contextlib.contextmanager
    def agent(self, *chain: Issued, key: SecretKey | None = None) -> Iterator[Agent]:
        """With that certificate, or none."""
        assert self.gateway is not None
        context = ssl.create_default_context(cadata=SERVERS.pem.decode())
        if chain:
            file = self.folder / f"{chain[0].sha256}.pem"
            file.write_bytes(chain[0].key_pem + b"".join(one.pem for one in chain))
            context.load_cert_chain(file)
        with httpx2.Client(
            base_url=self.gateway.url, verify=context, timeout=60, trust_env=False
        ) as client:
            yield Agent(client, key or SecretKey.generate())

    def events(self, name: str) -> list[dict[str, Any]]:
        """Of the trail, without those of attestations that other tests had refused."""
        fields = [line["fields"] for line in audit_lines(self.folder)]
        return [one for one in fields if one.get("event") == name]

    def wait_for(self, name: str, **wanted: Any) -> dict[str, Any]:
        """The first event whose fields are these."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = [one for one in self.events(name) if wanted.items() <= one.items()]
            return bool(found)

        wait_until(there)
        return found[0]


def agent_of(entity: Issued, name: str = "agent", **how: Any) -> Issued:
    return issued(name, by=entity, serves=True, **how)


def write_world(
    folder: Path,
    executions: Mapping[str, Any],
    *,
    listen: Mapping[str, Any] | None = None,
    trust: Mapping[str, Any] | None = None,
) -> World:
    """Acme and Globex are entities; each execution has its tie."""
    folder.mkdir(exist_ok=True)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = issued("localhost", by=SERVERS, names=names, purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    (folder / "server.crt").write_bytes(server.pem)
    write_secret(folder / "server.key", server.key_pem.decode())
    entities = folder / "trust" / "entities"
    entities.mkdir(parents=True, exist_ok=True)
    (entities / "acme.pem").write_bytes(ACME.pem)
    (entities / "globex.pem").write_bytes(GLOBEX.pem)
    config = write_gateway(
        folder,
        listen={
            "port": 0,
            "tls": {"certificate": "server.crt", "key": "server.key"},
            "trust": {"backend": ["filestore"], "dir": "trust", **(trust or {})},
            **(listen or {}),
        },
        upstreams={"waiting": {"command": WAITING}},
    )
    (folder / "contexts.yaml").write_text(CONTEXTS)
    entries = [
        {"workload_id": name, "scopes": ["waiting"], "tie": tie} for name, tie in executions.items()
    ]
    replace(folder / "executions.yaml", json.dumps(entries))
    return World(folder, config)
