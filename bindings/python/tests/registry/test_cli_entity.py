"""``callgate entity register`` and ``list``: texts, exit codes and files of the public command."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from authorities import DAY, authority, issued
from callgate.registry.process.tls_auto import prepare_local_mesh
from cli_command import run, run_json
from cryptography.hazmat.primitives.asymmetric import rsa
from entity_command import ACME, GLOBEX, assert_refused, ca_file, register, revoke, trail

pytestmark = pytest.mark.usefixtures("no_mesh_variables")
EXPIRES = ACME.certificate.not_valid_after_utc.strftime("%Y-%m-%d")


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


def test_a_key_in_another_encoding_is_refused(trust: Path, tmp_path: Path) -> None:
    assert register(trust, "acme", ACME).returncode == 0
    assert revoke(trust, "acme", "--force").returncode == 0
    (tmp_path / "key.pem").write_bytes(ACME.key_pem)
    compressed, again = tmp_path / "compressed.pem", tmp_path / "again.pem"
    _openssl("ec", "-in", tmp_path / "key.pem", "-conv_form", "compressed", "-out", compressed)
    for key, text in (
        (compressed, "certificate 1: an anchor's key is not written in its canonical encoding"),
        (tmp_path / "key.pem", f"the key {ACME.spki_sha256} was revoked"),
    ):
        _openssl("req", "-x509", "-new", "-key", key, "-subj", "/CN=Other", "-out", again)
        done = run("entity", "register", "other", "--ca-cert", again, "--trust-dir", trust)
        assert done.returncode == 1
        assert done.stderr.startswith(f"Error: {text}"), done.stderr
    assert list((trust / "entities").iterdir()) == []


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


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
    trust.mkdir()
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
    trust.mkdir()
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
