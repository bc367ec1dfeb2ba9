"""keygen, sign, verify and token: what is done with keys."""

import json
import stat
from pathlib import Path

import pytest
from callgate import PublicKey, SecretKey
from cli_command import assert_error, run, run_json

NOW = "2026-02-17T14:32:01.583Z"
PAYLOAD = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'


@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_keygen_writes_a_file_that_only_its_owner_reads(tmp_path: Path, form: str) -> None:
    file = tmp_path / "key"
    done = run("keygen", "--out", file, "--format", form)
    assert (done.returncode, done.stderr) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    if form == "pem":
        key, public = SecretKey.from_pem(text), PublicKey.from_pem(done.stdout)
    else:
        key, public = SecretKey.from_jwk(text), PublicKey.from_jwk(done.stdout)
        assert key.to_jwk()["d"] not in done.stdout
    assert key.public_key == public
    again = run("keygen", "--out", file, "--format", form)
    assert_error(again, str(file))
    assert file.read_text() == text


def test_keygen_without_a_file_prints_the_secret_key() -> None:
    assert SecretKey.from_pem(run("keygen").stdout)
    data = run_json("keygen", "--format", "jwk", exit_code=0)
    key = SecretKey.from_jwk(data["secret_key"])
    assert key.public_key.to_jwk() == data["public_key"]
    assert key.public_key.thumbprint == data["thumbprint"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files of a secret and a public key."""
    folder = tmp_path_factory.mktemp("keys")
    public = folder / "public.pem"
    public.write_text(run("keygen", "--out", folder / "secret.pem").stdout)
    return folder / "secret.pem", public


def test_what_sign_signs_verify_verifies(keys: tuple[Path, Path], tmp_path: Path) -> None:
    secret, public = keys
    sign = ["sign", "--key", secret, "--token", "a.b.c", "--now", NOW]
    done = run(*sign, PAYLOAD)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["timestamp"] == NOW
    envelope = tmp_path / "envelope.json"
    envelope.write_text(done.stdout)
    payload = tmp_path / "payload.json"
    payload.write_text(PAYLOAD)
    token = tmp_path / "token"
    token.write_text("a.b.c\n")
    assert run(*sign, payload).stdout == done.stdout
    assert run(*sign, "-", stdin=PAYLOAD).stdout == done.stdout
    sign[4] = f"@{token}"
    assert run(*sign, PAYLOAD).stdout == done.stdout

    for source, stdin in ((str(envelope), ""), ("-", done.stdout), (done.stdout, "")):
        verified = run("verify", "--public-key", public, source, stdin=stdin)
        assert verified.returncode == 0
        assert json.loads(verified.stdout) == json.loads(PAYLOAD)
    key = PublicKey.from_pem(public.read_text()).to_base64()
    data = run_json("verify", "--public-key", key, envelope, exit_code=0)
    assert data["verified"] is True
    assert data["security_token"] == "a.b.c"


def test_a_changed_envelope_is_refused(keys: tuple[Path, Path]) -> None:
    secret, public = keys
    envelope = run("sign", "--key", secret, "--token", "a.b.c", PAYLOAD).stdout
    forged = envelope.replace("tools/list", "tools/lisp")
    done = run("verify", "--public-key", public, forged)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("INVALID_SIGNATURE: ")
    data = run_json("verify", "--public-key", public, forged, exit_code=1)
    assert (data["verified"], data["code_name"]) == (False, "INVALID_SIGNATURE")
    assert data["where"] == "/signature"
    assert run("verify", "--public-key", public, "{}").returncode == 1


def test_keys_that_are_none_are_errors(keys: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("not a key")
    assert_error(run("sign", "--key", file, "--token", "a.b.c", PAYLOAD), f"{file}: ")
    assert_error(run("verify", "--public-key", file, "{}"), f"{file}: ")
    assert_error(run("verify", "--public-key", "A" * 43 + "=", "{}"), "")
    done = run("sign", "--key", keys[0], "--token", "a.b.c", "--now", "noon", PAYLOAD)
    assert_error(done, "--now: ")


def test_what_token_issue_issues_token_verify_verifies(
    keys: tuple[Path, Path], tmp_path: Path
) -> None:
    secret, public = keys
    issue = ["token", "issue", "--key", secret, "--now", NOW]
    done = run(*issue, "--sub", "agent-7", "--scp", "default", "--iss", "me", "--bind", public)
    assert (done.returncode, done.stderr) == (0, "")
    token = done.stdout.strip()
    verify = ["token", "verify", "--issuer-key", public, "--now", NOW, "--issuer", "me"]
    for source, stdin in ((token, ""), ("-", done.stdout)):
        verified = run(*verify, source, stdin=stdin)
        assert verified.returncode == 0
        claims = json.loads(verified.stdout)
        assert (claims["sub"], claims["scp"], claims["iss"]) == ("agent-7", "default", "me")
        thumbprint = PublicKey.from_pem(public.read_text()).thumbprint
        assert claims["cnf"] == {"jkt": thumbprint}
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps({"keys": [PublicKey.from_pem(public.read_text()).to_jwk()]}))
    data = run_json("token", "verify", "--jwks", jwks, "--now", NOW, token, exit_code=0)
    assert data["claims"] == claims


def test_a_token_that_is_not_valid_is_refused(keys: tuple[Path, Path]) -> None:
    secret, public = keys
    claims = '{"sub":"agent-7","scp":"default"}'
    token = run("token", "issue", "--key", secret, "--claims", claims, "--now", NOW).stdout.strip()
    verify = ["token", "verify", "--issuer-key", public]
    expired = run(*verify, token)
    assert (expired.returncode, expired.stderr) == (1, "")
    assert expired.stdout.startswith("EXPIRED_TOKEN: ")
    refused = run_json(*verify, "--now", NOW, "--audience", "gate", token, exit_code=1)
    assert (refused["verified"], refused["code_name"]) == (False, "INVALID_TOKEN")


def test_a_token_with_aud_needs_its_audience(keys: tuple[Path, Path]) -> None:
    secret, public = keys
    issue = ["token", "issue", "--key", secret, "--sub", "a", "--scp", "b", "--aud", "gate"]
    token = run(*issue).stdout.strip()
    verify = ["token", "verify", "--issuer-key", public]
    assert run_json(*verify, token, exit_code=1)["where"] == "/aud"
    for accepted in (["--audience", "gate"], ["--accept-any-audience"]):
        assert run_json(*verify, *accepted, token, exit_code=0)["claims"]["aud"] == "gate"
    both = run(*verify, "--audience", "gate", "--accept-any-audience", token)
    assert both.returncode == 2


@pytest.mark.parametrize("claims", ["{", "[]", '{"sub":"a"}', '{"sub":"a","sub":"b"}', '{"a":NaN}'])
def test_claims_that_make_no_token_are_an_error(keys: tuple[Path, Path], claims: str) -> None:
    assert_error(run("token", "issue", "--key", keys[0], "--claims", claims), "")
