"""callgate attestation: keys and tokens of agents on the command line."""

import asyncio
import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from callgate import PublicKey, SecretKey
from callgate.attestation import AttestationVerifier, IssuerTrust, SafetyLevel
from cli_command import assert_error, run, run_json

ISSUER = "https://issuer.example"
SERVER = "https://server.example"
NOW = "1735084900"
GENERATE = ["attestation", "generate", "--issuer", ISSUER, "--audience", SERVER, "--now", NOW]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of a private key and of the public one."""
    file = tmp_path_factory.mktemp("keys") / "issuer.json"
    done = run("attestation", "keygen", "--kid", "2026-11", "-o", file)
    assert (done.returncode, done.stderr) == (0, "")
    return file, file.with_name("issuer.jwks.json")


def generate(keys: tuple[Path, Path], *options: object) -> str:
    done = run(*GENERATE, "--key-file", keys[0], *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def verify(key: object, token: str, *options: object, exit_code: int) -> dict[str, object]:
    arguments = ["attestation", "verify", "-k", key, "--now", NOW, *options, token]
    data: dict[str, object] = run_json(*arguments, exit_code=exit_code)
    return data


def test_keygen_writes_the_private_key_for_its_owner_alone(keys: tuple[Path, Path]) -> None:
    private, public = keys
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    jwk = json.loads(private.read_text())
    assert jwk["kid"] == "2026-11"
    (published,) = json.loads(public.read_text())["keys"]
    assert published["kid"] == "2026-11"
    assert "d" not in published
    assert SecretKey.from_jwk(jwk).public_key == PublicKey.from_jwk(published)


def test_keygen_overwrites_no_file(keys: tuple[Path, Path], tmp_path: Path) -> None:
    before = keys[0].read_text()
    assert run("attestation", "keygen", "-o", keys[0]).returncode == 2
    assert keys[0].read_text() == before
    there = tmp_path / "key.json"
    there.write_text("mine")
    assert_error(run("attestation", "keygen", "-o", there), str(there))
    assert not there.with_name("key.jwks.json").exists()


@pytest.mark.parametrize("form", [["--output", "json"], ["--json"]])
def test_keygen_without_a_file_prints_both_keys(form: list[str]) -> None:
    done = run("attestation", "keygen", "--kid", "k", *form)
    data = json.loads(done.stdout)
    assert SecretKey.from_jwk(data["private_key"]).public_key == PublicKey.from_jwk(
        data["public_key"]
    )
    text = run("attestation", "keygen").stdout
    assert re.search(r"^private key: .*\"d\"", text, re.MULTILINE)


def test_a_generated_token_verifies_with_its_key(
    keys: tuple[Path, Path],
) -> None:
    token = generate(keys, "--trust-domain", "agents.example", "--deployment-id", "eu")
    for options in ([], ["-a", SERVER], ["--trusted-issuers", f"https://a.example,{ISSUER}"]):
        data = verify(keys[1], token, *options, exit_code=0)
        assert data["verified"] is True
        assert (data["issuer"], data["trust_level"]) == (ISSUER, "provider")
        assert data["subject"] == "spiffe://agents.example/model/claude-sonnet-4"
        assert data["audience_checked"] is (options[:1] == ["-a"])
    text = run("attestation", "verify", "-k", keys[1], "--now", NOW, "-", stdin=token)
    assert text.returncode == 0
    assert text.stdout.splitlines()[0] == "verified: spiffe://agents.example/model/claude-sonnet-4"
    assert text.stdout.splitlines()[-1] == "audience: not compared"


@pytest.mark.parametrize("form", ["pem", "jwk", "base64", "file of base64"])
def test_a_public_key_may_have_any_form(keys: tuple[Path, Path], tmp_path: Path, form: str) -> None:
    key = SecretKey.from_jwk(json.loads(keys[0].read_text())).public_key
    file = tmp_path / "public"
    texts = {
        "pem": key.to_pem(),
        "jwk": json.dumps(key.to_jwk()),
        "file of base64": key.to_base64(),
    }
    file.write_text(texts.get(form, ""))
    given = key.to_base64() if form == "base64" else file
    assert verify(given, generate(keys), exit_code=0)["verified"]


def test_another_key_refuses_a_genuine_token(keys: tuple[Path, Path], tmp_path: Path) -> None:
    token = generate(keys)
    other = SecretKey.generate().public_key
    file = tmp_path / "other.pem"
    file.write_text(other.to_pem())
    data = verify(file, token, exit_code=1)
    assert (data["verified"], data["reason"]) == (False, "signature")
    file.write_text(json.dumps({"keys": [{**other.to_jwk(), "kid": "other"}]}))
    assert verify(file, token, exit_code=1)["reason"] == "kid"


def test_a_refusal_exits_1_in_every_form_of_output(keys: tuple[Path, Path]) -> None:
    token = generate(keys)
    wrong = ["attestation", "verify", "-k", keys[1], "--now", NOW, "-a", "https://other.example"]
    for form in (["-o", "json"], ["-o", "text"], ["--json"], []):
        done = run(*wrong, *form, token)
        assert (done.returncode, done.stderr) == (1, "")
    shown = run(*wrong, token).stdout.splitlines()
    assert shown[0].startswith("refused (audience): claims/aud: ")
    assert shown[1].startswith("advice: ")
    assert json.loads(run(*wrong, "-o", "json", token).stdout)["error_code"] == -32002


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ä.b.c", "Bearer a.b.c"])
def test_what_is_no_token_is_refused(keys: tuple[Path, Path], token: str) -> None:
    done = run("attestation", "verify", "-k", keys[1], "-", stdin=token)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_verify_needs_a_key_that_can_be_read(keys: tuple[Path, Path], tmp_path: Path) -> None:
    assert run("attestation", "verify", "a.b.c").returncode == 2
    file = tmp_path / "none"
    assert_error(run("attestation", "verify", "-k", file, "a.b.c"), str(file))
    for text in ("no key", "{}", '{"keys":[]}', '{"keys":[{"kty":"RSA","kid":"a"}]}'):
        file.write_text(text)
        assert_error(run("attestation", "verify", "-k", file, "a.b.c"), str(file))


def test_a_token_has_what_the_options_say(keys: tuple[Path, Path], tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("abc")
    agent = SecretKey.generate().public_key
    options = [
        "--model-family", "f", "--model-version", "v", "--provider-name", "p",
        "--lifetime", "60", "--safety-level", "enhanced", "--capabilities", "a,b", "c",
        "--system-prompt", f"@{prompt}", "--config", "{}", "--kid", "other",
        "--confirmation-key", agent.to_base64(), "-a", "https://b.example",
    ]  # fmt: skip
    decoded = run_json(*GENERATE, "--key-file", keys[0], *options, exit_code=0)["decoded"]
    payload = decoded["payload"]
    assert decoded["header"] == {"alg": "EdDSA", "typ": "JWT", "kid": "other"}
    assert payload["aud"] == [SERVER, "https://b.example"]
    assert payload["exp"] - payload["iat"] == 60
    assert payload["agent_identity"] == {"model_family": "f", "model_version": "v", "provider": "p"}
    assert payload["attestation_metadata"]["safety_level"] == "enhanced"
    assert payload["attestation_metadata"]["capabilities_declared"] == ["a", "b", "c"]
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert payload["agent_integrity"]["system_prompt_hash"] == f"sha256:{abc}"
    assert payload["cnf"] == {"jwk": agent.to_jwk()}


def test_without_a_key_file_a_new_key_signs_and_is_told() -> None:
    done = run(*GENERATE, "-o", "full")
    assert done.returncode == 0
    assert done.stderr.startswith("no --key-file: ")
    data = json.loads(run(*GENERATE, "-o", "json").stdout)
    assert data.keys() == {"token", "decoded", "public_key"}
    key = PublicKey.from_jwk(data["public_key"])
    trust = IssuerTrust(ISSUER, keys={data["public_key"]["kid"]: key})
    verifier = AttestationVerifier([trust], audience=SERVER)
    assert asyncio.run(verifier.verify(data["token"], now=float(NOW)))


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(SecretKey.generate().to_jwk()))
    file.chmod(0o644)
    done = run(*GENERATE, "--key-file", file)
    assert_error(done, str(file))
    assert "chmod 600" in done.stderr


def test_inspect_shows_a_token_and_warns(keys: tuple[Path, Path]) -> None:
    token = generate(keys)
    done = run("attestation", "inspect", token)
    assert done.returncode == 0
    assert ISSUER in done.stdout
    assert done.stderr == "not verified: anyone can write such a token\n"
    data = run_json("attestation", "inspect", "-", stdin=token, exit_code=0)
    assert data["verified"] is False
    assert data["payload"]["iss"] == ISSUER
    for text in ("a.b", "a.b.c", "W10.W10.a"):
        assert_error(run("attestation", "inspect", text), "TOKEN: ")


def test_attack_performs_all_attacks() -> None:
    data = run_json("attestation", "attack", exit_code=0)
    assert [attack["blocked"] for attack in data["attacks"]] == [True] * 8
    assert len(data["suite"]) > 80
    assert {case["passed"] for case in data["suite"]} == {True}
    assert json.loads(run("attestation", "attack", "-o", "json").stdout).keys() == data.keys()


def test_other_commands_load_nothing_of_attestation() -> None:
    program = "import sys, callgate.cli.__main__; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "callgate.cli.commands.attestation" in loaded
    assert not [name for name in loaded if name.startswith("callgate.attestation")]


@pytest.mark.parametrize("level", SafetyLevel)
def test_every_safety_level_can_be_given(keys: tuple[Path, Path], level: SafetyLevel) -> None:
    token = generate(keys, "--safety-level", level)
    decoded = run_json("attestation", "inspect", token, exit_code=0)
    assert decoded["payload"]["attestation_metadata"]["safety_level"] == level
    assert run(*GENERATE, "--safety-level", "none").returncode == 2
