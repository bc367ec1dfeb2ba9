"""``callgate registry serve`` as a process: killed, revoked, renewed, and what does not start."""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import subprocess
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

import pytest
from authorities import DAY, authority, issued
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from registry_process import COMMAND, Process, running
from registry_world import SERVERS, environment, heartbeat, tool, until

ACME, GLOBEX = authority("Acme"), authority("Globex")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trust directory with two entities."""
    entities = tmp_path / "trust" / "entities"
    entities.mkdir(parents=True)
    (entities / "acme.pem").write_bytes(ACME.pem)
    (entities / "globex.pem").write_bytes(GLOBEX.pem)
    return tmp_path


def test_no_evicted_agent_returns_and_no_living_one_is_lost(folder: Path) -> None:
    environ = environment(folder, "strict")
    acme, globex = ACME.issue("prov"), GLOBEX.issue("cons")
    calls = heartbeat("cons-1", tool("calc", "adder"))
    with (
        running(environ) as first,
        first.agent(folder, acme) as provider,
        first.agent(folder, globex) as consumer,
    ):
        assert provider.post(heartbeat("prov-1", tool("adder"))).body["status"] == "success"
        (entry,) = consumer.post(calls).body["dependencies_resolved"]["calc"]
        assert entry["status"] == "available"
        (folder / "trust" / "entities" / "acme.pem").unlink()
        until(lambda: consumer.head("cons-1") == 202)
        first.kill()
    with running(environ) as second:
        with second.agent(folder, globex) as consumer:
            assert consumer.head("cons-1") == 202
            (entry,) = consumer.post(calls).body["dependencies_resolved"]["calc"]
            assert entry["status"] == "unresolved"
        with second.agent(folder, acme) as provider:
            assert provider.head("prov-1") == 403
        assert second.stop() == 0


def test_a_new_certificate_of_the_registry_is_used_as_a_pair(folder: Path) -> None:
    environ = environment(folder, "strict")
    agent = ACME.issue("agent")

    def presented(process: Process) -> bytes | None:
        context = ssl.create_default_context(cadata=SERVERS.pem.decode())
        connection = HTTPSConnection("localhost", process.port, context=context, timeout=10)
        with contextlib.closing(connection):
            connection.connect()
            assert isinstance(connection.sock, ssl.SSLSocket)
            return connection.sock.getpeercert(binary_form=True)

    with running(environ) as process, process.agent(folder, agent) as before:
        assert before.ask("GET", "/health").status == 200
        names = [x509.DNSName("localhost")]
        purpose = ExtendedKeyUsageOID.SERVER_AUTH
        renewed = issued("localhost", by=SERVERS, names=names, purpose=purpose, ends=DAY)
        old = presented(process)
        (folder / "server.pem").write_bytes(renewed.pem)
        assert presented(process) == old  # its key is not there yet
        (folder / "server-key.pem").write_bytes(renewed.key_pem)
        until(lambda: presented(process) == renewed.der)
        assert before.ask("GET", "/health").status == 200


def test_tls_auto_makes_a_working_mesh(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    with running(environ, "--tls-auto", "--port", "0") as process:
        trust = Path(process.ready["tls_auto"]["directory"])
        assert trust == tmp_path / ".mcp-mesh" / "tls"
        roots = Path(process.ready["tls_auto"]["ca"]).read_text()
        with process.agent(tmp_path, roots=roots) as anonymous:
            assert anonymous.post(heartbeat("anon-1")).body["status"] == "success"
        assert process.stop() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"MCP_MESH_TLS_MODE": "enforce"}, "'off', 'auto' or 'strict'"),
        ({"MCP_MESH_TRUST_BACKEND": ""}, "requires a trust backend"),
        ({"MCP_MESH_TRUST_BACKEND": "vault"}, "MCP_MESH_TRUST_BACKEND"),
        ({"MCP_MESH_TLS_KEY": "/nowhere/key.pem"}, "/nowhere/key.pem"),
        (
            {"MCP_MESH_TRUST_BACKEND": "spire", "MCP_MESH_SPIRE_SOCKET": "/nowhere/agent.sock"},
            "MCP_MESH_SPIRE_SOCKET is the path of the Workload API's socket",
        ),
        (
            {"MCP_MESH_TRUST_BACKEND": "spire", "MCP_MESH_SPIRE_SOCKET": "unix:/run/agent.sock"},
            "write the path of the socket without a scheme",
        ),
        ({"MCP_MESH_TRUST_DIR": "/nowhere"}, "no trust backend can be used: filestore"),
        ({"DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:9/x"}, "the database cannot be used"),
        ({"MCP_MESH_TLS_MOED": "strict"}, "did you mean MCP_MESH_TLS_MODE?"),
    ],
)
def test_what_must_not_start_does_not(folder: Path, change: dict[str, str], message: str) -> None:
    environ = {**environment(folder, "strict"), **change}
    done = subprocess.run(
        [COMMAND, "registry", "serve"],
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr


def test_a_strict_registry_without_an_anchor_does_not_start(folder: Path) -> None:
    for file in (folder / "trust" / "entities").iterdir():
        file.unlink()
    done = subprocess.run(
        [COMMAND, "registry", "check"],
        env={"PATH": os.environ["PATH"], **environment(folder, "strict")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "strict mode without an anchor would admit no one" in done.stderr
    assert f"--trust-dir {folder / 'trust'}" in done.stderr


def test_check_says_what_a_start_would_find(folder: Path) -> None:
    done = subprocess.run(
        [COMMAND, "registry", "check", "--json"],
        env={"PATH": os.environ["PATH"], **environment(folder, "strict")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["entities"] == ["acme", "globex"]
    assert found["backends"] == {"filestore": "live"}
    assert not (folder / "state").exists()


def test_two_registries_do_not_share_one_state(folder: Path) -> None:
    environ = environment(folder, "strict")
    with running(environ):
        done = subprocess.run(
            [COMMAND, "registry", "serve"],
            env={"PATH": os.environ["PATH"], **environ},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2
        assert "give this registry a `state` folder of its own" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_names_the_option(folder: Path) -> None:
    environ = environment(folder, "strict")
    with running(environ) as process:
        done = subprocess.run(
            [COMMAND, "registry", "serve", "--port", str(process.port)],
            env={"PATH": os.environ["PATH"], **environ},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2
        assert "choose another port with --port" in done.stderr


def test_plain_http_is_answered_in_mode_off(tmp_path: Path) -> None:
    environ = {
        "PORT": "0",
        "CALLGATE_REGISTRY__STATE": str(tmp_path / "state"),
        "HOME": str(tmp_path),
    }
    with running(environ) as process:
        assert process.ready["agents"][0].startswith("http://127.0.0.1:")
        with (
            process.agent(tmp_path, roots=SERVERS.pem.decode()) as agent,
            pytest.raises((OSError, HTTPException)),
        ):
            agent.ask("GET", "/health")
