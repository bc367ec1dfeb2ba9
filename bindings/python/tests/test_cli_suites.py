"""test: suites of cases that a policy must decide as expected."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

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


def test_the_example_suites_cover_their_policies() -> None:
    done = run("test", POLICIES / "tests", CONTEXTS / "tests", "--min-coverage", "100")
    assert done.returncode == 0, done.stdout


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


def test_of_a_folder_every_suite_below_is_run() -> None:
    done = run("test", POLICIES)
    assert (done.returncode, done.stderr) == (0, "")
    suites = [line for line in done.stdout.splitlines()[:-1] if not line.startswith(" ")]
    assert suites == [str(file) for file in sorted((POLICIES / "tests").glob("*.yaml"))]


def test_a_folder_without_a_suite_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("name: c\ncapabilities: []\n---\nname: d\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "suite.yaml").write_text("cases: []\n")
    assert_error(run("test", tmp_path), f"{tmp_path}: expected a suite in this folder: ")


def test_a_faulty_suite_of_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text("polcy: x\ncases: []\n")
    assert_error(run("test", tmp_path), f"{suite}:1:1: unknown key 'polcy'")
    suite.write_text("policy: [\n")
    assert_error(run("test", tmp_path), f"{suite}:2:1: ")


def test_a_misspelt_context_is_an_error(tmp_path: Path) -> None:
    suite = f"policy: {POLICY}\ncontext: research-saef\ncases: [{{tool: fs.read, expect: deny}}]\n"
    error = "there is no context research-saef; did you mean research-safe?"
    error += " (the policy has research-safe)\n"
    assert run("test", "-", stdin=suite).stderr == f"<stdin>:2:10: {error}"
    suite = one_case("{context: research-saef, tool: fs.read, expect: deny, code: SCOPE_NOT_FOUND}")
    assert run("test", "-", stdin=suite).stderr == f"<stdin>:3:15: {error}"


def test_a_policy_that_is_not_there_names_the_suite(tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text("policy: missing.yaml\ncases: [{context: c, tool: t, expect: deny}]\n")
    policy = tmp_path / "missing.yaml"
    assert_error(run("test", suite), f"{suite}:1:9: expected the file of a policy: {policy} is not")


def test_null_is_no_name_of_a_case() -> None:
    done = run("test", "-", stdin=one_case(f"{{name: null, expect: deny, {CASE}}}"))
    assert_error(done, "<stdin>:3:12: expected a string; null is none: quote it, or leave out")
    assert (
        run("test", "-", stdin=one_case(f'{{name: "null", expect: deny, {CASE}}}')).returncode == 0
    )


@pytest.mark.parametrize("expect", ["allow", "deny"])
def test_a_misspelt_tool_is_an_error_without_a_code(expect: str) -> None:
    case = f"context: research-safe, tool: sf.read, expect: {expect}"
    done = run("test", "-", stdin=one_case(f"{{{case}}}"))
    assert_error(done, "<stdin>:3:36: no capability is on the tool sf.read; did you mean fs.read?")
    assert ("say code: TOOL_NOT_ALLOWED" in done.stderr) == (expect == "deny")


def test_a_code_says_that_no_capability_is_meant() -> None:
    case = "context: research-safe, tool: shell.run, expect: deny"
    assert run("test", "-", stdin=one_case(f"{{{case}, code: TOOL_NOT_ALLOWED}}")).returncode == 0
    denied = "{context: research-safe, tool: fs.delete, expect: deny}"
    assert run("test", "-", stdin=one_case(denied)).returncode == 0  # by a deny entry


COVERED = """\
name: c
capabilities:
  - tool_pattern: a.b
    arguments:
      x: {anyOf: [{const: 1}, {const: 2}]}
      y: {type: string, optional: true}
  - tool_pattern: c.d
    arguments: {z: {type: string}}
deny_list: [e.f]
"""


@pytest.fixture
def covered(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(COVERED)
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "policy: policy.yaml\ncontext: c\ncases:\n"
        "  - {tool: a.b, arguments: {x: 1}, expect: allow}\n"
        "  - {tool: a.b, arguments: {x: 2, y: 7}, expect: deny}\n"
    )
    return suite


def test_coverage_names_what_no_case_exercises(covered: Path) -> None:
    policy = covered.with_name("policy.yaml")
    done = run("test", covered, "--coverage")
    assert done.returncode == 0
    assert done.stdout.splitlines()[3:] == [
        f"{policy}:3:5: c: no case is allowed by branch /arguments/x/anyOf/1 of capability 0 (a.b)",
        f"{policy}:3:5: c: no case is allowed by argument /arguments/y of capability 0 (a.b)",
        f"{policy}:7:5: c: no case is allowed by capability 1 (c.d)",
        f"{policy}:9:13: c: no case is denied by deny entry 0 (e.f)",
        "coverage 37.5 %",
        "2 passed, 0 failed",
    ]


EXCEPTING = """\
name: c
definitions: {file: {path: {allow: [/w], except: ["**/.git", "**/.env*"]}}}
capabilities:
  - {tool_pattern: a.b, arguments: {path: {use: file}}}
  - {tool_pattern: c.d, arguments: {path: {use: file}}}
  - tool_pattern: s.r
    arguments: {x: {command: {allow: [{words: [git, log], options: [--graph, -n VALUE]}]}}}
"""


def test_coverage_counts_options_and_except_entries(tmp_path: Path) -> None:
    policy, suite = tmp_path / "policy.yaml", tmp_path / "suite.yaml"
    policy.write_text(EXCEPTING)
    cases = (
        "policy: policy.yaml\ncontext: c\ncases:\n"
        "  - {tool: a.b, arguments: {path: /w/a}, expect: allow}\n"
        "  - {tool: c.d, arguments: {path: /w/a}, expect: allow}\n"
        "  - {tool: c.d, arguments: {path: /w/.git}, expect: deny}\n"
        "  - {tool: s.r, arguments: {x: git log -n 5}, expect: allow}\n"
    )
    suite.write_text(cases)
    assert run("test", suite, "--coverage").stdout.splitlines()[-4:] == [
        f"{policy}:4:5: c: no case is denied by except entry **/.env* "
        "(/arguments/path/path/except/1) of capability 0 (a.b)",
        f"{policy}:6:5: c: no case is allowed by option --graph "
        "(/arguments/x/command/allow/0/options/0) of capability 2 (s.r)",
        "coverage 80.0 %",
        "4 passed, 0 failed",
    ]
    suite.write_text(
        cases + "  - {tool: a.b, arguments: {path: /w/.env}, expect: deny}\n"
        "  - {tool: s.r, arguments: {x: git log --graph}, expect: allow}\n"
    )
    assert run("test", suite, "--min-coverage", "100").returncode == 0


def test_coverage_below_the_least_fails(covered: Path) -> None:
    assert run("test", covered, "--min-coverage", "37.5").returncode == 0
    done = run("test", covered, "--min-coverage", "38")
    assert done.returncode == 1
    assert "FAIL  coverage is below 38 %" in done.stdout
    assert run("test", covered, "--min-coverage", "101").returncode == 2
    report = run_json("test", covered, "--coverage", exit_code=0)["coverage"]
    assert report["percent"] == 37.5
    assert [part["pointer"] for part in report["uncovered"]] == [
        "/arguments/x/anyOf/1",
        "/arguments/y",
        "",
        "/arguments/z",
        "",
    ]


def test_suites_of_one_policy_cover_it_together(covered: Path) -> None:
    other = covered.with_name("other.yaml")
    other.write_text(
        "policy: ./policy.yaml\ncontext: c\ncases:\n"
        "  - {tool: a.b, arguments: {x: 2, y: q}, expect: allow}\n"
        "  - {tool: c.d, arguments: {z: q}, expect: allow}\n"
        "  - {tool: e.f, expect: deny}\n"
    )
    assert run("test", covered.parent, "--min-coverage", "100").returncode == 0


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ("expect: alow", "expected allow or deny, not 'alow'; did you mean allow?"),
        ("expect: 7x", "expected allow or deny, not '7x'"),
        ("expect: deny, code: PATH_NOT_ALOWED", "expected the name of an error code, not "
         "'PATH_NOT_ALOWED'; did you mean PATH_NOT_ALLOWED?"),
        ("expct: deny", "unknown key 'expct': expected arguments, code, context, expect, name, "
         "tool; did you mean expect?"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_quoted_and_another_offered(member: str, message: str) -> None:
    suite = f"policy: {POLICY}\ncontext: research-safe\ncases: [{{tool: fs.read, {member}}}]\n"
    done = run("test", "-", stdin=suite)
    assert done.returncode == 2
    assert done.stderr.endswith(f": {message}\n")


def test_a_suite_of_json_is_read_as_json(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_text('name: c\ncapabilities: [{tool_pattern: t, arguments: {a: {const: "😀"}}}]\n')
    suite: dict[str, object] = {"policy": str(policy), "context": "c"}
    for text, expect in (("😀", "allow"), ("\\ud83d\\ude00", "deny")):
        suite["cases"] = [{"tool": "t", "arguments": {"a": text}, "expect": expect}]
        done = run("test", "-", stdin=json.dumps(suite))
        assert done.returncode == 0, done


def test_results_are_printed_where_junit_cannot_be_written(tmp_path: Path) -> None:
    suite = f"policy: {POLICY}\ncontext: research-safe\ncases:\n"
    suite += "  - {tool: fs.read, arguments: {path: /etc/passwd}, expect: deny}\n"
    file = tmp_path / "none" / "junit.xml"
    done = run("test", "-", "--junit", file, stdin=suite)
    assert done.returncode == 2
    assert done.stdout.endswith("1 passed, 0 failed\n")
    assert done.stderr == f"{file}: No such file or directory\n"


def test_results_as_junit_xml(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    suite = FAILING.replace("expected to be denied", '"a\\e<b>"')
    assert run("test", "-", "--junit", file, stdin=suite).returncode == 1
    root = ElementTree.parse(file).getroot()
    (of_suite,) = root
    assert of_suite.attrib == {"name": "-", "tests": "3", "failures": "2", "errors": "0"}
    assert [case.get("name") for case in of_suite][1:] == ["a?<b>", "denied for another reason"]
    assert [len(case) for case in of_suite] == [0, 1, 1]
    failure = of_suite[1][0]
    assert failure.get("message") == "expected deny, got allow: allowed by capability 0 (fs.*)"
    assert failure.text == "<stdin>:7:5"


@pytest.mark.parametrize(
    ("is_terminal", "environment", "coloured"),
    [
        (True, {"TERM": "xterm"}, True),
        (False, {"TERM": "xterm"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_alone(
    is_terminal: bool,
    environment: dict[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    assert main(["test", str(POLICIES / "tests" / "default.yaml")]) == 0
    assert ("\x1b[32mok  \x1b[0m" in capsys.readouterr().out) is coloured


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
