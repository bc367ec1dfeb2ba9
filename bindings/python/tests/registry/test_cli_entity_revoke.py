"""``callgate entity revoke``, the audit trail, and what holds for every command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from callgate.registry.process.tls_auto import prepare_local_mesh
from callgate.trust.backends.trust_file import load
from cli_command import run, run_json
from entity_command import ACME, GLOBEX, assert_refused, ca_file, register, revoke, trail

pytestmark = pytest.mark.usefixtures("no_mesh_variables")


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
    trust.mkdir()
    assert_refused(revoke(trust, "acme", *option), "entity 'acme' not found")


def test_list_shows_a_revoked_key(trust: Path) -> None:
    register(trust, "acme", ACME)
    register(trust, "globex", GLOBEX)
    revoke(trust, "acme", "--force")
    rows = run_json("entity", "list", "--trust-dir", trust, exit_code=0)
    assert [row["name"] for row in rows] == ["globex", "(revoked)"]
    assert (rows[1]["spki_sha256"], rows[1]["is_revoked"]) == (ACME.spki_sha256, True)
    assert f"revoked/{ACME.spki_sha256}" in run("entity", "list", "--trust-dir", trust).stdout


def test_an_entity_of_localca_is_revoked_and_made_anew(tmp_path: Path) -> None:
    directory = tmp_path / "tls"
    pair = [directory / "local-dev" / f"entity-{name}.pem" for name in ("cert", "key")]
    prepare_local_mesh(directory)
    register(directory, "acme", ACME)
    (key,) = load(pair[0].read_bytes()).keys
    done = revoke(directory, "local-dev", "--force")
    assert done.returncode == 0, done.stderr
    assert f"Revoked key: {key}" in done.stdout
    assert [path.name for path in (directory / "revoked").iterdir()] == [key]
    assert [path.exists() for path in pair] == [False, False]
    # The other entity stays, and the next start begins with another authority.
    prepare_local_mesh(directory)
    assert load(pair[0].read_bytes()).keys != {key}
    listed = run_json("entity", "list", "--trust-dir", directory, exit_code=0)
    trusted = [row["name"] for row in listed if not row.get("problem")]
    assert {"acme", "local-dev"} <= set(trusted)


@pytest.mark.parametrize("action", [("list",), ("revoke", "acme", "--force")])
def test_a_trust_directory_that_is_missing_is_an_error(
    tmp_path: Path, action: tuple[str, ...]
) -> None:
    done = run("entity", *action, "--trust-dir", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "nowhere does not exist" in done.stderr


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
    assert_refused(done, f"{key}: the key file: may be used by others: chmod 600 it")
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
