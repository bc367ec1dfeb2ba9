"""eval and explain: a decision is the exit code."""

import json
from pathlib import Path

import pytest
from cli_command import CALL, POLICIES, POLICY, assert_error, run, run_json

ALLOWED = '{"path":"/workspace/shared/data.csv"}'
DENIED = '{"path":"/etc/passwd"}'


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


# Right-to-left override, Arabic letter mark, zero-width space, isolate, byte order mark.
HIDDEN = "\u202e\u061c\u200b\u2066\ufeff"


@pytest.mark.parametrize("verb", ["eval", "explain"])
def test_what_turns_the_direction_of_writing_is_escaped(verb: str, tmp_path: Path) -> None:
    policy = tmp_path / f"p{HIDDEN}.yaml"
    policy.write_text(Path(POLICY).read_text())
    call = ["--policy", policy, "--context", "research-safe", "--tool", "fs.read"]
    done = run(verb, *call, "--arguments", json.dumps({f"{HIDDEN}path": f"/b{HIDDEN}"}))
    assert done.returncode == 1
    assert "u202e" in done.stdout.lower()
    assert not set(HIDDEN) & set(done.stdout)
    policy.write_text(f'name: "{HIDDEN}"\n')
    done = run(verb, *call)
    assert done.returncode == 2
    assert not set(HIDDEN) & set(done.stderr)
    shown = run(verb, *CALL, "--arguments", json.dumps({"\u05d0 path": "/b"})).stdout
    assert "\u05d0 path" in shown, "a letter that is written from right to left stays"


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


@pytest.mark.parametrize("verb", ["eval", "explain"])
def test_a_context_that_is_not_there_is_an_error_and_no_denial(verb: str) -> None:
    call = ["--policy", POLICY, "--tool", "fs.read"]
    misspelt = run(verb, *call, "--context", "research-saef")
    assert_error(
        misspelt,
        "--context: there is no context research-saef; did you mean research-safe?"
        " (the policy has research-safe)\n",
    )
    other = run(verb, *call, "--context", "x")
    assert_error(other, "--context: there is no context x (the policy has research-safe)\n")


def test_a_suite_beside_the_policy_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("name: c\ncapabilities: []\nextra: 1\n")
    suite = tmp_path / "suite.yaml"
    suite.write_text("policy: policy.yaml\ncontext: c\ncases: [{tool: t, expect: deny}]\n")
    for command in (
        ["lint", tmp_path],
        ["eval", "--policy", tmp_path, "--context", "c", "--tool", "t"],
    ):
        done = run(*command)
        assert done.returncode == 2
        policy_fault, suite_fault = done.stderr.splitlines()
        assert policy_fault.startswith(f"{tmp_path}/policy.yaml:3:1: ")
        assert suite_fault.startswith(
            f"{suite}: this is a suite (policy, cases): keep suites out of"
        )
    assert_error(run("lint", suite), f"{suite}: this is a suite")


POLICY_OF_MESSAGES = """\
name: c
capabilities:
  - tool_pattern: issues.get
    arguments: {owner: {const: acme}, number: {type: integer, minimum: 1}}
  - tool_pattern: search
    argument_patterns: {query: "[a-z]+"}
deny_list: [issues.delete]
"""


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("issues.get", {"owner": "acme"}, "must be there is missing: number"),
        ("issues.gett", {}, "no capability is on the tool issues.gett; did you mean issues.get?"),
        ("search", {}, "query"),
        # The value is not repeated: explain says it.
        ("issues.get", {"owner": "secret", "number": 1}, "/owner"),
        ("issues.delete", {}, "deny entry 0 (issues.delete)"),
    ],
)
def test_eval_names_what_is_missing_and_what_was_meant(
    tool: str, arguments: dict[str, object], message: str, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY_OF_MESSAGES)
    call = ["--policy", policy, "--context", "c", "--tool", tool]
    done = run("eval", *call, "--arguments", json.dumps(arguments))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("deny ") and message in done.stdout
    assert "secret" not in done.stdout
    assert done.stdout.count("\n") == 1
