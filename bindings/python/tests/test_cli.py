"""The command line, as a user runs it: output, standard error, exit codes."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import callgate
import pytest
from callgate import PolicySet, PublicKey, SecretKey
from callgate.cli.__main__ import main

ROOT = Path(__file__).parents[3]
POLICIES = ROOT / "examples" / "policies"
POLICY = str(POLICIES / "research-safe.yaml")
CALL = ["--policy", POLICY, "--context", "research-safe", "--tool", "fs.read"]
ALLOWED = '{"path":"/workspace/shared/data.csv"}'
DENIED = '{"path":"/etc/passwd"}'
NOW = "2026-02-17T14:32:01.583Z"
PAYLOAD = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'


def run(*arguments: object, stdin: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "callgate"), *map(str, arguments)]
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(command, input=data, capture_output=True, timeout=60)
    return subprocess.CompletedProcess(
        command, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def run_json(*arguments: object, exit_code: int, stdin: str | bytes = b"") -> Any:
    done = run(*arguments, "--json", stdin=stdin)
    assert done.returncode == exit_code, done
    assert done.stderr == ""
    return json.loads(done.stdout)


def assert_error(done: subprocess.CompletedProcess[str], begins: str) -> None:
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith(begins), done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("verb", ["eval", "explain"])
def test_a_decision_is_the_exit_code(verb: str) -> None:
    allowed = run(verb, *CALL, "--arguments", ALLOWED)
    assert (allowed.returncode, allowed.stderr) == (0, "")
    assert allowed.stdout.startswith("allow: ")
    denied = run(verb, *CALL, "--arguments", DENIED)
    assert (denied.returncode, denied.stderr) == (1, "")
    assert denied.stdout.startswith("deny PATH_NOT_ALLOWED (2002): ")


@pytest.mark.parametrize("verb", ["eval", "explain"])
def test_a_decision_as_json(verb: str) -> None:
    denied = run_json(verb, *CALL, "--arguments", DENIED, exit_code=1)
    assert (denied["allowed"], denied["code"], denied["code_name"]) == (
        False,
        2002,
        "PATH_NOT_ALLOWED",
    )
    assert denied["details"][0]["where"] == "/path"
    assert run_json(verb, *CALL, "--arguments", ALLOWED, exit_code=0)["code"] is None


def test_arguments_come_from_a_file_or_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "arguments.json"
    file.write_text(ALLOWED)
    assert run("eval", *CALL, "--arguments", f"@{file}").returncode == 0
    assert run("eval", *CALL, "--arguments", "-", stdin=ALLOWED).returncode == 0
    assert run("eval", *CALL, "--arguments", "-", stdin=DENIED).returncode == 1
    assert run("eval", *CALL, "--arguments", "{").returncode == 1


@pytest.mark.parametrize("verb", ["eval", "explain"])
@pytest.mark.parametrize(("text", "byte"), [('{"path":1,"path":2}', 11), ('{"a":1,', 7), ("x", 0)])
def test_arguments_that_are_no_json_are_denied_with_the_place(
    verb: str, text: str, byte: int
) -> None:
    done = run(verb, *CALL, "--arguments", text)
    assert done.returncode == 1
    denied, *more = done.stdout.splitlines()
    assert denied.startswith("deny INVALID_ENVELOPE")
    assert f"  arguments: byte {byte}" in more


def test_what_is_no_unicode_text_is_an_error_and_no_denial() -> None:
    command = [str(Path(sys.executable).parent / "callgate"), "eval", *CALL, "--arguments"]
    done = subprocess.run([*map(os.fsencode, command), b"\xff"], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"callgate: ")


def test_a_defect_is_an_error_and_no_denial(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(name: str) -> PolicySet:
        raise ZeroDivisionError(name)

    monkeypatch.setattr("callgate.cli.commands.eval.read_policy", fail)
    assert main(["eval", *CALL]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_explain_says_what_each_capability_answered() -> None:
    lines = run("explain", *CALL, "--arguments", DENIED).stdout.splitlines()
    assert any(line.startswith("  capability 0: PATH_NOT_ALLOWED, path.") for line in lines)
    assert any(line.startswith("  rule: path.") for line in lines)
    policy = str(POLICIES / "default.yaml")
    arguments = '{"url":"https://pypi.org/"}'
    call = ["--policy", policy, "--context", "default", "--tool", "web.fetch"]
    lines = run("explain", *call, "--arguments", arguments).stdout.splitlines()
    assert "  limit: 20 calls in 60 s" in lines


def test_a_policy_comes_from_a_directory_or_standard_input() -> None:
    call = ["--context", "research-safe", "--tool", "fs.read", "--arguments", ALLOWED]
    assert run("eval", "--policy", POLICIES, *call).returncode == 0
    text = Path(POLICY).read_bytes()
    assert run("eval", "--policy", "-", *call, stdin=text).returncode == 0


def test_a_faulty_policy_is_an_error_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("name: c\ncapabilities: []\nextra: 1\n")
    call = ["--context", "c", "--tool", "t"]
    assert_error(run("eval", "--policy", file, *call), f"{file}:3:1: ")
    assert_error(run("eval", "--policy", "-", *call, stdin=file.read_bytes()), "<stdin>:3:1: ")
    assert_error(run("eval", "--policy", tmp_path / "missing.yaml", *call), f"{tmp_path}")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["eval"],
        ["eval", *CALL, "--argument", "{}"],
        ["keygen", "--format", "der"],
        ["token"],
    ],
)
def test_a_wrong_command_line_is_an_error(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: callgate" in done.stderr


def test_contains(tmp_path: Path) -> None:
    call = ["contains", "--policy", POLICIES]
    same = [*call, "--parent", "default", "--child", "default"]
    assert run(*same).returncode == 0
    assert run_json(*same, exit_code=0) == {"contained": True, "reason": None, "witness": None}
    other = [*call, "--parent", "default", "--child", "read-only-research"]
    done = run(*other)
    assert done.returncode == 1
    assert "read-only-research is not within default" in done.stdout
    assert run_json(*other, exit_code=1)["contained"] is False
    unknown = run(*call, "--parent", "default", "--child", "other")
    assert unknown.returncode == 2


CLEAN = """
name: c
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
    only_arguments: [path]
"""


def test_lint_says_what_and_where(tmp_path: Path) -> None:
    assert run("lint", "-", stdin=CLEAN).returncode == 0
    assert run_json("lint", "-", stdin=CLEAN, exit_code=0) == {"warnings": []}
    file = tmp_path / "a.yaml"
    file.write_text(CLEAN.replace("/workspace", "/"))
    done = run("lint", file)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{file}:4:5: ")
    assert done.stdout.endswith("(lint.broad-path)\n")
    [warning] = run_json("lint", file, exit_code=1)["warnings"]
    assert (warning["rule"], warning["context"], warning["where"]) == (
        "lint.broad-path",
        "c",
        f"{file}:4:5",
    )


def test_diff_says_which_calls_became_allowed_and_denied(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(CLEAN)
    new.write_text(CLEAN.replace("/workspace", "/shared"))
    same = run("diff", old, old)
    assert (same.returncode, same.stdout) == (0, "")
    done = run("diff", old, new)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert any(line.startswith("+ c: calls of fs.read became allowed") for line in lines)
    assert any(line.startswith("- c: calls of fs.read became denied") for line in lines)
    assert any("/shared" in line for line in lines)
    [report] = run_json("diff", old, new, "--context", "c", exit_code=1)["contexts"]
    assert {change["became_allowed"] for change in report["changes"]} == {True, False}
    for change in report["changes"]:
        call = ["--tool", change["witness"]["tool"], "--arguments", change["witness"]["arguments"]]
        before = run("eval", "--policy", old, "--context", "c", *call).returncode
        after = run("eval", "--policy", new, "--context", "c", *call).returncode
        assert (before, after) == ((1, 0) if change["became_allowed"] else (0, 1))


def test_diff_of_contexts_that_come_go_and_are_renamed(tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(CLEAN.replace("name: c", "name: d"))
    done = run("diff", "-", new, stdin=CLEAN)
    assert (done.returncode, done.stdout) == (1, "c: removed\nd: added\n")
    renamed = ["diff", "-", new, "--context", "c", "--new-context", "d"]
    assert run(*renamed, stdin=CLEAN).returncode == 0
    assert_error(run("diff", "-", "-", stdin=CLEAN), "callgate: ")
    assert_error(run("diff", "-", new, "--new-context", "d", stdin=CLEAN), "callgate: ")
    assert_error(run("diff", "-", new, "--context", "x", stdin=CLEAN), "")


def test_canonicalize_prints_exactly_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"b": 1,\n "a": "\u20ac"}')
    for done in (run("canonicalize", file), run("canonicalize", stdin=file.read_bytes())):
        assert (done.returncode, done.stdout) == (0, '{"a":"\u20ac","b":1}')
    assert run_json("canonicalize", file, exit_code=0) == {"canonical": '{"a":"\u20ac","b":1}'}


def test_canonicalize_says_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"b": 1,\n "\u20ac": x}')
    assert_error(run("canonicalize", file), f"{file}:2:7: ")
    assert_error(run("canonicalize", "-", stdin="[1,\n2,]"), "<stdin>:2:3: ")
    assert_error(run("canonicalize", tmp_path / "missing"), str(tmp_path / "missing"))


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


@pytest.mark.parametrize("claims", ["{", "[]", '{"sub":"a"}', '{"sub":"a","sub":"b"}', '{"a":NaN}'])
def test_claims_that_make_no_token_are_an_error(keys: tuple[Path, Path], claims: str) -> None:
    assert_error(run("token", "issue", "--key", keys[0], "--claims", claims), "")


def test_every_command_has_json_and_help() -> None:
    verbs = ["eval", "explain", "lint", "contains", "diff", "test", "canonicalize"]
    verbs += ["keygen", "sign", "verify"]
    for verb in [[verb] for verb in verbs] + [["token", "issue"], ["token", "verify"]]:
        done = run(*verb, "--help")
        assert done.returncode == 0
        assert "--json" in done.stdout


def test_the_command_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "callgate.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"callgate {callgate.__version__}\n"


@pytest.mark.parametrize("suite", sorted((POLICIES / "tests").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_example_suites_pass(suite: Path) -> None:
    done = run("test", suite)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == str(suite)
    assert all(line.startswith("  ok  ") for line in lines[1:-1])
    assert lines[-1] == f"{len(lines) - 2} passed, 0 failed"


def test_each_example_policy_has_a_suite() -> None:
    policies = {file.name for file in POLICIES.glob("*.yaml")}
    assert policies == {file.name for file in (POLICIES / "tests").glob("*.yaml")}
    assert policies == {
        f"{name}.yaml"
        for name in ("code-assistant", "default", "read-only-research", "research-safe")
    }


FAILING = f"""\
policy: {POLICY}
cases:
  - context: research-safe
    tool: fs.read
    arguments: {{path: /workspace/shared/a}}
    expect: allow
  - name: expected to be denied
    context: research-safe
    tool: fs.read
    arguments: {{path: /workspace/shared/a}}
    expect: deny
  - name: denied for another reason
    context: research-safe
    tool: fs.read
    arguments: {{path: /etc/passwd}}
    expect: deny
    code: TOOL_NOT_ALLOWED
"""


def test_a_failing_case_says_what_was_expected_and_why() -> None:
    done = run("test", "-", stdin=FAILING)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "-",
        '  ok    fs.read {"path": "/workspace/shared/a"}',
        "  FAIL  expected to be denied",
        "        expected deny, got allow: allowed by capability 0 (fs.*)",
        "        at <stdin>:7:5",
    ]
    assert lines[5] == "  FAIL  denied for another reason"
    assert lines[6].startswith("        expected deny TOOL_NOT_ALLOWED, got deny PATH_NOT_ALLOWED")
    assert lines[-1] == "1 passed, 2 failed"


def test_a_report_as_json() -> None:
    report = run_json("test", "-", stdin=FAILING, exit_code=1)
    assert (report["passed"], report["failed"]) == (1, 2)
    assert [case["passed"] for case in report["suites"][0]["cases"]] == [True, False, False]
    assert report["suites"][0]["cases"][2]["code_name"] == "PATH_NOT_ALLOWED"


def test_one_failing_suite_of_several_fails_all() -> None:
    passing = POLICIES / "tests" / "default.yaml"
    assert run("test", passing, "-", stdin=FAILING).returncode == 1


def one_case(case: str) -> str:
    return f"policy: {POLICY}\ncases:\n  - {case}\n"


CASE = "context: research-safe, tool: fs.read"


@pytest.mark.parametrize(
    ("suite", "place"),
    [
        ("", "1:1"),
        ("[", "1:2"),
        ("\xff", "1:1"),
        ("cases: []", "1:1"),
        (f"policy: {POLICY}", "1:1"),
        (f"policy: {POLICY}\ncases: []", "2:8"),
        (f"policy: {POLICY}\ncases: {{}}", "2:8"),
        (f"policy: {POLICY}\nextra: 1\ncases: []", "2:1"),
        (f"policy: {POLICY}\npolicy: {POLICY}\ncases: []", "2:1"),
        (f"policy: 7\ncases: [{{{CASE}, expect: allow}}]", "1:9"),
        (one_case(f"{{{CASE}}}"), "3:5"),
        (one_case("{tool: fs.read, expect: allow}"), "3:5"),
        (one_case("{context: research-safe, expect: allow}"), "3:5"),
        (one_case(f"{{expect: maybe, {CASE}}}"), "3:14"),
        (one_case(f"{{expect: yes, {CASE}}}"), "3:14"),
        (one_case(f"{{expect: true, {CASE}}}"), "3:14"),
        (one_case(f"{{expects: allow, {CASE}}}"), "3:6"),
        (one_case(f"{{code: WRONG, expect: deny, {CASE}}}"), "3:12"),
        (one_case(f"{{code: 2002, expect: deny, {CASE}}}"), "3:12"),
        (one_case(f"{{code: PATH_NOT_ALLOWED, expect: allow, {CASE}}}"), "3:12"),
        (one_case(f"{{arguments: [], expect: deny, {CASE}}}"), "3:17"),
        (one_case(f"{{arguments: null, expect: deny, {CASE}}}"), "3:17"),
        (one_case(f"{{arguments: {{a: 1, a: 2}}, expect: deny, {CASE}}}"), "3:24"),
        (one_case(f"{{arguments: &a {{}}, expect: deny, {CASE}}}"), "3:17"),
        (one_case(f"{{arguments: {{a: !!str 1}}, expect: deny, {CASE}}}"), "3:21"),
        (one_case("[a]"), "3:5"),
        ("policy: a\n---\npolicy: b\n", "2:1"),
    ],
)
def test_a_faulty_suite_is_an_error_with_its_place(
    suite: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "suite.yaml"
    file.write_bytes(suite.encode("latin-1"))
    assert main(["test", str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{file}:{place}: ")


def test_a_suite_whose_policy_is_faulty_is_an_error(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("name: Bad\ncapabilities: []\n")
    suite = tmp_path / "suite.yaml"
    suite.write_text(f"policy: policy.yaml\ncases: [{{{CASE}, expect: allow}}]\n")
    assert_error(run("test", suite), f"{policy}:1:7: ")


def test_scalars_of_a_suite_are_those_of_a_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What YAML 1.1 takes for a number, a date or a boolean is a string."""
    file = tmp_path / "suite.yaml"
    for value, is_text in (
        ("text", True),
        ("yes", True),
        ("2026-01-01", True),
        ("012", True),
        ("1_000", True),
        ("0x1F", True),
        ("~", True),
        ("'7'", True),
        ("7", False),
        ("-1.5e3", False),
        ("true", False),
    ):
        file.write_text(one_case(f"{{{CASE}, arguments: {{a: {value}}}, expect: deny}}"))
        assert main(["test", str(file), "--json"]) == 0
        report = json.loads(capsys.readouterr().out)
        arguments = report["suites"][0]["cases"][0]["name"].removeprefix("fs.read ")
        assert isinstance(json.loads(arguments)["a"], str) is is_text, value
