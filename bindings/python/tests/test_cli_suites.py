"""test: suites of cases that a policy must decide as expected."""

import json
from pathlib import Path

import pytest
from callgate import PolicySet
from callgate.cli.__main__ import main
from cli_command import CONTEXTS, POLICIES, POLICY, assert_error, run, run_json

SUITES = sorted([*(POLICIES / "tests").glob("*.yaml"), *(CONTEXTS / "tests").glob("*.yaml")])


@pytest.mark.parametrize("suite", SUITES, ids=lambda p: p.stem)
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


def test_each_example_context_has_a_suite() -> None:
    contexts = {
        context
        for file in CONTEXTS.glob("*.yaml")
        for context in PolicySet.load(file).context_names
    }
    assert contexts == {file.stem for file in (CONTEXTS / "tests").glob("*.yaml")}


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


def test_a_folder_of_suites_is_told_from_a_suite() -> None:
    done = run("test", POLICIES)
    assert_error(done, f"{POLICIES}: is a directory; expected the file of a suite, or several")


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
