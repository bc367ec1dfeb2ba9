"""``callgate entity rotate``: how a registry is found, verified and asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from authorities import authority
from callgate.registry.process.tls_auto import prepare_local_mesh
from cli_command import run, run_json
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from entity_command import assert_refused

pytestmark = pytest.mark.usefixtures("no_mesh_variables")


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    """A trust directory without entities."""
    directory = tmp_path / "trust"
    directory.mkdir()
    return directory


class Answers(BaseHTTPRequestHandler):
    """A registry's answer to a rotation, and what it was asked."""

    status, body = 200, b'{"message":"","affected_agents":3,"entity_id":""}'
    asked: list[tuple[str, str | None]]

    def do_POST(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Not on the terminal."""


@contextmanager
def registry(
    tls: ssl.SSLContext | None = None, **answer: object
) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """Its URL, and what it was asked."""
    asked: list[tuple[str, str | None]] = []
    handler = type("Handler", (Answers,), {"asked": asked, **answer})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        scheme = "http" if tls is None else "https"
        try:
            yield f"{scheme}://localhost:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def mesh_tls(tmp_path: Path) -> ssl.SSLContext:
    """Of a registry of ``<tmp_path>/tls``."""
    mesh = prepare_local_mesh(tmp_path / "tls").registry
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mesh["MCP_MESH_TLS_CERT"], mesh["MCP_MESH_TLS_KEY"])
    return context


def test_rotate_says_how_many(trust: Path) -> None:
    with registry() as (url, asked):
        done = run("entity", "rotate", "--registry-url", url, "--trust-dir", trust)
    assert asked == [("/admin/rotate", None)]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Rotation triggered for all agents\n"
        "3 agent(s) will re-register on next heartbeat\n"
        "Note: Agents with revoked certificates will be evicted within 5 seconds\n"
    )


def test_rotate_names_one_entity_to_the_registry(
    trust: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry() as (url, asked):
        monkeypatch.setenv("MCP_MESH_REGISTRY_URL", url)
        done = run("entity", "rotate", "acme", "--trust-dir", trust)
        answer = run_json("entity", "rotate", "acme", "--trust-dir", trust, exit_code=0)
    assert asked == [("/admin/rotate?entity_id=acme", None)] * 2
    assert done.stdout.startswith("Rotation triggered for entity 'acme'\n3 agent(s) will")
    assert (answer["entity_id"], answer["affected_agents"]) == ("acme", 3)


def test_rotate_verifies_the_registry(tmp_path: Path, mesh_tls: ssl.SSLContext) -> None:
    with registry(mesh_tls) as (url, asked):
        done = run("entity", "rotate", "--registry-url", url, "--trust-dir", tmp_path / "tls")
        assert done.returncode == 0, done
        other = run("entity", "rotate", "--registry-url", url, "--trust-dir", tmp_path)
    assert other.returncode == 1
    assert "its certificate is not trusted" in other.stderr
    assert len(asked) == 1


def test_a_trust_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "turst"
    with registry() as (url, asked):
        done = run("entity", "rotate", "--registry-url", url, "--trust-dir", missing)
    assert_refused(
        done, f"--trust-dir: {missing} does not exist: `callgate entity register` makes it"
    )
    assert asked == []


def test_a_registry_of_another_name_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = authority("Servers")
    (tmp_path / "ca.pem").write_bytes(root.pem)
    monkeypatch.setenv("MCP_MESH_TLS_CA", str(tmp_path / "ca.pem"))
    refusals = []
    for issuer, name in ((root, "registry.test"), (authority("Strangers"), "localhost")):
        names, purpose = [x509.DNSName(name)], ExtendedKeyUsageOID.SERVER_AUTH
        server = issuer.issue("registry", names=names, purpose=purpose)
        (tmp_path / "pair.pem").write_bytes(server.key_pem + server.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "pair.pem")
        with registry(context) as (url, asked):
            done = run("entity", "rotate", "--registry-url", url, "--trust-dir", tmp_path)
        assert (done.returncode, asked) == (1, [])
        refusals.append(done.stderr)
    assert "name it with --registry-url as its certificate does" in refusals[0]
    assert "set MCP_MESH_TLS_CA" in refusals[1]


def test_rotate_skips_verification_only_when_asked(
    tmp_path: Path, mesh_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_MESH_TLS_SKIP_VERIFY", "true")
    with registry(mesh_tls) as (url, asked):
        done = run("entity", "rotate", "--registry-url", url, "--trust-dir", tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: the registry's certificate was not verified")
    assert len(asked) == 1


def test_rotate_presents_the_operators_credential(trust: Path, tmp_path: Path) -> None:
    credential = tmp_path / "credential"
    credential.write_text("a-credential-of-operators\n")
    readable = run("entity", "rotate", "--credential", credential, "--trust-dir", trust)
    assert_refused(readable, f"{credential}: may be read or written by others: chmod 600 it")
    credential.chmod(0o600)
    options = ["--credential", credential, "--trust-dir", trust]
    with registry() as (url, asked):
        done = run("entity", "rotate", "--registry-url", url, *options)
    assert done.returncode == 0
    assert asked == [("/admin/rotate", "Bearer a-credential-of-operators")]
    refused = run("entity", "rotate", "--registry-url", "http://192.0.2.1", *options)
    assert_refused(refused, "the operators' credential is sent over https or loopback only")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            {"status": 403, "body": b'{"error":"no"}'},
            'rotation trigger failed (HTTP 403): {"error":"no"}: name the operators\' listener '
            "with --registry-url, and its credential with --credential FILE",
        ),
        ({"status": 307, "body": b""}, "rotation trigger failed (HTTP 307): "),
        ({"body": b"<html>"}, "failed to parse response: it is no answer of a registry"),
        ({"body": b"[]"}, "failed to parse response: it is no answer of a registry"),
        (
            {"body": b'{"affected_agents":"x"}'},
            "failed to parse response: affected_agents is no number",
        ),
    ],
)
def test_an_answer_of_another_shape_is_an_error(
    trust: Path, answer: dict[str, Any], text: str
) -> None:
    with registry(**answer) as (url, asked):
        done = run("entity", "rotate", "--registry-url", url, "--trust-dir", trust)
    assert_refused(done, text)
    assert len(asked) == 1


def test_no_registry_is_an_error(trust: Path) -> None:
    done = run("entity", "rotate", "--registry-url", "http://127.0.0.1:1", "--trust-dir", trust)
    assert_refused(
        done,
        "failed to connect to registry: http://127.0.0.1:1: Connection refused: "
        "name the registry with --registry-url",
    )
