"""One gateway for all attacks: a process, real tool servers, and a server that keeps count."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import yaml
from callgate import SecretKey
from gateway_process import GatewayProcess, running, write_gateway
from signing import Agent
from upstream_servers import NODE_SERVERS, PATH, ROOT, SERVERS

HERE = Path(__file__).parent
INVOKE = {"A": "/smcp/v1/tool-call", "B": "/v1/smcp/invoke", "C": "/v1/seal/invoke"}
ATTEST = {"A": "/smcp/v1/attest", "B": "/v1/smcp/attest", "C": "/v1/seal/attest"}
TOOLS = {"A": "/smcp/v1/tools", "B": "/v1/smcp/tools", "C": "/v1/seal/tools"}
JSON = {"content-type": "application/json"}
WORKLOAD = "exec-1"
# Of one session, within the window: the table of a gateway must not fill because of one of them.
ENTRIES = 60
OWN_TOOLS = ["fs.read", "fs.list", "fs.write", "fs.move", "fs.delete", "db.query", "db.count"]


@dataclass(frozen=True)
class Answer:
    """What a caller gets. ``code`` is None where there is a result."""

    status: int
    body: Any
    headers: httpx2.Headers

    @property
    def code(self) -> str | None:
        return None if self.status == 200 else str(self.body["error"]["name"])

    @property
    def number(self) -> int:
        return int(self.body["error"]["code"])

    @property
    def text(self) -> str:
        """Of the result's first content."""
        return str(self.body["payload"]["result"]["content"][0]["text"])

    @property
    def arguments(self) -> str:
        """The text of the arguments that reached the server that keeps count."""
        start = self.text.index('"arguments":') + len('"arguments":')
        _, end = json.JSONDecoder(strict=True).raw_decode(self.text, start)
        return self.text[start:end]


class World:
    """A gateway with what is behind it. Not thread-safe but where it says so."""

    def __init__(self, gateway: GatewayProcess, folder: Path) -> None:
        self.gateway = gateway
        self.folder = folder
        self.record = folder / "record"
        self.http = gateway.agent(trust_env=False)
        self.operator = gateway.operator(trust_env=False)
        self.issuer = SecretKey.from_pem((folder / "issuer.pem").read_text())

    def close(self) -> None:
        self.http.close()
        self.operator.close()
        self.issuer.close()

    def attest(
        self, key: str, scope: Any, workload: Any = WORKLOAD, generation: str = "B", **more: Any
    ) -> Answer:
        body = {"public_key": key, "workload_id": workload, "requested_scope": scope, **more}
        return self._answer(self.http.post(ATTEST[generation], json=body), generation)

    def agent(
        self, scope: str = "files", workload: str = WORKLOAD, key: SecretKey | None = None
    ) -> Agent:
        """One whose session is open."""
        key = key or SecretKey.generate()
        answer = self.attest(key.public_key.to_base64(), scope, workload)
        assert answer.status == 200, answer.body
        body = answer.body
        return Agent(body["security_token"], key, body["session_id"], workload, scope)

    def post(self, envelope: bytes, generation: str = "B", **headers: str) -> Answer:
        """May be called by many threads."""
        response = self.http.post(INVOKE[generation], content=envelope, headers={**JSON, **headers})
        return self._answer(response, generation)

    def verdict(self, envelope: bytes, generation: str = "B") -> str | None:
        return self.post(envelope, generation).code

    def read_as(self, agent: Agent, mark: str, **how: Any) -> bytes:
        """A call of ``files`` that is allowed and that the record tells from others."""
        how = {"id": uuid.uuid4().hex, **how}
        return agent.call("fs.read", {"mark": mark, "path": "/workspace/a"}, **how)

    def times(self, mark: str) -> int:
        """How often calls with that mark were executed."""
        return self.record.read_text().count(mark) if self.record.exists() else 0

    def own_execution(self, *scopes: str, **entry: Any) -> str:
        """A workload of one test, so that limits and ends of it are nobody else's."""
        workload = f"exec-{uuid.uuid4().hex}"
        body = {"workload_id": workload, "scopes": scopes, "tie": "none", "lifetime": 600, **entry}
        response = self.operator.post("/admin/v1/executions", json=body)
        assert response.status_code in (200, 201), response.text
        return workload

    def validated(self, policy: str) -> dict[str, Any]:
        """What the operators' API says of a policy document."""
        response = self.operator.post("/admin/v1/contexts/validate", content=policy.encode())
        answer: dict[str, Any] = response.json()
        return answer

    def trail(self) -> list[dict[str, Any]]:
        files = sorted((self.folder / "state" / "audit").glob("*.jsonl"))
        lines = b"".join(file.read_bytes() for file in files).splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith(b"\n")]

    def trail_of(self, session: str) -> list[dict[str, Any]]:
        """The events of a session."""
        lines = [line for line in self.trail() if line["kind"] == "event"]
        return [line for line in lines if line["fields"].get("session") == session]

    def _answer(self, response: httpx2.Response, generation: str) -> Answer:
        body = response.json()
        answer = Answer(response.status_code, body, response.headers)
        if answer.status != 200:
            # What old clients take for a failure; anything else they take for an empty result.
            assert body["status"] == "error" and isinstance(body["error"]["message"], str), body
            assert body["protocol"] == ("seal/v1" if generation == "C" else "smcp/v1")
            assert "payload" not in body
        else:
            assert "error" not in body
        return answer


def mark() -> str:
    return uuid.uuid4().hex


@contextlib.contextmanager
def world(folder: Path, tools: list[str], contexts: dict[str, str]) -> Iterator[World]:
    """``tools`` are those of the server that keeps count, ``contexts`` texts by file name."""
    workspace = _workspace(folder / "workspace")
    names = sorted({*OWN_TOOLS, *tools})
    config = write_gateway(
        folder,
        policy="contexts",
        limits={
            "attestations_per_address": 1_000_000,
            "replay_entries_per_session": ENTRIES,
        },
        listen={"port": 0, "max_connections_per_address": 1000},
        upstreams={
            "record": _recorder(folder, names),
            "slow": {"command": [sys.executable, str(SERVERS / "waiting.py")]},
            **_servers(workspace),
        },
        tools={"names": {name: {"upstream": "record", "tool": name} for name in names}},
    )
    policies = folder / "contexts"
    policies.mkdir()
    (policies / "attacks.yaml").write_text((HERE / "contexts.yaml").read_text())
    for file in sorted((ROOT / "examples" / "contexts").glob("*.yaml")):
        (policies / file.name).write_text(file.read_text().replace("/workspace", str(workspace)))
    for name, text in contexts.items():
        (policies / name).write_text(text)
    scopes = [context["name"] for file in policies.iterdir() for context in _documents(file)]
    entry = {"workload_id": WORKLOAD, "scopes": scopes, "tie": "none", "max_sessions": 10_000}
    (folder / "executions.yaml").write_text(json.dumps([entry]))
    with running(config) as gateway:
        here = World(gateway, folder)
        try:
            yield here
        finally:
            here.close()


def _documents(file: Path) -> Iterator[dict[str, Any]]:
    for document in yaml.safe_load_all(file.read_text()):
        yield from document if isinstance(document, list) else [document]


def _recorder(folder: Path, names: list[str]) -> dict[str, Any]:
    (folder / "names.json").write_text(json.dumps(names))
    script = str(HERE / "servers" / "recorder.py")
    command = [sys.executable, script, str(folder / "names.json"), str(folder / "record")]
    return {"command": command, "era": "initialize"}


def _servers(workspace: Path) -> dict[str, Any]:
    def node(package: str, argument: str) -> dict[str, Any]:
        script = NODE_SERVERS / package / "dist" / "index.js"
        return {"command": ["node", str(script), argument], "environment": PATH}

    return {
        "filesystem": node("server-filesystem", str(workspace)),
        "everything": node("server-everything", "stdio"),
        "git": {
            "command": [sys.executable, "-m", "mcp_server_git", "--repository", str(workspace)]
        },
        "time": {"command": [sys.executable, "-m", "mcp_server_time"]},
    }


def _workspace(folder: Path) -> Path:
    (folder / "project").mkdir(parents=True)
    (folder / "project" / "notes.txt").write_text("first line\n")
    (folder / ".env").write_text("PASSWORD=s3cr3t\n")
    (folder / "out").symlink_to("/etc")
    (folder.parent / "outside.txt").write_text("s3cr3t\n")
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "project"], ["commit", "-qm", "begin"]):
        subprocess.run([*git, *arguments], check=True)
    return folder
