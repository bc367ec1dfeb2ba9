"""``callgate entity``: texts, exit codes and files, as the public command has them, and more."""

from __future__ import annotations

import json
import os
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from authorities import DAY, Issued, authority, issued
from callgate.registry.process.tls_auto import prepare_local_mesh
from cli_command import run, run_json
from cryptography.hazmat.primitives.asymmetric import rsa

ACME, GLOBEX = authority("Acme CA", organization="Acme"), authority("Globex CA")
EXPIRES = ACME.certificate.not_valid_after_utc.strftime("%Y-%m-%d")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TRUST_DIR", "REGISTRY_URL", "TLS_CA", "TLS_CERT", "TLS_KEY", "TLS_SKIP_VERIFY"):
        monkeypatch.delenv(f"MCP_MESH_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    return tmp_path / "trust"


def ca_file(tmp_path: Path, text: bytes, name: str = "ca.pem") -> Path:
    path = tmp_path / name
    path.write_bytes(text)
    return path


def register(trust: Path, name: str, *authorities: Issued, options: tuple[str, ...] = ()) -> Any:
    path = ca_file(trust.parent, b"".join(one.pem for one in authorities), f"{name}-ca.pem")
    arguments = ["--ca-cert", path, "--trust-dir", trust, *options]
    return run("entity", "register", name, *arguments)


def revoke(trust: Path, name: str, *options: str) -> Any:
    return run("entity", "revoke", name, "--trust-dir", trust, *options)


def assert_refused(done: subprocess.CompletedProcess[str], text: str) -> None:
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {text}\n"


def trail(trust: Path) -> list[dict[str, Any]]:
    found = run("audit", "query", trust / "audit", "--kind", "trust", "--json").stdout
    return [json.loads(line)["fields"] for line in found.splitlines()]


def test_register_says_what_is_trusted(trust: Path) -> None:
    done = register(trust, "partner-corp", ACME)
    path = trust / "entities" / "partner-corp.pem"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Entity 'partner-corp' registered\n"
        "  Subject: CN=Acme CA,O=Acme\n"
        f"  Expires: {EXPIRES}\n"
        f"  CA cert: {path}\n"
        f"  SHA-256: {ACME.sha256}\n"
        f"  Key SHA-256: {ACME.spki_sha256}\n"
    )
    assert path.read_bytes() == ACME.pem
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def test_no_folder_is_made_that_would_be_refused(trust: Path) -> None:
    before = os.umask(0o002)  # as several distributions have it
    try:
        register(trust, "acme", ACME)
        assert revoke(trust, "acme", "--force").returncode == 0
        done = register(trust, "acme", ACME, options=("--reinstate",))
    finally:
        os.umask(before)
    assert done.returncode == 0, done
    (row,) = run_json("entity", "list", "--trust-dir", trust, exit_code=0)
    assert row["problem"] is None


def test_json_of_register_has_every_fingerprint(trust: Path, tmp_path: Path) -> None:
    path = ca_file(tmp_path, ACME.pem + ACME.key_pem)
    arguments = ["acme", "--ca-cert", path, "--trust-dir", trust]
    assert run_json("entity", "register", *arguments, exit_code=0) == {
        "name": "acme",
        "subject": "CN=Acme CA,O=Acme",
        "expires": EXPIRES,
        "ca_cert": str(trust / "entities" / "acme.pem"),
        "certificates": [
            {
                "subject": "CN=Acme CA,O=Acme",
                "expires": EXPIRES,
                "sha256": ACME.sha256,
                "spki_sha256": ACME.spki_sha256,
                "anchor": True,
            }
        ],
        "replaced": [],
        "reinstated": [],
        "private_keys_left_out": 1,
    }


def test_a_private_key_is_not_copied(trust: Path, tmp_path: Path) -> None:
    path = ca_file(tmp_path, ACME.key_pem + b"text\n" + ACME.pem)
    done = run("entity", "register", "acme", "--ca-cert", path, "--trust-dir", trust)
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: the file holds a private key")
    assert (trust / "entities" / "acme.pem").read_bytes() == ACME.pem


def test_the_root_above_an_intermediate_is_not_anchored(trust: Path) -> None:
    intermediate = ACME.issue("Acme Intermediate", ca=True)
    done = register(trust, "acme", intermediate, ACME)
    assert "Not anchored, since it issued another of the file: CN=Acme CA" in done.stdout
    assert register(trust, "other", ACME).returncode == 0


@pytest.mark.parametrize("name", ["", "../x", "a b", "-a", "a.b", "ä", "a/b"])
def test_a_name_against_the_rule_is_refused(trust: Path, tmp_path: Path, name: str) -> None:
    path = ca_file(tmp_path, ACME.pem)
    done = run("entity", "register", "--ca-cert", path, "--trust-dir", trust, "--", name)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: entity name ")
    assert not trust.exists()


def test_a_name_is_at_most_255_characters(trust: Path) -> None:
    done = revoke(trust, "a" * 256, "--force")
    assert_refused(done, "entity name too long (max 255 characters)")


REFUSED = {
    "a leaf": (
        issued("agent").pem,
        "certificate is not a CA certificate (BasicConstraints CA flag not set)",
    ),
    "expired": (authority(starts=-9 * DAY, ends=-2 * DAY).pem, "CA certificate has expired ("),
    "not yet valid": (authority(starts=2 * DAY).pem, "CA certificate is not yet valid ("),
    "a second that is a leaf": (
        ACME.pem + issued("agent").pem,
        "certificate 2 of the file: certificate is not a CA certificate (",
    ),
    "a second that expired": (
        ACME.pem + authority(starts=-9 * DAY, ends=-2 * DAY).pem,
        "certificate 2 of the file: CA certificate has expired (",
    ),
    "no keyCertSign": (issued("x", ca=True, key_cert_sign=False).pem, ""),
    "a weak key": (authority(key=rsa.generate_private_key(65537, 1024)).pem, ""),
    "no certificate": (b"hello\n", "no CERTIFICATE PEM blocks found in "),
    "half a file": (ACME.pem[:300], "failed to parse X.509 certificate: "),
    "no X.509": (
        b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
        "failed to parse X.509 certificate: ",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_fit_authority_is_refused(trust: Path, tmp_path: Path, what: str) -> None:
    text, message = REFUSED[what]
    path = ca_file(tmp_path, text)
    done = run("entity", "register", "acme", "--ca-cert", path, "--trust-dir", trust)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {message}")
    assert done.stderr.count("\n") == 1
    assert not (trust / "entities" / "acme.pem").exists()
    assert not (trust / "audit").exists()


def test_a_missing_file_is_an_error(trust: Path, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.pem"
    done = run("entity", "register", "acme", "--ca-cert", path, "--trust-dir", trust)
    assert_refused(done, f"failed to read CA cert file: {path}: No such file or directory")


def test_what_is_registered_is_not_overwritten(trust: Path) -> None:
    register(trust, "acme", ACME)
    done = register(trust, "acme", GLOBEX)
    assert_refused(done, "entity 'acme' already registered, use --force to overwrite")
    assert (trust / "entities" / "acme.pem").read_bytes() == ACME.pem


def test_force_says_what_it_replaces(trust: Path) -> None:
    register(trust, "acme", ACME)
    done = register(trust, "acme", GLOBEX, options=("--force",))
    assert done.returncode == 0
    assert f"  Replaced: {ACME.sha256} (CN=Acme CA,O=Acme)\n" in done.stdout
    assert (trust / "entities" / "acme.pem").read_bytes() == GLOBEX.pem
    assert trail(trust)[-1]["replaced_sha256"] == [ACME.sha256]


@pytest.mark.parametrize("option", [(), ("--force",)])
def test_one_key_under_another_name_is_refused(trust: Path, option: tuple[str, ...]) -> None:
    register(trust, "acme", ACME)
    renewed = authority("Renewed", key=ACME.key)
    done = register(trust, "globex", renewed, options=option)
    assert done.returncode == 1
    assert f"the key {ACME.spki_sha256} belongs to entity 'acme'" in done.stderr


def test_a_name_that_differs_in_case_alone_is_refused(trust: Path) -> None:
    register(trust, "acme", ACME)
    done = register(trust, "ACME", GLOBEX, options=("--force",))
    assert done.returncode == 1
    assert "entity 'acme' is already there, in entities/acme.pem" in done.stderr


def test_an_empty_list_says_how_to_register(trust: Path) -> None:
    done = run("entity", "list", "--trust-dir", trust)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "No trusted entities registered. Use 'callgate entity register' to add one.\n"
    )
    assert run_json("entity", "list", "--trust-dir", trust, exit_code=0) == []


def test_list_shows_rows_and_fingerprints(trust: Path) -> None:
    register(trust, "acme", ACME)
    done = run("entity", "list", "--trust-dir", trust)
    assert done.stdout.splitlines() == [
        "ENTITY               SUBJECT                                  EXPIRES      SOURCE",
        f"acme                 CN=Acme CA,O=Acme                        {EXPIRES}   "
        "entities/acme.pem",
        f"  SHA-256: {ACME.sha256}",
        f"  Key SHA-256: {ACME.spki_sha256}",
    ]


def test_list_as_json_has_the_public_members(trust: Path) -> None:
    register(trust, "acme", ACME)
    (row,) = run_json("entity", "list", "--trust-dir", trust, exit_code=0)
    assert {name: row[name] for name in ("name", "subject", "expires", "source")} == {
        "name": "acme",
        "subject": "CN=Acme CA,O=Acme",
        "expires": EXPIRES,
        "source": "entities/acme.pem",
    }
    assert "is_root" not in row
    assert row["sha256"] == ACME.sha256
    assert row["problem"] is None


def test_list_shows_the_local_root_and_its_entities(tmp_path: Path) -> None:
    prepare_local_mesh(tmp_path / "tls")
    rows = run_json("entity", "list", "--trust-dir", tmp_path / "tls", exit_code=0)
    assert [(row["name"], row["source"], row.get("is_root")) for row in rows] == [
        ("(root)", "ca.pem", True),
        ("local-dev", "local-dev/entity-cert.pem", None),
    ]


def test_list_says_what_does_not_count(trust: Path) -> None:
    register(trust, "acme", ACME)
    entities = trust / "entities"
    (entities / "twin.pem").write_bytes(ACME.pem)
    (entities / "half.pem").write_bytes(ACME.pem[:99])
    rows = run_json("entity", "list", "--trust-dir", trust, exit_code=0)
    problems = {row["name"]: row["problem"] for row in rows}
    assert problems["acme"] == "entities/twin.pem has the same anchor"
    assert problems["half"]
    text = run("entity", "list", "--trust-dir", trust).stdout
    assert "  Not trusted: entities/acme.pem has the same anchor\n" in text


def test_a_name_in_a_certificate_moves_no_cursor(trust: Path) -> None:
    done = register(trust, "acme", authority("a\x1b[2J\nb"))
    assert "\x1b" not in done.stdout
    assert "Subject: CN=a\ufffd[2J\ufffdb\n" in done.stdout


def test_revoke_asks_to_be_confirmed(trust: Path) -> None:
    register(trust, "acme", ACME)
    done = revoke(trust, "acme")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Revoking entity 'acme' will:\n"
        "  - Remove the entity CA from the trust store\n"
        "  - Cause agents from this entity to be rejected on next registration\n"
        "\n"
        "Error: use --force to confirm revocation\n"
    )
    assert (trust / "entities" / "acme.pem").exists()


def test_revoke_leaves_a_tombstone_and_no_file(trust: Path) -> None:
    register(trust, "acme", ACME)
    done = revoke(trust, "acme", "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Entity 'acme' revoked\n"
        "Note: Run 'callgate entity rotate' to evict connected agents immediately\n"
        f"  Revoked key: {ACME.spki_sha256}\n"
    )
    assert not list((trust / "entities").iterdir())
    assert [path.name for path in (trust / "revoked").iterdir()] == [ACME.spki_sha256]


@pytest.mark.parametrize("option", [(), ("--force",)])
def test_an_unknown_entity_is_not_found(trust: Path, option: tuple[str, ...]) -> None:
    assert_refused(revoke(trust, "acme", *option), "entity 'acme' not found")


def test_a_revoked_key_needs_reinstate(trust: Path) -> None:
    register(trust, "acme", ACME)
    revoke(trust, "acme", "--force")
    done = register(trust, "acme", ACME)
    assert_refused(
        done, f"the key {ACME.spki_sha256} was revoked: use --reinstate to trust it again"
    )
    done = register(trust, "acme", ACME, options=("--reinstate",))
    assert done.returncode == 0
    assert f"  Reinstated: {ACME.spki_sha256}\n" in done.stdout
    assert not list((trust / "revoked").iterdir())


def test_each_change_is_recorded_and_sealed(trust: Path) -> None:
    register(trust, "acme", ACME)
    register(trust, "acme", GLOBEX)
    revoke(trust, "acme", "--force")
    assert [(line["what"], line["entity"]) for line in trail(trust)] == [
        ("entity_registered", "acme"),
        ("entity_revoked", "acme"),
    ]
    assert trail(trust)[1]["revoked_spki_sha256"] == [ACME.spki_sha256]
    key = trust / "audit" / "audit-key.pub.pem"
    verified = run("audit", "verify", trust / "audit", "--key", key)
    assert verified.returncode == 3, verified  # nothing is known of what may follow
    assert "TAMPERED" not in verified.stdout


def test_nothing_is_registered_that_cannot_be_recorded(trust: Path) -> None:
    trust.mkdir()
    (trust / "audit").write_text("no folder")
    done = register(trust, "acme", ACME)
    assert done.returncode == 1
    assert not (trust / "entities" / "acme.pem").exists()


def test_a_trail_key_that_others_may_read_signs_nothing(trust: Path) -> None:
    register(trust, "acme", ACME)
    key = trust / "audit" / "audit-key.pem"
    key.chmod(0o644)
    done = register(trust, "globex", GLOBEX)
    assert_refused(done, f"{key}: the key file may be used by others: chmod 600 it")
    key.chmod(0o600)
    assert register(trust, "globex", GLOBEX).returncode == 0


def test_a_revocation_holds_though_it_cannot_be_recorded(trust: Path) -> None:
    register(trust, "acme", ACME)
    (trust / "audit").rename(trust / "elsewhere")
    (trust / "audit").write_text("no folder")
    done = revoke(trust, "acme", "--force")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "Error: entity 'acme' is revoked, but that could not be recorded: "
    )
    assert (trust / "revoked" / ACME.spki_sha256).exists()
    assert not (trust / "entities" / "acme.pem").exists()


def test_the_audit_trail_may_lie_elsewhere(trust: Path, tmp_path: Path) -> None:
    register(trust, "acme", ACME, options=("--audit-dir", str(tmp_path / "trail")))
    assert not (trust / "audit").exists()
    assert list((tmp_path / "trail").glob("audit-*.jsonl"))


def test_of_two_at_the_same_time_one_wins(trust: Path, tmp_path: Path) -> None:
    path = ca_file(tmp_path, ACME.pem)
    command = [str(Path(sys.executable).parent / "callgate"), "entity", "register"]
    several = [
        subprocess.Popen(
            [*command, f"e{number}", "--ca-cert", str(path), "--trust-dir", str(trust)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for number in range(4)
    ]
    assert sorted(one.wait(60) for one in several) == [0, 1, 1, 1]
    assert len(list((trust / "entities").iterdir())) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["register", "acme"],
        ["register", "--ca-cert", "x"],
        ["list", "surplus"],
        ["revoke"],
        ["rotate", "a", "b"],
        ["register", "acme", "--ca-cert", "/nowhere"],
        ["revoke", "acme"],
        ["rotate", "../x"],
        ["rotate", "--registry-url", "ftp://x"],
    ],
)
def test_every_error_is_json_when_asked_and_exit_1(trust: Path, arguments: list[str]) -> None:
    answer = run_json("entity", *arguments, "--trust-dir", trust, exit_code=1)
    assert list(answer) == ["error"]
    done = run("entity", *arguments, "--trust-dir", trust)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"Error: {answer['error']}"


def test_the_directory_is_an_option_or_a_variable_or_in_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ca_file(tmp_path, ACME.pem)
    run("entity", "register", "home", "--ca-cert", path)
    assert (tmp_path / ".mcp-mesh" / "tls" / "entities" / "home.pem").exists()
    monkeypatch.setenv("MCP_MESH_TRUST_DIR", str(tmp_path / "variable"))
    run("entity", "register", "variable", "--ca-cert", path)
    assert (tmp_path / "variable" / "entities" / "variable.pem").exists()
    run("entity", "register", "option", "--ca-cert", path, "--trust-dir", tmp_path / "option")
    assert (tmp_path / "option" / "entities" / "option.pem").exists()


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
            'rotation trigger failed (HTTP 403): {"error":"no"}',
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
    assert_refused(done, "failed to connect to registry: http://127.0.0.1:1: Connection refused")
