"""An entity joins, is revoked and reinstated by the command, while a real registry runs."""

from __future__ import annotations

import shutil
from pathlib import Path

from authorities import Issued, authority
from cli_command import run
from registry_process import Process, running
from registry_world import environment, heartbeat, tool, until


def posted(registry: Process, folder: Path, leaf: Issued, agent_id: str) -> int:
    """The status of a heartbeat on a connection of its own."""
    with registry.agent(folder, leaf) as agent:
        return agent.post(heartbeat(agent_id, tool("adder"))).status


def test_an_entity_joins_is_revoked_and_reinstated(tmp_path: Path) -> None:
    acme, globex = authority("Acme"), authority("Globex")
    trust, file = tmp_path / "trust", tmp_path / "acme.pem"
    (trust / "entities").mkdir(parents=True)
    (trust / "entities" / "globex.pem").write_bytes(globex.pem)
    file.write_bytes(acme.pem)
    ours, theirs = acme.issue("prov"), globex.issue("cons")
    register = ["entity", "register", "acme", "--ca-cert", file, "--trust-dir", trust]
    with running(environment(tmp_path, "strict")) as registry:

        def is_admitted() -> bool:
            return posted(registry, tmp_path, ours, "prov-1") == 200

        with registry.agent(tmp_path, theirs) as other:
            assert other.post(heartbeat("cons-1")).status == 200
            assert not is_admitted()
            assert run(*register).returncode == 0
            until(is_admitted)

            shutil.copy(trust / "entities" / "acme.pem", tmp_path / "kept.pem")
            revoked = run("entity", "revoke", "acme", "--trust-dir", trust, "--force")
            assert revoked.returncode == 0
            until(lambda: not is_admitted())
            # Its file alone does not bring it back, and nothing is waited for: it is read when the
            # other entity that was added with it counts.
            shutil.copy(tmp_path / "kept.pem", trust / "entities" / "acme.pem")
            third = authority("Third")
            (trust / "entities" / "third.pem").write_bytes(third.pem)
            until(lambda: posted(registry, tmp_path, third.issue("x"), "third-1") == 200)
            assert not is_admitted()

            assert run(*register, "--force", "--reinstate").returncode == 0
            until(is_admitted)
            assert other.head("cons-1") in (200, 202)
        assert registry.stop() == 0
