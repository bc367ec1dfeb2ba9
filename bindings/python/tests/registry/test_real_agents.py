"""Unmodified agents of mcp-mesh register, find and call each other, and lose what is revoked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from authorities import Issued, authority
from real_mesh import HERE, MESHCTL, PATIENCE, Mesh, RealAgent, eventually, mesh
from registry_world import SERVERS, environment

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="the public agents need Python 3.11"
)
COMMAND = Path(sys.executable).with_name("callgate")
ACME, GLOBEX, STRANGER = authority("Acme"), authority("Globex"), authority("Stranger")
ALL = {"acme": ACME, "globex": GLOBEX}


@dataclass
class Running:
    """A registry with what is around it."""

    mesh: Mesh
    entities: Path
    client: dict[str, str]

    def provider(self, name: str, issuer: Issued, capability: str) -> RealAgent:
        return self.mesh.agent(name, "provider.py", issuer, CAPABILITY=capability)

    def status(self, agent: RealAgent) -> str | None:
        """Of its row; ``evicted`` is told apart. None: there is no row."""
        rows = self.mesh.ask("GET", "/agents", self.client).json()["agents"] or []
        found = [row for row in rows if row["id"] == agent.agent_id]
        return ("evicted" if "evicted" in found[0] else found[0]["status"]) if found else None

    def registered(self, *agents: RealAgent) -> None:
        """Only then do their servers answer every request: one that comes before may hang."""
        eventually(lambda: {self.status(one) for one in agents} == {"healthy"}, "all are in")

    def sums(self, consumer: RealAgent) -> Any:
        return consumer.call("sums", self.client, a=2, b=3)

    def gives(self, consumer: RealAgent, adder: int | None, other_adder: int | None) -> None:
        wanted = {"adder": adder, "other_adder": other_adder}
        eventually(lambda: self.sums(consumer) == wanted, f"a call that gives {wanted}")

    def callgate(self, *arguments: str) -> None:
        """What an operator does."""
        subprocess.run(
            [COMMAND, *arguments, "--trust-dir", self.entities.parent],
            env={"PATH": os.environ["PATH"], "HOME": str(self.mesh.folder)},
            check=True,
            capture_output=True,
        )

    def meshctl(self, *arguments: str) -> str:
        """What the public command line says, as a client of Acme."""
        url = self.mesh.url
        if arguments[0] == "entity":
            return self.mesh.meshctl({**self.client, "MCP_MESH_REGISTRY_URL": url}, *arguments)
        return self.mesh.meshctl(self.client, *arguments, "--registry-url", url)

    def refused(self, agent: RealAgent) -> list[str]:
        """What the agent's own log says of failures."""
        lines = self.mesh.log(agent.name).splitlines()
        return [line for line in lines if re.search(r"\bERROR\b|\b403\b", line)]


@contextmanager
def running(folder: Path, mode: str = "strict", **variables: str) -> Iterator[Running]:
    entities = folder / "trust" / "entities"
    entities.mkdir(parents=True)
    for name, issuer in ALL.items():
        (entities / f"{name}.pem").write_bytes(issuer.pem)
    environ = environment(folder, mode, **variables)
    # For clients too: it calls agents.
    server = SERVERS.issue("localhost", names=HERE, serves=True)
    (folder / "server.pem").write_bytes(server.pem)
    (folder / "server-key.pem").write_bytes(server.key_pem)
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(
            [COMMAND, "registry", "serve", "--json"],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environ},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "registry.log").read_text()
        port = json.loads(line)["agents"][0].rpartition(":")[2]
        with mesh(folder, f"https://localhost:{port}", SERVERS, ACME, GLOBEX) as around:
            yield Running(around, entities, around.credentials("client", ACME))
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def test_agents_find_and_call_each_other_until_one_entity_is_revoked(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        adder = here.provider("adder", ACME, "adder")
        other = here.provider("other", GLOBEX, "other_adder")
        consumer = here.mesh.agent("consumer", "consumer.py", ACME)
        here.registered(adder, other, consumer)
        here.gives(consumer, 5, 5)

        here.callgate("entity", "revoke", "globex", "--force")
        eventually(lambda: here.status(other) == "evicted", "the row is evicted")
        here.gives(consumer, 5, None)
        # The refused one goes on asking, and stays refused. The others never notice.
        eventually(lambda: here.refused(other), "a refusal in the log of the evicted agent")
        assert here.status(other) == "evicted"
        assert here.status(adder) == here.status(consumer) == "healthy"
        assert not here.refused(adder) and not here.refused(consumer)

        anchor = tmp_path / "globex.pem"
        anchor.write_bytes(GLOBEX.pem)
        here.callgate("entity", "register", "globex", "--ca-cert", str(anchor), "--reinstate")
        eventually(lambda: here.status(other) == "healthy", "the agent is back")
        here.gives(consumer, 5, 5)


def test_an_agent_of_a_stranger_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        stranger = here.provider("stranger", STRANGER, "adder")
        eventually(lambda: here.refused(stranger), "a refusal in its log")
        assert here.status(stranger) is None
        assert any("untrusted certificate" in line for line in here.refused(stranger))


@pytest.mark.skipif(not MESHCTL.exists(), reason="the public command line is for Linux on x64")
def test_the_public_command_line_reads_and_calls(tmp_path: Path) -> None:
    with running(tmp_path, CALLGATE_REGISTRY__ENTITIES="{acme: {admin: true}}") as here:
        adder = here.provider("adder", ACME, "adder")
        consumer = here.mesh.agent("consumer", "consumer.py", GLOBEX)
        here.registered(adder, consumer)
        found = "'adder' at sums:0 available"
        eventually(lambda: found in here.mesh.log("consumer"), "the consumer has found it")

        shown = json.loads(here.meshctl("status", "--json"))
        assert {one["name"]: one["status"] for one in shown} == {
            "adder": "healthy",
            "consumer": "healthy",
        }
        assert "adder-0000000a" in here.meshctl("list", "--tools")
        given = json.loads(here.meshctl("call", "sums", '{"a": 4, "b": 5}'))
        assert given["structuredContent"] == {"adder": 9, "other_adder": None}
        assert json.loads(here.meshctl("call", "adder-0000000a:add", '{"a": 1, "b": 1}'))
        assert "2 agent(s)" in here.meshctl("entity", "rotate")
        assert "1 agent(s)" in here.meshctl("entity", "rotate", "acme")


@pytest.mark.skipif(not MESHCTL.exists(), reason="the public command line is for Linux on x64")
def test_the_public_command_line_lists_a_mesh_in_auto(tmp_path: Path) -> None:
    """It asks for health without a certificate first, which strict refuses."""
    with running(tmp_path, "auto") as here:
        assert "No agents" in here.meshctl("list")
        adder = here.provider("adder", ACME, "adder")
        here.registered(adder)
        assert "adder" in here.meshctl("list")
